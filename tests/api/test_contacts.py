"""Contacts, made, read, changed and deleted by a customer's program."""

from datetime import timedelta

import pytest

from apps.api import replying
from apps.attributes.defining import archive
from apps.attributes.history import history_of, refusals_of
from apps.attributes.models import RefusedWrite, State
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.deletion import grace
from apps.deletion.models import Deletion
from apps.people.models import Person, Role
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from tests.api.conftest import errors, value
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, attribute

pytestmark = pytest.mark.django_db


def by_hand(person: Person, **values: object) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    write(Person, workspace, {person.pk: values}, Source.MANUAL, now=NOW)


def by_ping(person: Person, **values: object) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    write(Person, workspace, {person.pk: values}, Source.PING, now=NOW)


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_a_contact_is_complete(api, workspace, tess):
    """api.md §2.4"""
    attribute(workspace, "plan")
    attribute(workspace, "renews_at", "date")
    attribute(workspace, "seats", "number")
    ann = PersonFactory(
        workspace=workspace, external_id="25", email="ann@x.io", email_domain="x.io", name="Ann", phone="+353871",
        avatar="https://x.io/a.jpg", owner=tess.teammate, signed_up_at=NOW, country="Ireland", browser="chrome",
    )  # fmt: skip
    by_ping(ann, plan="pro", renews_at=1773154800)
    acme = CompanyFactory(workspace=workspace)
    join(ann, acme, now=NOW)
    here, nothing = f"/contacts/{ann.public_id}", {"data": [], "total_count": 0, "has_more": False}
    ann.refresh_from_db()

    answer = api.get(here).json()

    unknown = {
        *("last_seen_at", "last_replied_at", "last_contacted_at", "last_email_opened_at", "last_email_clicked_at"),
        *("language_override", "browser_version", "browser_language", "os", "referrer", "enabled_push_messaging"),
        *(f"utm_{key}" for key in ("campaign", "content", "medium", "source", "term")),
        *(f"{system}_{key}" for system in ("ios", "android") for key in replying.MOBILE),
    }
    assert answer == dict.fromkeys(unknown) | {
        "type": "contact",
        "id": ann.public_id,
        "workspace_id": "abc1234",
        "external_id": "25",
        "role": "user",
        "email": "ann@x.io",
        "email_domain": "x.io",
        "phone": "+353871",
        "name": "Ann",
        "owner_id": tess.teammate_id,
        "avatar": {"type": "avatar", "image_url": "https://x.io/a.jpg"},
        "has_hard_bounced": False,
        "marked_email_as_spam": False,
        "unsubscribed_from_emails": False,
        "created_at": 1773154800,
        "updated_at": 1773154800,
        "signed_up_at": 1773154800,
        "browser": "chrome",
        "location": {
            "type": "location",
            "country": "Ireland",
            "region": None,
            "city": None,
            "country_code": None,
            "continent_code": None,
        },
        "social_profiles": {"type": "list", "data": []},
        "custom_attributes": {"plan": "pro", "renews_at": 1773154800},
        "tags": {"type": "list", "url": f"{here}/tags", **nothing},
        "notes": {"type": "list", "url": f"{here}/notes", **nothing},
        "companies": {
            "type": "list",
            "data": [{"type": "company", "id": acme.public_id, "url": f"/companies/{acme.public_id}"}],
            "url": f"{here}/companies",
            "total_count": 1,
            "has_more": False,
        },
        "opted_in_subscription_types": {"type": "list", "url": f"{here}/subscriptions", **nothing},
        "opted_out_subscription_types": {"type": "list", "url": f"{here}/subscriptions", **nothing},
    }


def test_a_contact_names_ten_companies_and_counts_them_all(api, ann):
    for company in CompanyFactory.create_batch(12, workspace=ann.workspace):
        join(ann, company, now=NOW)

    companies = api.get(f"/contacts/{ann.public_id}").json()["companies"]

    assert (len(companies["data"]), companies["total_count"], companies["has_more"]) == (10, 12, True)


@pytest.mark.parametrize("state", [State.ARCHIVED, State.BLOCKED])
def test_a_hidden_contact_is_still_read_by_id(state, api, workspace):
    """IDN-07"""
    ann = PersonFactory(workspace=workspace, state=state)

    assert api.get(f"/contacts/{ann.public_id}").json()["id"] == ann.public_id


