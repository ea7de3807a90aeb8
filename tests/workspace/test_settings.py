"""Settings → General, Security and API tokens."""

import re

import pytest
from django.template.loader import get_template
from django.urls import reverse

from apps.workspace.models import AccessToken, Workspace, hashed
from apps.workspace.scopes import LETS, Scope
from tests.factories import SeatFactory, attribute

from .conftest import logged, settings_of

GENERAL = {"name": "Acme Analytics", "timezone": "UTC", "region": "us", "app_host": "", "api_host": ""}


def test_general_settings_are_saved(signed_in, workspace):
    signed_in.post(
        settings_of(workspace),
        {
            "name": "Acme",
            "timezone": "Asia/Tokyo",
            "region": "eu",
            "app_host": "App.example.test",
            "api_host": "api.example.test:8443",
        },
    )

    workspace.refresh_from_db()
    assert (workspace.name, workspace.timezone, workspace.region, workspace.app_host, workspace.api_host) == (
        "Acme",
        "Asia/Tokyo",
        "eu",
        "app.example.test",
        "api.example.test:8443",
    )


def test_a_change_of_the_time_zone_is_logged_by_itself(signed_in, workspace):
    """AUD-01, DATE-09"""
    signed_in.post(settings_of(workspace), GENERAL | {"name": "Acme", "timezone": "Asia/Tokyo"})

    assert logged(workspace, "metadata") == [
        ("app_timezone_change", {"before": "UTC", "after": "Asia/Tokyo"}),
        ("app_settings_change", {"changes": {"name": ["Acme Analytics", "Acme"]}}),
    ]


def test_saving_without_a_change_logs_nothing(signed_in, workspace):
    signed_in.post(settings_of(workspace), GENERAL)

    assert logged(workspace) == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("name", ""), ("timezone", "Mars/Base"), ("region", "mars"), ("app_host", "https://a.b/c"), ("api_host", "a b")],
)
def test_a_wrong_setting_is_refused_beside_its_field(signed_in, workspace, field, wrong):
    answer = signed_in.post(settings_of(workspace), GENERAL | {field: wrong})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_the_app_id_cannot_be_changed(signed_in, workspace):
    before = workspace.app_id

    signed_in.post(settings_of(workspace), GENERAL | {"app_id": "other"})

    workspace.refresh_from_db()
    assert workspace.app_id == before


def test_saving_settings_leaves_alone_what_somebody_else_writes_meanwhile(signed_in, workspace, monkeypatch):
    """A new attribute tells every kept catalogue that it is stale: a settings form must not take that back."""
    is_valid = "apps.workspace.views.settings.GeneralForm.is_valid"

    def meanwhile(form: object) -> bool:
        monkeypatch.undo()
        attribute(Workspace.objects.get(pk=workspace.pk), "budget", "number")
        return form.is_valid()  # type: ignore[attr-defined]

    monkeypatch.setattr(is_valid, meanwhile)
    before = workspace.attributes_version

    signed_in.post(settings_of(workspace), GENERAL | {"name": "Acme"})

    workspace.refresh_from_db()
    assert (workspace.name, workspace.attributes_version != before) == ("Acme", True)


FORBIDDEN = {"forbid_attributes": "on", "forbid_company_updates": "on"}


def test_the_messengers_switches_are_saved_and_logged(signed_in, workspace):
    """MSG-08, MSG-09, MSG-21, AUD-01"""
    signed_in.post(settings_of(workspace, "security/"), {"require_signed_identity": "on"} | FORBIDDEN)

    workspace.refresh_from_db()
    assert (
        workspace.require_signed_identity,
        workspace.messenger_creates_attributes,
        workspace.messenger_updates_companies,
    ) == (True, False, False)
    assert logged(workspace, "metadata") == [
        (
            "security_settings_change",
            {
                "changes": {
                    "require_signed_identity": [False, True],
                    "messenger_creates_attributes": [True, False],
                    "messenger_updates_companies": [True, False],
                }
            },
        )
    ]


def test_a_switch_that_is_on_forbids_as_in_people_data(signed_in, workspace):
    """MSG-08, MSG-09"""
    security = settings_of(workspace, "security/")
    signed_in.post(security, {"forbid_attributes": "on"})

    workspace.refresh_from_db()
    form = signed_in.get(security).context["form"]
    assert (workspace.messenger_creates_attributes, workspace.messenger_updates_companies) == (False, True)
    assert form["messenger_creates_attributes"].value() is False


def test_the_data_pages_and_security_show_and_log_one_and_the_same_switch(signed_in, workspace):
    """MSG-08, MSG-09, AUD-01"""
    data_page = reverse("attributes:messenger", args=[workspace.app_id, "company"])
    signed_in.post(data_page, {"forbidden": "on"})
    signed_in.post(settings_of(workspace, "security/"), {"forbid_attributes": "on"})

    workspace.refresh_from_db()
    people = signed_in.get(reverse("attributes:people-data", args=[workspace.app_id])).text
    assert (workspace.messenger_creates_attributes, workspace.messenger_updates_companies) == (False, True)
    assert [metadata["changes"] for _, metadata in logged(workspace, "metadata")] == [
        {"messenger_updates_companies": [True, False]},
        {"messenger_creates_attributes": [True, False], "messenger_updates_companies": [False, True]},
    ]
    hint = get_template("workspace/_creates_attributes.html").render()
    assert hint in people
    assert hint in signed_in.get(settings_of(workspace, "security/")).text


