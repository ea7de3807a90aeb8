"""Contacts listed, found by user_id, hidden, and merged."""

import pytest

from apps.attributes.models import State
from apps.companies.arrivals import join
from apps.deletion import grace
from apps.people.models import Person
from apps.tags import noting, tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry
from tests.api.conftest import Program, errors
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(workspace):
    return LeadFactory(workspace=workspace, email="a@x.io", name="Ben", phone="+353871")


# ---- listing ---------------------------------------------------------------------------------------------------------


def test_contacts_are_listed_in_pages_the_newest_first(api, workspace):
    """API-08"""
    people = PersonFactory.create_batch(11, workspace=workspace)

    first = api.get("/contacts").json()
    cursor = first["pages"]["next"]["starting_after"]
    second = api.get(f"/contacts?per_page=10&starting_after={cursor}").json()

    newest = [person.public_id for person in reversed(people)]
    assert [contact["id"] for contact in first["data"]] == newest[:10]
    assert [contact["id"] for contact in second["data"]] == newest[10:]
    assert first["pages"] == {
        "type": "pages",
        "page": 1,
        "per_page": 10,
        "total_pages": 2,
        "next": {"page": 2, "per_page": 10, "starting_after": cursor},
    }
    assert (first["total_count"], second["pages"]["next"]) == (11, None)


def test_who_is_hidden_is_not_listed(api, workspace, ann):
    """IDN-09, IDN-19, DEL-05"""
    PersonFactory(workspace=WorkspaceFactory())
    PersonFactory(workspace=workspace, role="visitor", external_id=None)
    for state in (State.ARCHIVED, State.BLOCKED, State.PENDING_DELETION, State.MERGED):
        PersonFactory(workspace=workspace, state=state)

    assert [contact["id"] for contact in api.get("/contacts").json()["data"]] == [ann.public_id]


@pytest.mark.parametrize("query", ["per_page=0", "per_page=151", "per_page=many", "per_page=%00", "per_page=-1"])
def test_a_page_has_1_to_150_contacts(query, api):
    assert [error[:2] for error in errors(api.get(f"/contacts?{query}"))] == [(400, "parameter_invalid")]


def test_a_cursor_that_was_made_up_is_refused(api):
    assert [error[:2] for error in errors(api.get("/contacts?starting_after=x"))] == [(400, "client_error")]


def test_a_list_of_many_costs_the_queries_of_a_list_of_one(api, workspace, django_assert_num_queries):
    """The token; how many, and who; custom values; what hangs on them; and around who the patience."""
    attribute(workspace, "plan")
    join(PersonFactory(workspace=workspace), CompanyFactory(workspace=workspace), now=NOW)
    api.get("/contacts")
    with django_assert_num_queries(9):
        api.get("/contacts")
    for person in PersonFactory.create_batch(20, workspace=workspace):
        join(person, CompanyFactory(workspace=workspace), now=NOW)

    with django_assert_num_queries(9):
        api.get("/contacts?per_page=50")


# ---- by user_id ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("external_id", ["25", "a/b c?", "été"])
def test_a_user_is_found_by_user_id(external_id, api, workspace):
    """API-03; slashes arrive as they are"""
    ann = PersonFactory(workspace=workspace, external_id=external_id)

    answer = api.get(f"/contacts/find_by_external_id/{external_id.replace('?', '%3F')}").json()

    assert answer["id"] == ann.public_id


@pytest.mark.parametrize(
    ("asked", "found"),
    [("a", "a"), ("a/", "a/"), ("a//", "a/"), ("b/", "b"), ("/", None), ("a/x", None), ("b//", None)],
)
def test_a_slash_at_the_end_of_a_user_id_is_its_own_where_somebody_has_it(asked, found, api, workspace):
    """API-03: and else it is the address's, as everywhere"""
    for external_id in ("a", "a/", "b"):
        PersonFactory(workspace=workspace, external_id=external_id)

    answer = api.get(f"/contacts/find_by_external_id/{asked}")

    assert answer.json().get("external_id") == found
    assert answer.status_code == (200 if found else 404)


