"""The official Python client, unpatched, against a live server: only its address and its token are changed."""

import time
from itertools import islice

import pytest
from intercom import Intercom
from intercom.core.api_error import ApiError
from intercom.errors import BadRequestError, NotFoundError, UnauthorizedError
from intercom.events import CreateDataEventSummariesRequestEventSummaries
from intercom.types import (
    CreateContactRequestWithEmail,
    CreateContactRequestWithExternalId,
    CreateContactRequestWithRole,
    CreateDataAttributeRequestOne,
    CreateDataAttributeRequestOptions,
    CreateDataAttributeRequestOptionsOptionsItem,
    CreateDataEventRequestWithEmail,
    CreateDataEventRequestWithId,
    CreateDataEventRequestWithUserId,
    CreateOrUpdateCompanyRequest,
    CreateOrUpdateTagRequest,
    SingleFilterSearchRequest,
    StartingAfterPaging,
    TagCompanyRequest,
    TagCompanyRequestCompaniesItem,
    TagMultipleUsersRequest,
    TagMultipleUsersRequestUsersItem,
    UntagCompanyRequest,
    UntagCompanyRequestCompaniesItem,
    UpdateDataAttributeRequestOptions,
    UpdateDataAttributeRequestOptionsOptionsItem,
    UpdateVisitorRequestWithUserId,
)

from apps.people.models import Role
from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.workspace.hands import NOBODY
from apps.workspace.models import AccessToken, Seat, hashed
from tests.factories import NOW, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "a-secret-that-was-shown-once"


@pytest.fixture
def tess() -> Seat:
    seat = SeatFactory(workspace=WorkspaceFactory(app_id="abc1234"))
    AccessToken.objects.create(
        workspace=seat.workspace,
        teammate=seat.teammate,
        name="Nightly sync",
        token_hash=hashed(SECRET),
        created_at=NOW,
    )
    return seat


@pytest.fixture(params=["", "/api"], ids=["at the root", "under /api"])
def client(request, tess, live_server) -> Intercom:
    return Intercom(token=SECRET, base_url=f"{live_server.url}{request.param}")


def equal(field: str, value: str) -> SingleFilterSearchRequest:
    return SingleFilterSearchRequest(field=field, operator="=", value=value)


def test_the_client_knows_who_it_is(client, tess):
    me = client.admins.identify()

    assert (me.id, me.email, me.app.id_code) == (str(tess.teammate_id), tess.teammate.email, "abc1234")


def test_a_program_defines_makes_changes_finds_and_deletes(client):
    score = client.data_attributes.create(
        request=CreateDataAttributeRequestOne(
            name="activation_score",
            model="contact",
            data_type="integer",
            description="User activation score 0-100",
        )
    )
    client.data_attributes.create(
        request=CreateDataAttributeRequestOne(name="plan_type", model="contact", data_type="string")
    )
    ann = client.contacts.create(
        request=CreateContactRequestWithExternalId(
            external_id="25",
            email="Ann@X.io",
            name="Ann Lee",
            signed_up_at=1571672154,
            custom_attributes={"activation_score": 80, "plan_type": "free"},
        )
    )
    client.contacts.update(ann.id, custom_attributes={"plan_type": "enterprise"})

    found = client.contacts.find(ann.id)
    by_attribute = client.contacts.search(query=equal("custom_attributes.plan_type", "enterprise"))
    by_user_id = client.contacts.search(query=equal("external_id", "25"))

    assert score.full_name == "custom_attributes.activation_score"
    assert (found.email, found.name, found.role) == ("ann@x.io", "Ann Lee", "user")
    assert found.custom_attributes == {"activation_score": 80, "plan_type": "enterprise"}
    assert [person.id for person in by_attribute.items] == [person.id for person in by_user_id.items] == [ann.id]

    gone = client.contacts.delete(ann.id)

    assert (gone.id, gone.external_id, gone.deleted) == (ann.id, "25", True)
    with pytest.raises(ApiError) as missing:
        client.contacts.find(ann.id)
    assert missing.value.status_code == 404


