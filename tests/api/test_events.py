"""Events, told and read by a program (EVT, API-12)."""

import uuid
from datetime import timedelta

import pytest

from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.deletion import grace
from apps.events import keeping, recording
from apps.events.models import Event, EventName, EventSummary
from apps.events.recording import Occurrence
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.api.conftest import errors
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
INVITED = {"event_name": "invited-friend", "created_at": 1773154800, "user_id": "1"}


def counted() -> list[tuple[str, int, int, int]]:
    """(name, count, first, last) of every summary."""
    return [
        (one.name.name, one.count, int(one.first_at.timestamp()), int(one.last_at.timestamp()))
        for one in EventSummary.objects.select_related("name").order_by("name__name")
    ]


# ---- telling one -----------------------------------------------------------------------------------------------------


def test_an_event_is_taken_and_answered_with_nothing(api, ann):
    """EVT-03"""
    answer = api.post(
        "/events", INVITED | {"metadata": {"invitee": "b@x.io", "price": {"amount": 5, "currency": "EUR"}}}
    )

    event = Event.objects.select_related("name").get()
    assert (answer.status_code, answer.content) == (202, b"")
    assert (event.person_id, event.name.name, event.at) == (ann.pk, "invited-friend", NOW)
    assert event.metadata == {"invitee": "b@x.io", "price": {"amount": 5, "currency": "eur"}}
    assert (event.source, event.hand) == ("rest", "Nightly sync")


def test_an_event_names_its_person_in_three_ways(api, ann, workspace):
    """EVT-11"""
    ben = LeadFactory(workspace=workspace)
    whose = [{"id": ann.public_id}, {"user_id": "1"}, {"email": " A@X.io "}, {"id": ben.public_id}]

    for second, named in enumerate(whose):
        body = {"event_name": "read-pricing", "created_at": 1773154800 + second, **named}
        assert api.post("/events", body).status_code == 202

    assert list(Event.objects.order_by("at").values_list("person", flat=True)) == [ann.pk, ann.pk, ann.pk, ben.pk]


def test_the_same_event_twice_counts_once(api, ann):
    """EVT-04"""
    assert [api.post("/events", INVITED).status_code for _ in range(2)] == [202, 202]
    assert counted() == [("invited-friend", 1, 1773154800, 1773154800)]


@pytest.mark.parametrize("missing", ["event_name", "created_at", "user_id"])
def test_an_event_says_what_when_and_who(missing, api, ann):
    """EVT-08"""
    body = {key: value for key, value in INVITED.items() if key != missing} | {"company_id": "6"}

    assert [error[:2] for error in errors(api.post("/events", body))] == [(400, "parameter_missing")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_name": 5},
        {"event_name": "x" * 256},
        {"event_name": "a\x00"},
        {"created_at": "soon"},
        {"created_at": {}},
        {"created_at": True},
        {"user_id": {"a": 1}},
        {"user_id": None, "email": "nobody"},
    ],
)
def test_an_event_that_makes_no_sense_is_refused(wrong, api, ann):
    assert [error[:2] for error in errors(api.post("/events", INVITED | wrong))] == [(400, "parameter_invalid")]
    assert not EventName.objects.exists()


@pytest.mark.parametrize("whom", [{"user_id": "nobody"}, {"id": "x"}, {"email": "nobody@x.io"}])
def test_an_event_of_nobody_is_a_404(whom, api, ann):
    PersonFactory(workspace=WorkspaceFactory(), external_id="nobody", email="nobody@x.io")
    body = {"event_name": "invited-friend", "created_at": 1773154800, **whom}

    assert errors(api.post("/events", body)) == [(404, "not_found", "User Not Found")]


def test_an_event_of_whom_is_to_be_deleted_is_a_404(api, ann):
    """DEL-17"""
    grace.request(ann, by=NOBODY, now=NOW)

    assert errors(api.post("/events", INVITED)) == [(404, "not_found", "User Not Found")]
    assert not Event.objects.exists()


def test_an_email_of_several_users_names_nobody(api, ann, workspace):
    PersonFactory(workspace=workspace, external_id="2", email="a@x.io")

    [error] = errors(api.post("/events", {"event_name": "x", "created_at": 1773154800, "email": "a@x.io"}))

    assert error[:2] == (409, "conflict")


def test_an_archived_event_is_refused(api, ann):
    """EVT-12"""
    api.post("/events", INVITED)
    keeping.archive(EventName.objects.get(), by=NOBODY, now=NOW)

    [error] = errors(api.post("/events", INVITED | {"created_at": 1773154900}))

    assert error[:2] == (400, "parameter_invalid")
    assert Event.objects.count() == 1


def test_a_new_event_beyond_the_limit_is_refused(api, ann, settings):
    """EVT-05"""
    settings.EVENT_NAME_LIMIT = 1
    api.post("/events", INVITED)

    [error] = errors(api.post("/events", INVITED | {"event_name": "another"}))

    assert error[:2] == (400, "parameter_invalid")
    assert EventName.objects.count() == 1