@pytest.mark.parametrize("hidden", [{"state": State.PENDING_DELETION}, {"state": State.MERGED}, {"role": Role.VISITOR}])
def test_who_is_deleted_merged_or_no_contact_yet_is_not_found(hidden, api, workspace):
    """DEL-05, IDN-09"""
    person = PersonFactory(workspace=workspace, **hidden)

    assert errors(api.get(f"/contacts/{person.public_id}")) == [(404, "not_found", "User Not Found")]


def test_reading_a_contact_costs_the_same_with_one_company_and_with_many(api, ann, django_assert_num_queries):
    """The token, the person, the custom values, the companies and whatever else hangs on them."""
    attribute(ann.workspace, "plan")
    join(ann, CompanyFactory(workspace=ann.workspace), now=NOW)
    api.get(f"/contacts/{ann.public_id}")
    with django_assert_num_queries(4):
        api.get(f"/contacts/{ann.public_id}")
    for company in CompanyFactory.create_batch(30, workspace=ann.workspace):
        join(ann, company, now=NOW)

    with django_assert_num_queries(4):
        api.get(f"/contacts/{ann.public_id}")


# ---- making ----------------------------------------------------------------------------------------------------------


def test_a_user_is_made_unless_a_role_is_named(api, workspace):
    attribute(workspace, "plan")

    response = api.post(
        "/contacts",
        {
            "external_id": "25",
            "email": " Ann@X.io ",
            "name": "Ann Lee",
            "phone": "+353871",
            "avatar": "https://x.io/a.jpg",
            "signed_up_at": 1571672154,
            "last_seen_at": 1571672155,
            "unsubscribed_from_emails": True,
            "custom_attributes": {"plan": "pro"},
        },
    )

    answer = response.json()
    assert response.status_code == 200
    assert (answer["role"], answer["external_id"], answer["email"], answer["email_domain"]) == (
        "user",
        "25",
        "ann@x.io",
        "x.io",
    )
    assert (answer["signed_up_at"], answer["last_seen_at"]) == (1571672154, 1571672155)
    assert (answer["unsubscribed_from_emails"], answer["custom_attributes"]) == (True, {"plan": "pro"})
    ann = Person.objects.get(public_id=answer["id"])
    assert (ann.first_name, ann.last_name) == ("Ann", "Lee")
    assert [(line.source, line.hand) for line in history_of(ann, "plan")] == [("rest", "Nightly sync")]


@pytest.mark.parametrize("body", [{}, {"role": "user"}, {"role": "user", "name": "Ann"}, {"name": "Ann"}])
def test_a_user_needs_an_identifier(body, api):
    """API-04"""
    response = api.post("/contacts", body)

    assert [error[:2] for error in errors(response)] == [(400, "parameter_missing")]
    assert not Person.objects.exists()


def test_a_lead_needs_nothing(api):
    """API-04, IDN-17"""
    lead = api.post("/contacts", {"role": "lead"})
    twins = [api.post("/contacts", {"role": "lead", "email": "l@x.io"}) for _ in range(2)]

    assert [response.status_code for response in (lead, *twins)] == [200, 200, 200]
    assert len({response.json()["id"] for response in (lead, *twins)}) == 3


@pytest.mark.parametrize("role", ["visitor", "admin", 1, ["user"], {"a": 1}])
def test_no_other_role_can_be_given(role, api):
    response = api.post("/contacts", {"role": role, "email": "a@x.io"})

    assert errors(response) == [(400, "parameter_invalid", "The role must be either user or lead.")]


@pytest.mark.parametrize("body", [{"external_id": "1"}, {"email": "A@x.io"}, {"external_id": "1", "email": "b@x.io"}])
def test_identifiers_that_a_user_holds_are_a_conflict_that_names_the_holder(body, api, ann):
    """IDN-04, IDN-05"""
    response = api.post("/contacts", {"role": "user", **body})

    message = f"A contact matching those details already exists with id={ann.public_id}"
    assert errors(response) == [(409, "conflict", message)]