def test_only_live_users_are_found_by_user_id(api, workspace):
    PersonFactory(workspace=workspace, external_id="25", state=State.ARCHIVED)
    PersonFactory(workspace=WorkspaceFactory(), external_id="26")

    for unknown in ("25", "26", "27", "%00"):
        answer = api.get(f"/contacts/find_by_external_id/{unknown}")
        assert errors(answer) == [(404, "not_found", "User Not Found")]


def test_finding_by_user_id_came_with_2_13(api, ann):
    older = api.get("/contacts/find_by_external_id/1", **{"Intercom-Version": "2.12"})

    missing = "Requested resource is not available in current API version."
    assert errors(older) == [(400, "intercom_version_invalid", missing)]


# ---- hiding ----------------------------------------------------------------------------------------------------------


def test_a_contact_is_archived_and_comes_back(api, ann, token):
    """IDN-19, IDN-21"""
    here = f"/contacts/{ann.public_id}"

    archived = api.post(f"{here}/archive").json()
    hidden = api.get("/contacts").json()["total_count"]
    unarchived = api.post(f"{here}/unarchive").json()

    assert archived == {"type": "contact", "id": ann.public_id, "external_id": "1", "archived": True}
    assert unarchived == {"type": "contact", "id": ann.public_id, "external_id": "1", "archived": False}
    assert (hidden, api.get("/contacts").json()["total_count"]) == (0, 1)
    told = AuditEntry.objects.order_by("pk").values_list("activity", "token_id")
    assert list(told) == [("contact_archival", token.pk), ("contact_unarchival", token.pk)]


def test_a_contact_is_blocked(api, ann):
    """IDN-22"""
    answer = api.post(f"/contacts/{ann.public_id}/block").json()

    ann.refresh_from_db()
    assert answer == {"type": "contact", "id": ann.public_id, "external_id": "1", "blocked": True}
    assert ann.state == State.BLOCKED


def test_who_is_blocked_is_not_unarchived(api, ann):
    """IDN-22: that is undone in the app alone."""
    api.post(f"/contacts/{ann.public_id}/block")

    response = api.post(f"/contacts/{ann.public_id}/unarchive")

    assert errors(response) == [(409, "conflict", "This person is blocked, so that cannot be done.")]


def test_who_is_to_be_deleted_is_not_unarchived(api, ann):
    """DEL-06: restoring is for teammates"""
    grace.request(ann, by=NOBODY, now=NOW)

    [error] = errors(api.post(f"/contacts/{ann.public_id}/unarchive"))

    ann.refresh_from_db()
    assert (error[:2], ann.state) == ((400, "not_restorable"), State.PENDING_DELETION)


# ---- merging ---------------------------------------------------------------------------------------------------------


def test_a_lead_is_merged_into_a_user_with_all_that_is_theirs(api, ann, ben, workspace):
    """IDN-14"""
    vip = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [ben.pk], vip, by=NOBODY, now=NOW)
    noting.add(ben, "Call back", by=NOBODY, now=NOW)
    join(ben, CompanyFactory(workspace=workspace), now=NOW)

    answer = api.post("/contacts/merge", {"from": ben.public_id, "into": ann.public_id}).json()

    assert (answer["id"], answer["name"], answer["phone"]) == (ann.public_id, "Ann", "+353871")
    assert [answer[key]["total_count"] for key in ("tags", "notes", "companies")] == [1, 1, 1]
    assert errors(api.get(f"/contacts/{ben.public_id}")) == [(404, "not_found", "User Not Found")]


