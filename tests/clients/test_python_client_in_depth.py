"""The rest of what the official Python client meets: every operator of a search, its own errors, limits, versions."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from intercom import Intercom
from intercom.core.api_error import ApiError
from intercom.errors import BadRequestError, NotFoundError, UnauthorizedError
from intercom.types import (
    CreateContactRequestWithEmail,
    CreateContactRequestWithExternalId,
    CreateContactRequestWithRole,
    CreateDataAttributeRequestOne,
    CreateOrUpdateCompanyRequest,
    CreateOrUpdateTagRequest,
    MultipleFilterSearchRequest,
    SingleFilterSearchRequest,
    StartingAfterPaging,
)

from tests.clients.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 86400
RENEWAL = 1_700_000_000


@pytest.fixture
def client(world: World) -> Intercom:
    return Intercom(token=world.token, base_url=world.url)


def one(field: str, operator: str, value: Any) -> SingleFilterSearchRequest:
    return SingleFilterSearchRequest(field=field, operator=operator, value=value)


def group(operator: str, *filters: Any) -> MultipleFilterSearchRequest:
    return MultipleFilterSearchRequest(operator=operator, value=list(filters))


def user(client: Intercom, external_id: str, **more: Any) -> str:
    return client.contacts.create(request=CreateContactRequestWithExternalId(external_id=external_id, **more)).id


def refused(call: Callable[[], Any], by: type[ApiError] = ApiError) -> tuple[int | None, str, str]:
    """What a call is refused with, in the client's own error: its status, its code and its message."""
    with pytest.raises(by) as told:
        call()
    [first] = told.value.body["errors"] if isinstance(told.value.body, dict) else [told.value.body.errors[0]]
    said = first if isinstance(first, dict) else vars(first)
    return told.value.status_code, said["code"], said["message"]


@pytest.fixture
def people(client: Intercom) -> dict[str, str]:
    """Ann, Bea and Cid are users, Ben is a lead; Cid has no values."""
    for name, data_type in {
        "plan": "string",
        "seats": "integer",
        "score": "float",
        "paid": "boolean",
        "renewal": "date",
    }.items():
        client.data_attributes.create(
            request=CreateDataAttributeRequestOne(name=name, model="contact", data_type=data_type)
        )
    ann = {"plan": "Pro", "seats": 5, "score": 1.5, "paid": True, "renewal": RENEWAL}
    bea = {"plan": "Free", "seats": 50, "score": 2.5, "paid": False, "renewal": RENEWAL + 3 * DAY}
    return {
        "ann": user(client, "1", email="ann@acme.io", name="Ann Lee", custom_attributes=ann),
        "bea": user(client, "2", email="bea@acme.io", name="Bea", custom_attributes=bea),
        "cid": user(client, "3", email="cid@other.io"),
        "ben": client.contacts.create(
            request=CreateContactRequestWithRole(role="lead", email="ben@other.io", custom_attributes={"plan": "Pro"})
        ).id,
    }


ASKED = [
    (("custom_attributes.plan", "=", "Pro"), "ann ben"),
    (("custom_attributes.plan", "!=", "Pro"), "bea cid"),
    (("custom_attributes.plan", "IN", ["Pro", "Free"]), "ann bea ben"),
    (("custom_attributes.plan", "NIN", ["Free"]), "ann ben cid"),
    (("name", "~", "lee"), "ann"),
    (("email", "!~", "acme"), "ben cid"),
    (("email", "^", "be"), "bea ben"),
    (("email", "$", "other.io"), "ben cid"),
    (("role", "=", "lead"), "ben"),
    (("email_domain", "=", "acme.io"), "ann bea"),
    (("custom_attributes.seats", "=", 5), "ann"),
    (("custom_attributes.seats", "!=", 5), "bea ben cid"),
    (("custom_attributes.seats", ">", "5"), "bea"),
    (("custom_attributes.seats", "<", 50), "ann"),
    (("custom_attributes.seats", ">=", 5), "ann bea"),
    (("custom_attributes.seats", "<=", 5), "ann"),
    (("custom_attributes.seats", "NIN", ["5"]), "bea ben cid"),
    (("custom_attributes.score", ">", 2), "bea"),
    (("custom_attributes.paid", "=", True), "ann"),  # the client sends 1
    (("custom_attributes.paid", "=", False), "bea"),
    (("custom_attributes.renewal", "=", RENEWAL - 3600), "ann"),  # a whole day
    (("custom_attributes.renewal", ">", RENEWAL), "bea"),
    (("custom_attributes.renewal", "<", str(RENEWAL + DAY)), "ann"),
]


def test_every_operator_is_asked(client, people):
    """api.md §3"""
    told = {
        asked[:2]: {person.id for person in client.contacts.search(query=one(*asked)).response.data}
        for asked, _ in ASKED
    }

    assert told == {asked[:2]: {people[name] for name in names.split()} for asked, names in ASKED}