def test_pages_are_turned_by_hand(client):
    leads = [
        client.contacts.create(request=CreateContactRequestWithRole(role="lead", email="l@x.io")).id for _ in range(3)
    ]

    first = client.contacts.search(query=equal("email", "l@x.io"), pagination=StartingAfterPaging(per_page=2))
    cursor = first.response.pages.next.starting_after
    second = client.contacts.search(
        query=equal("email", "l@x.io"), pagination=StartingAfterPaging(per_page=2, starting_after=cursor)
    )

    assert [person.id for person in first.items] == [leads[2], leads[1]]
    assert [person.id for person in second.items] == [leads[0]]
    assert second.response.pages.next is None


def test_data_attributes_are_listed_and_changed(client):
    stage = client.data_attributes.create(
        request=CreateDataAttributeRequestOptions(
            name="stage",
            model="contact",
            options=[CreateDataAttributeRequestOptionsOptionsItem(value=value) for value in ("A", "B")],
        )
    )

    changed = client.data_attributes.update(
        stage.id,
        request=UpdateDataAttributeRequestOptions(
            options=[UpdateDataAttributeRequestOptionsOptionsItem(value=value) for value in ("B", "C")],
            description="Where they are",
        ),
    )
    archived = client.data_attributes.update(
        stage.id,
        request=UpdateDataAttributeRequestOptions(
            options=[UpdateDataAttributeRequestOptionsOptionsItem(value=value) for value in ("B", "C")], archived=True
        ),
    )
    own = [listed.name for listed in client.data_attributes.list(model="contact").data if listed.custom]
    everything = client.data_attributes.list(model="contact", include_archived=True).data

    assert (stage.data_type, stage.options) == ("string", ["A", "B"])
    assert (changed.options, changed.description) == (["B", "C"], "Where they are")
    assert archived.archived is True
    assert own == []
    assert [listed.name for listed in everything if listed.custom] == ["stage"]


def test_a_company_is_made_and_changed(client):
    made = client.companies.create_or_update(
        request=CreateOrUpdateCompanyRequest(company_id="6", name="Acme", plan="Pro", monthly_spend=155)
    )
    changed = client.companies.create_or_update(request=CreateOrUpdateCompanyRequest(company_id="6", name="Blue Sun"))

    assert (changed.id, changed.name, changed.plan.name) == (made.id, "Blue Sun", "Pro")


def test_faults_reach_the_program_as_its_own_errors(client, live_server):
    with pytest.raises(UnauthorizedError):
        Intercom(token="wrong", base_url=live_server.url).contacts.find("65a92b7ee1a4176d9ab8b357")
    with pytest.raises(BadRequestError):
        client.companies.create_or_update()  # zero bytes, said to be JSON
    with pytest.raises(NotFoundError):
        client.data_attributes.update(1, request=UpdateDataAttributeRequestOptions(options=[]))
    ann = client.contacts.create(request=CreateContactRequestWithEmail(email="a@x.io"))
    with pytest.raises(ApiError) as conflict:
        client.contacts.create(request=CreateContactRequestWithEmail(email="a@x.io"))
    assert (conflict.value.status_code, conflict.value.body["errors"][0]["code"]) == (409, "conflict")
    assert ann.id in conflict.value.body["errors"][0]["message"]


# ---- the rest of the surface -----------------------------------------------------------------------------------------


def user(client: Intercom, external_id: str, **more: object) -> str:
    request = CreateContactRequestWithExternalId(external_id=external_id, **more)
    return client.contacts.create(request=request).id


def lead(client: Intercom, email: str) -> str:
    return client.contacts.create(request=CreateContactRequestWithRole(role="lead", email=email)).id


def company(client: Intercom, company_id: str, **more: object) -> str:
    request = CreateOrUpdateCompanyRequest(company_id=company_id, **more)
    return client.companies.create_or_update(request=request).id