# ---- telling sums ----------------------------------------------------------------------------------------------------

SUMS = {"event_name": "invited-friend", "count": 3, "first": 1671028894, "last": 1671028900}


@pytest.mark.parametrize("told", [SUMS, [SUMS]])
def test_what_was_counted_elsewhere_is_kept(told, api, ann):
    """API-12; told again it is told once"""
    answers = [api.post("/events/summaries", {"user_id": "1", "event_summaries": told}) for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 2
    assert counted() == [("invited-friend", 3, 1671028894, 1671028900)]


def test_sums_never_count_down_what_was_recorded(api, ann):
    for second in range(5):
        api.post("/events", INVITED | {"created_at": 1773154800 + second})

    api.post("/events/summaries", {"user_id": "1", "event_summaries": SUMS})

    assert counted() == [("invited-friend", 5, 1671028894, 1773154804)]


def test_many_sums_cost_the_queries_of_one(api, ann, django_assert_max_num_queries):
    told = [SUMS | {"event_name": f"event {number}"} for number in range(30)]
    api.get("/me")  # notes that the token is used

    with django_assert_max_num_queries(12):
        api.post("/events/summaries", {"user_id": "1", "event_summaries": told + told})

    assert len(counted()) == 30


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "x",
        [1],
        {},
        SUMS | {"count": 0},
        SUMS | {"count": "3"},
        SUMS | {"count": 2**63},
        SUMS | {"first": None},
        SUMS | {"last": "soon"},
        SUMS | {"first": 1671028901},
        [SUMS] * 501,
    ],
)
def test_sums_that_make_no_sense_are_refused(wrong, api, ann):
    [error] = errors(api.post("/events/summaries", {"user_id": "1", "event_summaries": wrong}))

    assert error[0] == 400
    assert not EventName.objects.exists()


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_what_somebody_did_is_read_the_newest_first(api, ann):
    """EVT-07"""
    now = clock.now().replace(microsecond=0)
    happened = [
        Occurrence(ann.pk, "old", now - timedelta(days=91)),
        Occurrence(ann.pk, "first", now - timedelta(days=2), {"n": 1}),
        Occurrence(ann.pk, "last", now - timedelta(days=1)),
    ]
    recording.record(ann.workspace, happened, source=Source.REST, by=NOBODY, now=now)

    answers = [
        api.get(f"/events?type=user&{whom}").json()
        for whom in ("user_id=1", "email=a@x.io", f"intercom_user_id={ann.public_id}")
    ]

    first = answers[0]["events"][1]
    assert first == {
        "type": "event",
        "id": first["id"],
        "event_name": "first",
        "created_at": int(happened[1].at.timestamp()),
        "user_id": "1",
        "email": "a@x.io",
        "intercom_user_id": ann.public_id,
        "metadata": {"n": 1},
    }
    assert [event["event_name"] for event in answers[0]["events"]] == ["last", "first"]
    assert uuid.UUID(first["id"])
    assert answers[0] == answers[1] == answers[2]
    assert (answers[0]["type"], answers[0]["pages"]) == ("event.list", {"type": "pages", "next": None})


def test_pages_of_events_are_followed_by_their_address(api, ann):
    now = clock.now()
    happened = [Occurrence(ann.pk, "x", now - timedelta(minutes=minute)) for minute in range(17)]
    recording.record(ann.workspace, happened, source=Source.REST, by=NOBODY, now=now)

    first = api.get("/events?type=user&user_id=1").json()
    rest = api.get(first["pages"]["next"].removeprefix("http://testserver")).json()

    assert (len(first["events"]), len(rest["events"]), rest["pages"]["next"]) == (15, 2, None)
    assert len({event["id"] for event in first["events"] + rest["events"]}) == 17


def test_events_are_read_summed_up(api, ann):
    """EVT-01"""
    for at in (1671028895, 1671028894):
        api.post("/events", INVITED | {"created_at": at})

    answer = api.get("/events?type=user&user_id=1&summary=true").json()

    assert answer == {
        "type": "event.summary",
        "email": "a@x.io",
        "intercom_user_id": ann.public_id,
        "user_id": "1",
        "events": [
            {
                "name": "invited-friend",
                "first": "2022-12-14T14:41:34.000Z",
                "last": "2022-12-14T14:41:35.000Z",
                "count": 2,
                "description": "",
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("user_id=1", 400),
        ("type=lead&user_id=1", 400),
        ("type=user", 400),
        ("type=user&user_id=nobody", 404),
        ("type=user&user_id=1&after=x", 400),
        ("type=user&user_id=1&per_page=0", 400),
        ("type=user&user_id=%00", 400),
    ],
)
def test_reading_names_a_user_who_is_there(query, status, api, ann):
    [error] = errors(api.get(f"/events?{query}"))

    assert error[0] == status


def test_an_archived_persons_events_are_still_read(api, ann):
    type(ann).objects.filter(pk=ann.pk).update(state=State.ARCHIVED)

    assert api.get("/events?type=user&user_id=1").status_code == 200