def test_groups_are_two_deep(client, people):
    """api.md §3"""
    pro, big = one("custom_attributes.plan", "=", "Pro"), one("custom_attributes.seats", ">", 10)
    query = group("OR", group("AND", pro, one("role", "=", "lead")), group("AND", big, one("role", "=", "user")))

    found = client.contacts.search(query=query).response.data

    assert {person.id for person in found} == {people["ben"], people["bea"]}


def test_what_cannot_be_asked_is_a_bad_request(client, people):
    """api.md §3"""
    too_deep = group("AND", group("OR", group("AND", one("role", "=", "user"))))
    faults = [
        one("custom_attributes.never_made", "=", "x"),
        one("custom_attributes.seats", "~", "5"),
        one("custom_attributes.renewal", ">=", str(RENEWAL)),
        group("AND", *[one("role", "=", "user")] * 16),
        too_deep,
    ]

    told = [refused(lambda fault=fault: client.contacts.search(query=fault)) for fault in faults]
    cursor = StartingAfterPaging(per_page=2, starting_after="no cursor")
    lost = refused(lambda: client.contacts.search(query=one("role", "=", "user"), pagination=cursor))

    assert {fault[0] for fault in told} == {400}
    assert lost[:2] == (400, "client_error")


def test_what_was_written_is_found_at_once(client, people):
    """BEY-18: through the door; tests/api/test_written_is_found.py asks a thousand times"""
    for number in range(30):
        client.contacts.update(people["cid"], custom_attributes={"seats": number, "plan": f"Plan {number}"})
        query = group(
            "AND",
            one("custom_attributes.seats", "=", number),
            one("custom_attributes.plan", "=", f"Plan {number}"),
        )

        found = client.contacts.search(query=query).response

        assert [person.id for person in found.data] == [people["cid"]]


FAULTS: dict[str, tuple[type[ApiError], tuple[int, str, str]]] = {
    "stranger": (UnauthorizedError, (401, "unauthorized", "Access Token Invalid")),
    "company": (NotFoundError, (404, "company_not_found", "Company Not Found")),
    "tag": (NotFoundError, (404, "not_found", "Resource Not Found")),
    "note": (NotFoundError, (404, "not_found", "Resource Not Found")),
    "visitor": (NotFoundError, (404, "not_found", "Visitor Not Found")),
    "unnamed company": (BadRequestError, (400, "parameter_not_found", "company not specified")),
    # what follows the client knows by its status alone
    "contact": (ApiError, (404, "not_found", "User Not Found")),
    "lead": (ApiError, (400, "client_error", "Contact with user role can't be converted to a lead")),
}


def test_each_fault_is_the_clients_own_error(client, world, people):
    """api.md §1.3"""
    ann, nobody = people["ann"], "65a92b7ee1a4176d9ab8b357"
    stranger = Intercom(token="wrong", base_url=world.url)
    calls = {
        "stranger": lambda: stranger.admins.list(),
        "company": lambda: client.companies.find(nobody),
        "tag": lambda: client.tags.tag_contact(ann, tag_id="999999"),
        "note": lambda: client.notes.find(999999),
        "visitor": lambda: client.visitors.find(user_id="nobody"),
        "unnamed company": lambda: client.companies.attach_contact(ann, company_id=""),
        "contact": lambda: client.contacts.find(nobody),
        "lead": lambda: client.contacts.update(ann, role="lead"),
    }

    told = {name: refused(call, FAULTS[name][0]) for name, call in calls.items()}

    assert told == {name: said for name, (_, said) in FAULTS.items()}


def test_a_token_that_only_reads_does_not_write(world, people):
    """api.md §1.3: 403"""
    reports = Intercom(token=world.weak_token, base_url=world.url)

    status, code, message = refused(lambda: reports.tags.create(request=CreateOrUpdateTagRequest(name="VIP")))

    assert len(reports.contacts.list().response.data) == 4
    assert (status, code) == (403, "forbidden")
    assert "write_people" in message


def test_two_of_one_name_are_a_conflict(client, people):
    """IDN-07: which names the one who is there"""
    told = refused(lambda: user(client, "1"))

    assert told == (409, "conflict", f"A contact matching those details already exists with id={people['ann']}")


def test_the_client_reads_what_is_left_and_waits_where_it_is_told_to(client, settings):
    """api.md §1.2: this client repeats when it is asked to"""
    settings.API_LIMIT_TOKEN = "3/2s"
    patient: Any = {"max_retries": 3}

    told = client.admins.with_raw_response.identify().headers
    began = time.monotonic()
    answered = [client.admins.identify(request_options=patient).email for _ in range(8)]
    took = time.monotonic() - began

    assert (told["x-ratelimit-limit"], len(set(answered))) == ("3", 1)
    assert took > 1.5
    assert refused(lambda: [client.admins.identify() for _ in range(20)])[:2] == (429, "rate_limit_exceeded")