def test_contacts_are_listed_by_the_clients_own_pages(client):
    made = [user(client, str(number)) for number in range(5)]

    listed = [contact.id for contact in client.contacts.list(per_page=2)]

    assert listed == made[::-1]


def test_contacts_are_found_hidden_and_brought_back(client):
    ann = user(client, "a/b c")

    found = client.contacts.show_contact_by_external_id("a/b c")
    archived = client.contacts.archive(ann)
    unarchived = client.contacts.unarchive(ann)
    blocked = client.contacts.block_contact(ann)

    assert (found.id, archived.archived, unarchived.archived, blocked.blocked) == (ann, True, False, True)


def test_a_lead_is_merged_into_a_user(client):
    ann, ben = user(client, "1", email="a@x.io"), lead(client, "a@x.io")

    assert client.contacts.merge_lead_in_user(lead_id=ben, contact_id=ann).id == ann
    with pytest.raises(ApiError) as gone:
        client.contacts.find(ben)
    assert gone.value.status_code == 404


def test_companies_are_read_changed_listed_and_deleted(client):
    ann, acme = user(client, "1"), company(client, "6", name="Acme")

    attached = client.companies.attach_contact(ann, company_id=acme)
    changed = client.companies.update(acme, request={"name": "Blue"})
    by_id, by_name = client.companies.find(acme), client.companies.retrieve(name="Blue")
    listed = [one.id for one in client.companies.list(per_page=1)]
    scrolled = client.companies.scroll()
    people = client.companies.list_attached_contacts(acme)
    segments = client.companies.list_attached_segments(acme)
    theirs = list(islice(client.contacts.list_attached_companies(ann), 5))
    detached = client.companies.detach_contact(ann, acme)
    deleted = client.companies.delete(acme)

    assert (attached.id, changed.name, by_id.id, by_name.id) == (acme, "Blue", acme, acme)
    assert (listed, [one.id for one in scrolled.items]) == ([acme], [acme])
    assert [one.id for one in people.data] == [ann]
    assert [one.name for one in segments.data] == ["New"]
    assert ([one.id for one in theirs], detached.id, deleted.deleted) == ([acme], acme, True)


def test_tags_are_made_hung_taken_and_deleted(client):
    ann, acme = user(client, "1"), company(client, "6")
    vip = client.tags.create(request=CreateOrUpdateTagRequest(name="VIP"))
    renamed = client.tags.create(request=CreateOrUpdateTagRequest(id=vip.id, name="Gold"))

    hung = client.tags.tag_contact(ann, tag_id=vip.id)
    theirs = client.contacts.list_attached_tags(ann).data
    taken = client.tags.untag_contact(ann, vip.id)
    named = TagCompanyRequest(name="Gold", companies=[TagCompanyRequestCompaniesItem(company_id="6")])
    client.tags.create(request=named)
    [tagged] = client.companies.find(acme).tags.tags
    unnamed = UntagCompanyRequest(name="Gold", companies=[UntagCompanyRequestCompaniesItem(id=acme, untag=True)])
    client.tags.create(request=unnamed)
    client.tags.create(request=TagMultipleUsersRequest(name="Gold", users=[TagMultipleUsersRequestUsersItem(id=ann)]))
    of_many = client.contacts.list_attached_tags(ann).data
    listed, found = client.tags.list().data, client.tags.find(vip.id)
    client.tags.delete(vip.id)

    assert (renamed.id, renamed.name, hung.id, taken.id, found.name) == (vip.id, "Gold", vip.id, vip.id, "Gold")
    assert [[one.id for one in tags] for tags in (theirs, of_many, listed)] == [[vip.id]] * 3
    assert tagged == {"type": "tag", "id": vip.id, "name": "Gold"}
    assert client.companies.find(acme).tags.tags == client.tags.list().data == []