def test_only_leads_are_merged_and_only_into_users(api, workspace, ann, ben):
    """IDN-13"""
    olga = PersonFactory(workspace=workspace)

    for lead, user in ((ann, olga), (ann, ben), (ben, LeadFactory(workspace=workspace))):
        answer = api.post("/contacts/merge", {"from": lead.public_id, "into": user.public_id})
        refusal = "Merging can only be performed on a lead into a user"
        assert errors(answer) == [(400, "invalid_merge", refusal)]


@pytest.mark.parametrize("body", [{}, {"from": "a"}, {"from": None, "into": None}])
def test_a_merge_names_both(body, api):
    [error] = errors(api.post("/contacts/merge", body))

    assert error[:2] in [(400, "parameter_missing"), (404, "not_found")]


def test_from_2_16_on_a_merge_is_of_two_who_share_an_email_or_phone(api, workspace, ann):
    ben = LeadFactory(workspace=workspace, email="b@x.io")

    answer = api.post("/contacts/merge", {"from": ben.public_id, "into": ann.public_id}, **{"Intercom-Version": "2.16"})

    assert [error[:2] for error in errors(answer)] == [(400, "invalid_merge")]


def test_from_2_16_on_a_merged_lead_tells_who_they_are_now(api, ann, ben):
    api.post("/contacts/merge", {"from": ben.public_id, "into": ann.public_id})

    gone = api.get(f"/contacts/{ben.public_id}", **{"Intercom-Version": "2.16"})
    history = api.get(f"/contacts/{ann.public_id}/merge_history", **{"Intercom-Version": "2.16"}).json()

    assert [error[:2] for error in errors(gone)] == [(410, "contact_merged")]
    assert gone["Link"] == f'</contacts/{ann.public_id}>; rel="canonical"'
    [merged] = history["data"]
    assert merged == {
        "type": "merge_history",
        "source_contact_id": ben.public_id,
        "source_contact_role": "lead",
        "merged_at": merged["merged_at"],
    }
    assert (history["has_more"], history["next_cursor"]) == (False, None)


def test_a_merge_history_has_pages(api, ann, workspace):
    for _ in range(3):
        ben = LeadFactory(workspace=workspace, email="a@x.io")
        api.post("/contacts/merge", {"from": ben.public_id, "into": ann.public_id})
    newest = {"Intercom-Version": "2.16"}

    first = api.get(f"/contacts/{ann.public_id}/merge_history?per_page=2", **newest).json()
    rest = api.get(f"/contacts/{ann.public_id}/merge_history?cursor={first['next_cursor']}", **newest).json()

    assert (len(first["data"]), first["has_more"], len(rest["data"]), rest["has_more"]) == (2, True, 1, False)


# ---- whoever is not here ---------------------------------------------------------------------------------------------

OF_A_CONTACT = [
    *(("get", path) for path in ("", "/companies", "/tags", "/notes", "/segments", "/subscriptions")),
    *(("post", path) for path in ("/archive", "/unarchive", "/block", "/companies", "/tags", "/notes")),
    *(("post", "/subscriptions"), ("put", ""), ("delete", ""), ("delete", "/tags/1")),
    *(("delete", "/companies/65a92b7ee1a4176d9ab8b357"), ("delete", "/subscriptions/1")),
]


@pytest.mark.parametrize(("method", "path"), OF_A_CONTACT)
def test_nothing_is_known_of_another_workspaces_people(method, path, api: Program):
    other = PersonFactory(workspace=WorkspaceFactory())

    answer = getattr(api, method)(f"/contacts/{other.public_id}{path}")

    assert errors(answer) == [(404, "not_found", "User Not Found")]


@pytest.mark.parametrize(("method", "path"), [one for one in OF_A_CONTACT if one not in [("put", ""), ("delete", "")]])
def test_who_is_to_be_deleted_is_gone_from_every_address(method, path, api: Program, ann):
    """DEL-05"""
    grace.request(ann, by=NOBODY, now=NOW)

    [error] = errors(getattr(api, method)(f"/contacts/{ann.public_id}{path}"))

    assert error[:2] in [(404, "not_found"), (400, "not_restorable")]
