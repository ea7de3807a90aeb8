"""The official Python client, unpatched, against a live server: only its address and its token are changed."""

import pytest
from intercom import Intercom
from intercom.core.api_error import ApiError
from intercom.errors import BadRequestError, NotFoundError, UnauthorizedError
from intercom.types import (
    CreateContactRequestWithEmail,
    CreateContactRequestWithExternalId,
    CreateContactRequestWithRole,
    CreateDataAttributeRequestOne,
    CreateDataAttributeRequestOptions,
    CreateDataAttributeRequestOptionsOptionsItem,
    CreateOrUpdateCompanyRequest,
    SingleFilterSearchRequest,
    StartingAfterPaging,
    UpdateDataAttributeRequestOptions,
    UpdateDataAttributeRequestOptionsOptionsItem,
)

from apps.workspace.models import AccessToken, Seat, hashed
from tests.factories import NOW, SeatFactory, WorkspaceFactory

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