def test_companies_are_listed_by_tag_and_by_segment(client, people):
    """api.md §4"""
    acme = client.companies.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="6", name="Acme"))
    client.companies.attach_contact(people["ann"], company_id=acme.id)
    tag = client.tags.create(request={"name": "Gold", "companies": [{"id": acme.id}]})
    [inside] = client.companies.list_attached_segments(acme.id).data

    by_tag, by_segment = client.companies.retrieve(tag_id=tag.id), client.companies.retrieve(segment_id=inside.id)

    assert [[one.id for one in answer.data] for answer in (by_tag, by_segment)] == [[acme.id], [acme.id]]


def test_a_version_is_asked_for_by_its_header(client, people):
    """api.md §1.1: the notes of companies came with 2.15"""
    acme = client.companies.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="6", name="Acme"))
    newer: Any = {"additional_headers": {"Intercom-Version": "2.15"}}

    notes = client.unstable.notes.list_company_notes(acme.id, request_options=newer)
    too_old = refused(lambda: client.unstable.notes.list_company_notes(acme.id))
    unknown = refused(lambda: client.admins.identify(request_options={"additional_headers": {"Intercom-Version": "1"}}))

    assert notes.total_count == 0
    assert (too_old[:2], unknown[:2]) == ((400, "intercom_version_invalid"),) * 2


def test_subscriptions_of_both_sorts_are_chosen(client, world, people):
    """api.md §5"""
    ann = people["ann"]

    client.contacts.attach_subscription(ann, subscription_id=world.news, consent_type="opt_out")
    client.contacts.attach_subscription(ann, subscription_id=world.offers, consent_type="opt_in")
    contact = client.contacts.find(ann).model_dump()

    assert [one["id"] for one in contact["opted_out_subscription_types"]["data"]] == [world.news]
    assert [one["id"] for one in contact["opted_in_subscription_types"]["data"]] == [world.offers]


def test_exports_of_messages_find_none(client):
    """api.md §9"""
    asked = client.data_export.create(created_at_after=1717490000, created_at_before=1717510000)

    found = client.data_export.find(asked.job_identifier)
    cancelled = client.data_export.cancel(asked.job_identifier)
    job = client.jobs.status(asked.job_identifier)

    assert [one.status for one in (asked, found, cancelled)] == ["no_data"] * 3
    assert (job.id, job.status) == (asked.job_identifier, "success")
    assert refused(lambda: client.jobs.status("no-such-job")) == (404, "job_not_found", "Job Not Found")


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What becomes of calls that are made in the same moment."""

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except ApiError as refusal:
            return refusal.status_code

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(outcome, calls))


def test_of_clients_that_race_for_one_user_id_one_makes_the_user(world):
    """IDN-05: the others learn who it is"""
    racing = [Intercom(token=world.token, base_url=world.url) for _ in range(6)]

    outcomes = at_once([lambda client=client: user(client, "same", email="same@x.io") for client in racing])

    made = [outcome for outcome in outcomes if outcome != 409]
    assert len(made) == 1
    assert racing[0].contacts.show_contact_by_external_id("same").id == made[0]


def test_of_clients_that_race_for_one_email_one_has_it(world, client):
    """IDN-06: two users without user_id cannot both take an email"""
    request = CreateContactRequestWithEmail(email="race@x.io")

    outcomes = at_once([lambda: client.contacts.create(request=request).id for _ in range(5)])

    made = [outcome for outcome in outcomes if outcome != 409]
    assert len(made) == 1
    assert client.contacts.find(made[0]).email == "race@x.io"


def test_clients_that_race_for_one_company_all_get_it(world):
    """CO-05"""
    racing = [Intercom(token=world.token, base_url=world.url) for _ in range(5)]

    def upsert(client: Intercom, number: int) -> str:
        request = CreateOrUpdateCompanyRequest(company_id="6", name=f"Acme {number}")
        return client.companies.create_or_update(request=request).id

    ids = at_once([lambda c=c, n=n: upsert(c, n) for n, c in enumerate(racing)])

    assert len(set(ids)) == 1
    assert racing[0].companies.find(ids[0]).company_id == "6"


def test_clients_that_race_to_attach_tag_and_write_leave_all_of_it(world, client):
    """API-11, TAG-01, UPD-10: nothing that was answered is lost"""
    ann = user(client, "1")
    tags = [client.tags.create(request=CreateOrUpdateTagRequest(name=f"Tag {number}")).id for number in range(3)]
    for name in ("a", "b", "c"):
        client.data_attributes.create(
            request=CreateDataAttributeRequestOne(name=name, model="contact", data_type="integer")
        )

    at_once(
        [lambda tag=tag: client.tags.tag_contact(ann, tag_id=tag) for tag in tags]
        + [lambda name=name: client.contacts.update(ann, custom_attributes={name: 1}) for name in "abc"]
    )

    contact = client.contacts.find(ann)
    assert {tag.id for tag in client.contacts.list_attached_tags(ann).data} == set(tags)
    assert contact.custom_attributes == {"a": 1, "b": 1, "c": 1}