def test_notes_are_left_and_read(client, tess):
    ann = user(client, "1")

    note = client.notes.create(ann, body="Call back", admin_id=str(tess.teammate_id))
    listed = list(islice(client.notes.list(ann), 5))
    found = client.notes.find(int(note.id))

    assert [one.id for one in listed] == [found.id] == [note.id]
    assert (found.body, found.author.name, found.contact.id) == ("<p>Call back</p>", "Tess", ann)


def test_segments_are_read(client):
    ann = user(client, "1", last_seen_at=int(time.time()))

    listed = client.segments.list(include_count=True).segments
    found = client.segments.find(listed[0].id)
    theirs = client.contacts.list_attached_segments(ann).data

    assert (listed[0].name, listed[0].count, found.id) == ("All users", 1, listed[0].id)
    assert [segment.name for segment in theirs] == ["Active"]


def test_subscriptions_are_chosen_and_taken_back(client, tess):
    ann = user(client, "1")
    wording = Wording("News", "", "en", ["email"])
    news = keeping.create(tess.workspace, wording, "opt_out", by=NOBODY, now=NOW)

    types = client.subscription_types.list().data
    chosen = client.contacts.attach_subscription(ann, subscription_id=str(news.pk), consent_type="opt_out")
    listed = client.contacts.list_attached_subscriptions(ann).data
    client.contacts.detach_subscription(ann, str(news.pk))

    assert [one.id for one in types] == [one.id for one in listed] == [chosen.id] == [str(news.pk)]
    assert client.contacts.list_attached_subscriptions(ann).data == []


def test_events_are_told_and_read(client):
    now = int(time.time())
    ann = user(client, "1", email="a@x.io")
    what = {"event_name": "invited-friend", "metadata": {"invitee": "b@x.io"}}

    client.events.create(request=CreateDataEventRequestWithId(id=ann, created_at=now - 2, **what))
    client.events.create(request=CreateDataEventRequestWithUserId(user_id="1", created_at=now - 1, **what))
    client.events.create(request=CreateDataEventRequestWithEmail(email="a@x.io", created_at=now, **what))
    told = CreateDataEventSummariesRequestEventSummaries(event_name="signed-in", count=3, first=now - 9, last=now - 5)
    client.events.summaries(user_id="1", event_summaries=told)

    summed = client.events.list(type="user", user_id="1", summary=True).events
    plain = client.events.list(type="user", intercom_user_id=ann)

    assert [(one.name, one.count) for one in summed] == [("invited-friend", 3), ("signed-in", 3)]
    assert [one["created_at"] for one in plain.model_dump()["events"]] == [now, now - 1, now - 2]


def test_visitors_are_read_changed_and_converted(client, tess):
    for number in (1, 2):
        PersonFactory(workspace=tess.workspace, role=Role.VISITOR, external_id=None, visitor_id=f"v-{number}")
    ann = user(client, "1", email="a@x.io")

    found = client.visitors.find(user_id="v-1")
    changed = client.visitors.update(request=UpdateVisitorRequestWithUserId(user_id="v-1", name="Vic"))
    merged = client.visitors.merge_to_contact(type="user", user={"email": "a@x.io"}, visitor={"user_id": "v-1"})
    born = client.visitors.merge_to_contact(type="lead", user={"email": "v@x.io"}, visitor={"user_id": "v-2"})

    assert (found.id, changed.name) == (changed.id, "Vic")
    assert (merged.id, born.role, born.email) == (ann, "lead", "v@x.io")


def test_teammates_and_what_they_did_are_read(client, tess):
    client.tags.create(request=CreateOrUpdateTagRequest(name="VIP"))

    admins = client.admins.list().admins
    tessa = client.admins.find(tess.teammate_id)
    log = client.admins.list_all_activity_logs(created_at_after=str(int(time.time()) - 60)).activity_logs

    assert [admin.id for admin in admins] == [tessa.id] == [str(tess.teammate_id)]
    assert [line.activity_type for line in log] == ["tag_creation"]