@pytest.mark.parametrize("state", [State.ARCHIVED, State.PENDING_DELETION])
def test_hidden_users_hold_their_identifiers_and_their_email(state, api, workspace):
    """IDN-04, IDN-06, DEL-12"""
    ann = PersonFactory(workspace=workspace, external_id="1", email="a@x.io", state=state)
    message = f"An archived contact matching those details already exists with id={ann.public_id}"

    same_id = api.post("/contacts", {"role": "user", "external_id": "1"})
    same_email = api.post("/contacts", {"role": "user", "external_id": "999", "email": "a@x.io"})

    assert errors(same_id) == errors(same_email) == [(409, "conflict", message)]


def test_two_users_may_share_an_email_when_both_have_user_ids(api, ann):
    """IDN-06"""
    shared = api.post("/contacts", {"role": "user", "external_id": "2", "email": "a@x.io"})
    alone = api.post("/contacts", {"role": "user", "email": "a@x.io"})

    assert [shared.status_code, alone.status_code] == [200, 409]


# ---- changing --------------------------------------------------------------------------------------------------------


def test_only_what_is_named_changes(api, workspace, ann):
    """UPD-10, API-09"""
    attribute(workspace, "plan_type")
    attribute(workspace, "score", "number")
    by_ping(ann, plan_type="free", score=3)

    answer = api.put(f"/contacts/{ann.public_id}", {"custom_attributes": {"plan_type": "enterprise"}}).json()

    assert answer["custom_attributes"] == {"plan_type": "enterprise", "score": 3}
    assert answer["name"] == "Ann"


@pytest.mark.parametrize("blank", [None, ""])
def test_null_and_empty_text_clear(blank, api, workspace, ann):
    attribute(workspace, "plan")
    by_ping(ann, plan="free")

    answer = api.put(f"/contacts/{ann.public_id}", {"name": blank, "custom_attributes": {"plan": blank}}).json()

    assert (answer["name"], answer["custom_attributes"]) == (None, {})


def test_an_unknown_custom_attribute_refuses_the_call_and_changes_nothing(api, ann):
    """ATT-23, BEY-02"""
    response = api.put(f"/contacts/{ann.public_id}", {"name": "New", "custom_attributes": {"mood": "ok"}})

    assert errors(response) == [(400, "parameter_invalid", "Custom attribute 'mood' does not exist")]
    assert value(ann, "name") == "Ann"
    assert [(line.key, line.source, line.reason, line.raw) for line in refusals_of(ann)] == [
        ("mood", "rest", "unknown", "ok")
    ]


def test_a_standard_key_is_no_custom_attribute(api, ann):
    response = api.put(f"/contacts/{ann.public_id}", {"custom_attributes": {"name": "New"}})

    assert errors(response) == [(400, "parameter_invalid", "Custom attribute 'name' does not exist")]
    assert value(ann, "name") == "Ann"


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "many"),
        ("number", 1.5),
        ("boolean", "perhaps"),
        ("date", 1350466020000),
        ("text", {"a": 1}),
        ("text", ["x"]),
        ("text", "x" * 256),
    ],
)
def test_a_value_that_does_not_fit_refuses_the_call_and_is_remembered(kind, raw, api, workspace, ann):
    """ATT-26, ATT-32, ATT-33, ATT-38"""
    attribute(workspace, "thing", kind)

    response = api.put(f"/contacts/{ann.public_id}", {"name": "New", "custom_attributes": {"thing": raw}})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert errors(response)[0][2].startswith("Custom attribute 'thing' ")
    assert (value(ann, "name"), value(ann, "thing")) == ("Ann", None)
    assert [line.key for line in refusals_of(ann)] == ["thing"]
    assert not history_of(ann, "name")


def test_a_refused_creation_makes_nobody_and_is_remembered(api, workspace):
    attribute(workspace, "seats", "number")

    response = api.post("/contacts", {"external_id": "1", "custom_attributes": {"seats": "many"}})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert not Person.objects.exists()
    assert list(RefusedWrite.objects.values_list("record_id", "key", "source", "hand")) == [
        (None, "seats", "rest", "Nightly sync")
    ]


