"""Settings → Subscription types."""

import pytest
from django.test import Client

from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.subscriptions.models import SubscriptionType
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Seat, Workspace
from tests.factories import NOW, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TYPED = {"name": " Product  news ", "description": "Monthly", "consent_type": "opt_in", "locale": "en", "email": "on"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Seat:
    seat = SeatFactory(workspace=workspace)
    client.force_login(seat.teammate)
    return seat


@pytest.fixture
def news(workspace: Workspace) -> SubscriptionType:
    return keeping.create(workspace, Wording("News", "", "en", ["email"]), "opt_out", by=NOBODY, now=NOW)


HERE = "/apps/abc1234/settings/subscriptions/"


def test_a_type_is_made_without_javascript(client, tess):
    answer = client.post(HERE, TYPED, follow=True)

    made = SubscriptionType.objects.get()
    assert (made.name, made.description, made.consent_type) == ("Product news", "Monthly", "opt_in")
    assert (made.content_types, made.created_by_id) == (["email"], tess.teammate_id)
    assert "Created the subscription type Product news." in answer.content.decode()
    assert answer.redirect_chain == [(f"{HERE}#subscription-{made.pk}", 302)]
    assert AuditEntry.objects.get().activity == "subscription_type_creation"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "NEWS"}, "There is a subscription type NEWS already."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"locale": "English"}, "Write a language as en, de or pt-BR."),
        ({"email": ""}, "Choose at least one way in which it is sent."),
        ({"consent_type": "maybe"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_made_is_said_beside_the_field(wrong, said, headers, client, tess, news):
    answer = client.post(HERE, TYPED | wrong, headers=headers)

    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert SubscriptionType.objects.count() == 1


def test_a_type_is_said_otherwise_and_means_the_same(client, tess, news):
    form = client.get(f"{HERE}{news.pk}/?edit", headers=HTMX)
    saved = client.post(f"{HERE}{news.pk}/", TYPED | {"sms_message": "on"}, headers=HTMX)

    news.refresh_from_db()
    assert 'value="News"' in form.content.decode()
    assert "Saved the subscription type Product news." in saved.content.decode()
    assert (news.name, news.consent_type) == ("Product news", "opt_out")
    assert news.content_types == ["email", "sms_message"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_change_that_is_refused_opens_the_form_again(headers, client, tess, news, workspace):
    keeping.create(workspace, Wording("Offers", "", "en", ["email"]), "opt_in", by=NOBODY, now=NOW)

    answer = client.post(f"{HERE}{news.pk}/", TYPED | {"name": "offers"}, headers=headers)

    assert answer.status_code == 422
    assert "There is a subscription type offers already." in answer.content.decode()
    assert SubscriptionType.objects.get(pk=news.pk).name == "News"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_type_is_archived_and_comes_back(headers, client, tess, news):
    client.post(f"{HERE}{news.pk}/archive/", headers=headers)
    archived = SubscriptionType.objects.get().state
    client.post(f"{HERE}{news.pk}/unarchive/", headers=headers)

    assert (archived, SubscriptionType.objects.get().state) == ("archived", "live")


def test_another_workspaces_type_is_not_there(client, tess):
    other = keeping.create(WorkspaceFactory(), Wording("X", "", "en", ["email"]), "opt_in", by=NOBODY, now=NOW)

    for path in ("", "archive/", "unarchive/"):
        assert client.post(f"{HERE}{other.pk}/{path}", TYPED).status_code == 404