def test_every_switch_stands_explained_in_one_place(signed_in, workspace):
    """MSG-08, MSG-09, MSG-21, AUD-03"""
    page = signed_in.get(settings_of(workspace, "security/")).text

    said = re.findall(r'<label for="[^"]*">([^<]*)</label>\s*<p class="hint" id="[^"]*">([^<]{40,})</p>', page)
    assert [label for label, hint in said] == [
        "Require signed identity",
        "Don't create attributes from the Messenger",
        "Prevent company attribute updates on Messenger",
        "Log who views whose profile",
    ]


def test_what_a_signature_does_not_keep_out_is_said_beside_its_switch(signed_in, workspace):
    """MSG-10, MSG-21, IDN-12"""
    page = signed_in.get(settings_of(workspace, "security/")).text

    [hint] = re.findall(r'<p class="hint" id="require-signed-hint">([^<]*)</p>', page)
    assert "a lead who left a user's email is still merged into that user at their next signed visit" in hint
    assert "a signed token counts as often as it is sent until its exp" in hint


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["security/", "tokens/", "teammates/"])
@pytest.mark.parametrize(("role", "status"), [("super_admin", 200), ("manager", 403), ("agent", 403)])
def test_security_is_for_super_admins(client, page, role, status):
    """PERM-06"""
    seat = SeatFactory(role=role)
    client.force_login(seat.teammate)

    answer = client.get(settings_of(seat.workspace, page))

    assert answer.status_code == status


def test_who_may_not_change_the_settings_reads_them(client, olaf):
    client.force_login(olaf.teammate)

    answer = client.get(settings_of(olaf.workspace))

    assert (answer.status_code, '<form class="card' in answer.text) == (200, False)
    assert "Acme Analytics" in answer.text


# ---- tokens ----------------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_kept_as_a_hash(signed_in, tess, workspace):
    answer = signed_in.post(
        settings_of(workspace, "tokens/"), {"name": "backend", "scopes": ["read_people", "operator"]}, follow=True
    )

    token, secret = AccessToken.objects.get(), answer.context["secret"]
    assert (token.name, token.scopes, token.teammate, token.token_hash) == (
        "backend",
        ["read_people", "operator"],
        tess.teammate,
        hashed(secret),
    )
    assert secret in answer.text
    assert secret not in signed_in.get(settings_of(workspace, "tokens/")).text


def test_what_is_shown_once_stands_behind_a_redirect_that_reloading_does_not_repeat(signed_in, workspace):
    answer = signed_in.post(settings_of(workspace, "tokens/"), {"name": "backend", "scopes": "read_people"})

    assert (answer.status_code, answer["Location"]) == (302, settings_of(workspace, "tokens/"))


def test_a_token_without_a_name_is_refused(signed_in, workspace):
    answer = signed_in.post(settings_of(workspace, "tokens/"), {"name": " ", "scopes": "read_people"})

    assert (answer.status_code, AccessToken.objects.count()) == (422, 0)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read_people", "everything"]])
def test_a_token_needs_scopes_that_there_are(scopes, signed_in, workspace):
    answer = signed_in.post(settings_of(workspace, "tokens/"), {"name": "backend", "scopes": scopes})

    assert (answer.status_code, AccessToken.objects.count()) == (422, 0)
    assert "scopes" in answer.context["form"].errors
    ticked = [scope["value"] for scope in answer.context["scopes"] if scope["is_ticked"]]
    assert (ticked, "backend" in answer.text) == ([one for one in scopes if one != "everything"], True)


def test_the_page_says_what_each_scope_lets_a_token_do(signed_in, workspace):
    page = signed_in.get(settings_of(workspace, "tokens/")).text

    assert [LETS[scope] in page for scope in Scope] == [True] * 5


def test_a_tokens_scopes_stand_beside_it(signed_in, workspace):
    body = {"name": "backend", "scopes": ["delete", "read_people"]}

    page = signed_in.post(settings_of(workspace, "tokens/"), body, follow=True).text

    assert "Read people · Delete" in page


def test_a_revoked_token_is_listed_apart(signed_in, workspace):
    signed_in.post(settings_of(workspace, "tokens/"), {"name": "backend", "scopes": "read_people"})
    token = AccessToken.objects.get()

    signed_in.post(settings_of(workspace, f"tokens/{token.pk}/revoke/"))

    shown = signed_in.get(settings_of(workspace, "tokens/")).context
    assert (shown["tokens"], shown["revoked"]) == ([], [token])


def test_revoking_twice_is_logged_once(signed_in, workspace):
    """AUD-01"""
    signed_in.post(settings_of(workspace, "tokens/"), {"name": "backend", "scopes": "read_people"})
    token = AccessToken.objects.get()
    for _ in range(2):
        signed_in.post(settings_of(workspace, f"tokens/{token.pk}/revoke/"))

    assert logged(workspace, "metadata") == [
        ("access_token_creation", {"token": token.pk, "name": "backend", "scopes": ["read_people"]}),
        ("access_token_revocation", {"token": token.pk, "name": "backend"}),
    ]


def test_the_page_names_the_regions_api(signed_in, workspace, settings):
    """API-10"""
    settings.REGION_HOSTS = {"us": {"app": "", "api": "api.example.test"}}

    answer = signed_in.get(settings_of(workspace, "tokens/"))

    assert "https://api.example.test" in answer.text