def test_every_refused_value_is_said(api, workspace, ann):
    attribute(workspace, "seats", "number")

    response = api.put(f"/contacts/{ann.public_id}", {"email": "nobody", "custom_attributes": {"seats": "many"}})

    assert [(error["field"], error["message"]) for error in response.json()["errors"]] == [
        ("email", "email is not one email address"),
        ("custom_attributes.seats", "Custom attribute 'seats' is not a number"),
    ]


def test_an_archived_attribute_is_refused(api, workspace, ann):
    """ATT-43"""
    archive(attribute(workspace, "old"), by=NOBODY, now=NOW)

    response = api.put(f"/contacts/{ann.public_id}", {"custom_attributes": {"old": "b"}})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]


def test_a_list_takes_a_value_outside_its_options(api, workspace, ann):
    """QUAL-06, API-13"""
    attribute(workspace, "stage", "list", options=["A", "B"])

    answer = api.put(f"/contacts/{ann.public_id}", {"custom_attributes": {"stage": "Z"}})

    assert answer.json()["custom_attributes"] == {"stage": "Z"}


def test_what_cannot_be_written_is_left_out_in_silence(api, ann):
    """ATT-06"""
    body = {"has_hard_bounced": True, "created_at": 1, "unsubscribed_from_emails": True, "tags": {"type": "list"}}

    answer = api.put(f"/contacts/{ann.public_id}", body).json()

    assert (answer["has_hard_bounced"], answer["created_at"]) == (False, 1773154800)
    assert answer["unsubscribed_from_emails"] is True


def test_what_visits_left_is_read_and_cannot_be_written(api, workspace):
    """ATT-51, ATT-55"""
    left = {"browser": "Chrome", "browser_version": "137", "os": "Windows", "browser_language": "en-IE"}
    left |= {"referrer": "https://news.example/", "utm_source": "fb", "utm_campaign": "spring"}
    place = {"city": "Dublin", "region": "Leinster", "country": "Ireland", "country_code": "IE", "continent_code": "EU"}
    ann = PersonFactory(workspace=workspace, **left, **place)

    sent = {"location": {"city": "Paris"}} | dict.fromkeys(left, "mine")
    answer = api.put(f"/contacts/{ann.public_id}", sent).json()

    assert {key: answer[key] for key in left} == left
    assert answer["location"] == {"type": "location"} | place


def test_a_key_that_means_nothing_is_refused(api, ann):
    response = api.put(f"/contacts/{ann.public_id}", {"name": "New", "plan": "pro"})

    assert errors(response) == [(400, "bad_request", "bad 'plan' parameter")]
    assert value(ann, "name") == "Ann"


def test_a_contact_that_was_read_can_be_sent_back(api):
    contact = api.post("/contacts", {"email": "a@x.io", "avatar": "https://x.io/a.jpg"}).json()

    answer = api.put(f"/contacts/{contact['id']}", contact).json()

    assert answer == contact | {"updated_at": answer["updated_at"]}


def test_rest_takes_a_value_from_a_teammate_and_the_next_ping_takes_it_from_rest(api, workspace, ann):
    """QUAL-13, QUAL-14, UPD-02, UPD-03"""
    attribute(workspace, "budget", "number")
    by_hand(ann, budget=500)

    answer = api.put(f"/contacts/{ann.public_id}", {"custom_attributes": {"budget": 300}}).json()
    by_ping(ann, budget=100)

    assert answer["custom_attributes"] == {"budget": 300}
    assert value(ann, "budget") == 100
    assert [line.source for line in reversed(history_of(ann, "budget"))] == ["manual", "rest", "ping"]


def test_a_workflow_gives_way_and_is_told_what_was_kept_from_it(workflow, workspace, ann):
    """API-14"""
    attribute(workspace, "budget", "number")
    attribute(workspace, "plan")
    by_hand(ann, budget=500)

    response = workflow.put(f"/contacts/{ann.public_id}", {"custom_attributes": {"budget": 50, "plan": "pro"}})
    fault = workflow.put(f"/contacts/{ann.public_id}", {"custom_attributes": {"mood": "ok"}})

    assert (response.status_code, response.json()["skipped"]) == (200, ["budget"])
    assert response.json()["custom_attributes"] == {"budget": 500, "plan": "pro"}
    assert [line.source for line in history_of(ann, "plan")] == ["operator"]
    assert [(line.key, line.reason) for line in refusals_of(ann)] == [("mood", "unknown"), ("budget", "yielded")]
    assert fault.status_code == 400


