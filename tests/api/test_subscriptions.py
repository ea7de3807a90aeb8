"""Subscription types, and what contacts choose of them."""

import pytest

from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.subscriptions.models import Choice, SubscriptionType
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.api.conftest import errors
from tests.factories import NOW, WorkspaceFactory

pytestmark = pytest.mark.django_db


def subscription(workspace: Workspace, name: str, consent: str) -> SubscriptionType:
    return keeping.create(workspace, Wording(name, "Once a month", "en", ["email"]), consent, by=NOBODY, now=NOW)


@pytest.fixture
def news(workspace):
    return subscription(workspace, "News", "opt_out")


@pytest.fixture
def offers(workspace):
    return subscription(workspace, "Offers", "opt_in")


def test_subscription_types_are_listed(api, news, offers):
    subscription(WorkspaceFactory(), "Elsewhere", "opt_in")
    keeping.archive(offers, by=NOBODY, now=NOW)

    answer = api.get("/subscription_types").json()

    said = {"name": "News", "description": "Once a month", "locale": "en"}
    assert answer["type"] == "list"
    assert answer["data"][0] == {
        "type": "subscription",
        "id": str(news.pk),
        "state": "live",
        "consent_type": "opt_out",
        "default_translation": said,
        "translations": [said],
        "content_types": ["email"],
    }
    assert [(one["id"], one["state"]) for one in answer["data"][1:]] == [(str(offers.pk), "archived")]


def test_a_contact_opts_in_and_out(api, ann, news, offers, tess):
    """Attaching an opt-out type opts out; attaching an opt-in type opts in."""
    here = f"/contacts/{ann.public_id}/subscriptions"

    out = api.post(here, {"id": str(news.pk), "consent_type": "opt_out"}).json()
    into = api.post(here, {"id": str(offers.pk), "consent_type": "opt_in"}).json()
    contact = api.get(f"/contacts/{ann.public_id}").json()

    assert [out["id"], into["id"]] == [str(news.pk), str(offers.pk)]
    assert api.get(here).json() == {"type": "list", "data": [out, into]}
    assert [one["id"] for one in contact["opted_out_subscription_types"]["data"]] == [out["id"]]
    assert [one["id"] for one in contact["opted_in_subscription_types"]["data"]] == [into["id"]]
    told = Choice.objects.values_list("teammate", "hand").distinct()
    assert list(told) == [(tess.teammate_id, "Nightly sync")]


def test_a_choice_is_made_once_and_taken_back(api, ann, news):
    here = f"/contacts/{ann.public_id}/subscriptions"
    body = {"id": str(news.pk), "consent_type": "opt_out"}

    made = [api.post(here, body).status_code for _ in range(2)]
    listed = len(api.get(here).json()["data"])
    gone = [api.delete(f"{here}/{news.pk}").json()["id"] for _ in range(2)]

    assert (made, listed, gone) == ([200, 200], 1, [str(news.pk)] * 2)
    assert api.get(here).json()["data"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"id": "news"}, 404),
        ({"id": "news", "consent_type": "opt_out"}, 404),
        ({"id": "999999", "consent_type": "opt_out"}, 404),
        ({"id": ["1"], "consent_type": "opt_out"}, 400),
    ],
)
def test_a_choice_names_a_type_that_is_there(body, status, api, ann, news):
    [error] = errors(api.post(f"/contacts/{ann.public_id}/subscriptions", body))

    assert error[0] == status


@pytest.mark.parametrize("consent", [None, "opt_in", "maybe", 1, True])
def test_a_choice_says_what_it_means(consent, api, ann, news):
    """Nobody is opted out by a call that meant to opt them in."""
    body = {"id": str(news.pk), "consent_type": consent}

    [error] = errors(api.post(f"/contacts/{ann.public_id}/subscriptions", body))

    assert error[0] == 400
    assert not Choice.objects.exists()


def test_an_archived_type_is_chosen_by_nobody(api, ann, news):
    keeping.archive(news, by=NOBODY, now=NOW)

    [error] = errors(
        api.post(f"/contacts/{ann.public_id}/subscriptions", {"id": str(news.pk), "consent_type": "opt_out"})
    )

    assert error[:2] == (400, "parameter_invalid")


def test_another_workspaces_type_is_not_there(api, ann):
    other = subscription(WorkspaceFactory(), "Elsewhere", "opt_in")
    here = f"/contacts/{ann.public_id}/subscriptions"

    answers = [api.post(here, {"id": str(other.pk), "consent_type": "opt_in"}), api.delete(f"{here}/{other.pk}")]

    assert [errors(answer) for answer in answers] == [[(404, "not_found", "Resource Not Found")]] * 2