def test_a_lead_becomes_a_user_and_never_the_other_way(api, workspace, ann):
    """IDN-15"""
    ben = LeadFactory(workspace=workspace)

    answer = api.put(f"/contacts/{ben.public_id}", {"role": "user", "external_id": "7"}).json()
    refused = api.put(f"/contacts/{ann.public_id}", {"role": "lead"})

    assert (answer["role"], answer["external_id"]) == ("user", "7")
    message = "Contact with user role can't be converted to a lead"
    assert errors(refused) == [(400, "client_error", message)]
    assert Person.objects.get(pk=ann.pk).role == "user"


def test_a_role_that_is_taken_back_with_a_refused_value(api, workspace):
    attribute(workspace, "seats", "number")
    ben = LeadFactory(workspace=workspace)

    response = api.put(f"/contacts/{ben.public_id}", {"role": "user", "custom_attributes": {"seats": "many"}})

    assert response.status_code == 400
    assert Person.objects.get(pk=ben.pk).role == "lead"


def test_an_identifier_is_not_taken_from_another_user(api, workspace, ann):
    """IDN-01, IDN-05"""
    bea = PersonFactory(workspace=workspace, external_id="2")

    taken = api.put(f"/contacts/{bea.public_id}", {"external_id": "1"})
    free = api.put(f"/contacts/{bea.public_id}", {"external_id": "3"})

    message = f"A contact matching those details already exists with id={ann.public_id}"
    assert errors(taken) == [(409, "conflict", message)]
    assert free.json()["external_id"] == "3"


@pytest.mark.parametrize("owner", [999_999, "999999", True, "Tess"])
def test_an_owner_must_be_a_member(owner, api, ann):
    """IDN-24"""
    SeatFactory()  # of another workspace

    response = api.put(f"/contacts/{ann.public_id}", {"owner_id": owner})

    assert errors(response) == [(400, "parameter_invalid", "The owner specified is not a member of the workspace")]


def test_an_owner_is_given_by_number_or_by_text(api, ann, tess):
    """IDN-24"""
    answers = [
        api.put(f"/contacts/{ann.public_id}", {"owner_id": owner}).json()["owner_id"]
        for owner in (tess.teammate_id, None, str(tess.teammate_id))
    ]

    assert answers == [tess.teammate_id, None, tess.teammate_id]


@pytest.mark.parametrize(
    "avatar",
    ["https://x.io/b.jpg", {"image_url": "https://x.io/b.jpg"}, {"type": "avatar", "image_url": "https://x.io/b.jpg"}],
)
def test_a_picture_is_sent_as_its_address_or_as_an_object(avatar, api, ann):
    """AVA-01, AVA-02"""
    answer = api.put(f"/contacts/{ann.public_id}", {"avatar": avatar}).json()

    assert answer["avatar"] == {"type": "avatar", "image_url": "https://x.io/b.jpg"}


@pytest.mark.parametrize(
    "avatar", ["javascript:alert(1)", "ftp://x.io/a.jpg", "a.jpg", {"url": "https://x.io/a.jpg"}, 5]
)
def test_any_other_picture_is_refused(avatar, api, ann):
    """AVA-03"""
    Person.objects.filter(pk=ann.pk).update(avatar="https://x.io/a.jpg")

    response = api.put(f"/contacts/{ann.public_id}", {"avatar": avatar})

    assert response.status_code == 400
    assert value(ann, "avatar") == "https://x.io/a.jpg"


def test_a_leads_picture_is_set_alike(api, workspace):
    """AVA-05"""
    ben = LeadFactory(workspace=workspace)

    answer = api.put(f"/contacts/{ben.public_id}", {"avatar": "https://x.io/b.jpg"}).json()

    assert answer["avatar"]["image_url"] == "https://x.io/b.jpg"


def test_nobody_is_changed_by_an_unknown_id(api):
    assert errors(api.put("/contacts/65a92b7ee1a4176d9ab8b357", {"name": "A"})) == [
        (404, "not_found", "User Not Found")
    ]


# ---- deleting --------------------------------------------------------------------------------------------------------


def test_a_contact_is_deleted_by_intercoms_id_alone(api, ann):
    """DEL-04, DEL-05"""
    by_user_id = api.delete("/contacts/1")
    response = api.delete(f"/contacts/{ann.public_id}")

    assert by_user_id.status_code == 404
    assert (response.status_code, response.json()) == (
        200,
        {"type": "contact", "id": ann.public_id, "external_id": "1", "deleted": True},
    )
    assert api.get(f"/contacts/{ann.public_id}").status_code == 404
    assert [
        (entry.token.name, entry.metadata) for entry in AuditEntry.objects.filter(activity="app_data_deletion")
    ] == [("Nightly sync", {"contact": ann.public_id})]


def test_identifiers_of_a_deleted_contact_are_freed_by_renaming_it(api, ann):
    """DEL-13, DEL-14, DEL-23"""
    api.delete(f"/contacts/{ann.public_id}")
    due_at = Deletion.objects.get().due_at

    renamed = api.put(f"/contacts/{ann.public_id}", {"external_id": "1_delete", "email": "a_del@x.io"})
    again = api.delete(f"/contacts/{ann.public_id}")
    made = api.post("/contacts", {"role": "user", "external_id": "1", "email": "a@x.io"})

    assert [renamed.status_code, again.status_code, made.status_code] == [200, 200, 200]
    assert again.json()["external_id"] == "1_delete"
    assert made.json()["id"] != ann.public_id
    assert [deletion.due_at for deletion in Deletion.objects.all()] == [due_at]
    assert Person.objects.get(pk=ann.pk).state == State.PENDING_DELETION


@pytest.mark.parametrize("body", [{"name": "x"}, {"external_id": "2", "name": "x"}, {"role": "user"}])
def test_a_deleted_contact_takes_nothing_but_identifiers(body, api, ann):
    """DEL-14"""
    grace.request(ann, by=NOBODY, now=NOW + timedelta(days=1))

    assert errors(api.put(f"/contacts/{ann.public_id}", body)) == [(404, "not_found", "User Not Found")]
    assert (value(ann, "external_id"), value(ann, "name")) == ("1", "Ann")


def test_writing_through_the_api_is_no_visit(api, workspace):
    """SESS-16"""
    ann = PersonFactory(workspace=workspace, session_count=2, last_seen_at=NOW - timedelta(days=1))

    for number in range(5):
        api.put(f"/contacts/{ann.public_id}", {"name": f"Ann {number}"})

    ann.refresh_from_db()
    assert (ann.name, ann.session_count, ann.last_seen_at) == ("Ann 4", 2, NOW - timedelta(days=1))


# ---- other programs --------------------------------------------------------------------------------------------------


def origin_of(person: Person, key: str) -> tuple[str, str]:
    """The source and the name of the hand that a value comes from."""
    [line] = history_of(person, key)
    return line.source, line.hand


@pytest.mark.parametrize("way", ["post", "put"])
def test_an_unsubscribe_that_a_mail_tool_reports_is_kept_under_its_name(way, api, workspace):
    """UPD-06, UPD-07: "Nightly sync" is what the token is called"""
    body = {"external_id": "1", "unsubscribed_from_emails": True}
    path = "/contacts" if way == "post" else PersonFactory(workspace=workspace, external_id="1").public_id

    answer = getattr(api, way)(path if way == "post" else f"/contacts/{path}", body)

    person = Person.objects.get(external_id="1")
    assert (answer.json()["unsubscribed_from_emails"], person.unsubscribed_from_emails) == (True, True)
    assert origin_of(person, "unsubscribed_from_emails") == ("rest", "Nightly sync")


def test_in_2_11_a_phone_stands_under_both_of_its_names(api, workspace):
    ann = PersonFactory(workspace=workspace, phone="+353871234567")

    told = api.get(f"/contacts/{ann.public_id}", **{"Intercom-Version": "2.11"}).json()

    assert (told["phone"], told["formatted_phone"]) == ("+353871234567", "+353871234567")
    assert "formatted_phone" not in api.get(f"/contacts/{ann.public_id}").json()
