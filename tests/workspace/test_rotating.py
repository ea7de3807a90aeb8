"""The secret that identities are signed with: shown once, replaced without a gap."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.workspace import rotating
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict
from apps.workspace.rotating import Overlap
from tests.factories import NOW

from .conftest import logged, settings_of

SECURITY = "security/"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let it be that time."""

    def move(moment: Any) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    move(NOW)
    return move


def stands(workspace: Workspace, then: Any = NOW) -> list[str]:
    return rotating.standing(Workspace.objects.get(pk=workspace.pk), then)


def replace(signed_in: Any, workspace: Workspace, overlap: str = "24h") -> Any:
    return signed_in.post(settings_of(workspace, "security/secret/replace/"), {"overlap": overlap}, follow=True)


# ---- shown once ------------------------------------------------------------------------------------------------------


def test_the_secret_is_shown_once_and_that_is_logged(signed_in, workspace):
    """MSG-21, AUD-01"""
    hidden = signed_in.get(settings_of(workspace, SECURITY))

    shown = signed_in.post(settings_of(workspace, "security/secret/show/"), follow=True)

    reloaded = signed_in.get(settings_of(workspace, SECURITY))
    assert [workspace.messenger_secret in page.text for page in (hidden, shown, reloaded)] == [False, True, False]
    assert ["Show it once" in page.text for page in (hidden, shown, reloaded)] == [True, False, False]
    assert logged(workspace, "metadata") == [("security_settings_change", {"changes": {"identity_secret": "shown"}})]


def test_nobody_sees_it_a_second_time(signed_in, workspace):
    signed_in.post(settings_of(workspace, "security/secret/show/"), follow=True)

    again = signed_in.post(settings_of(workspace, "security/secret/show/"), follow=True)

    assert (again.status_code, workspace.messenger_secret in again.text) == (409, False)
    assert "Make a new one where it is lost." in again.text
    assert len(logged(workspace)) == 1


def test_a_new_secret_is_shown_by_the_page_that_follows_and_never_again(signed_in, workspace):
    answer = replace(signed_in, workspace)

    [present, _] = stands(workspace)
    reloaded = signed_in.get(settings_of(workspace, SECURITY))
    assert (present in answer.text, present in reloaded.text, "Show it once" in reloaded.text) == (True, False, False)
    with pytest.raises(Conflict):
        rotating.reveal(workspace, by=NOBODY, now=NOW)


# ---- replaced --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overlap", "lasts"), [("24h", timedelta(hours=24)), ("7d", timedelta(days=7))])
def test_the_former_secret_counts_while_the_overlap_lasts(signed_in, workspace, overlap, lasts):
    """MSG-21"""
    before = workspace.messenger_secret

    replace(signed_in, workspace, overlap)

    [after, *_] = stands(workspace)
    last = NOW + lasts - timedelta(seconds=1)
    assert (after != before, stands(workspace, last), stands(workspace, NOW + lasts)) == (
        True,
        [after, before],
        [after],
    )


def test_the_former_secret_ends_at_once_where_that_is_chosen(signed_in, workspace):
    before = workspace.messenger_secret

    replace(signed_in, workspace, "0")

    assert (len(stands(workspace)), before in stands(workspace)) == (1, False)


def test_two_secrets_count_at_most(signed_in, workspace):
    replace(signed_in, workspace, "7d")
    [second, _] = stands(workspace)

    replace(signed_in, workspace, "24h")

    [third, former] = stands(workspace)
    assert (former, third != second) == (second, True)


def test_the_former_secret_can_be_ended_early(signed_in, workspace):
    replace(signed_in, workspace, "7d")

    signed_in.post(settings_of(workspace, "security/secret/end/"))

    workspace.refresh_from_db()
    assert (stands(workspace), workspace.former_secret) == ([workspace.messenger_secret], "")


def test_each_step_is_logged_without_a_secret(signed_in, workspace):
    """AUD-01"""
    replace(signed_in, workspace, "7d")
    for _ in range(2):  # the second finds nothing to end
        signed_in.post(settings_of(workspace, "security/secret/end/"))

    assert logged(workspace, "metadata", "teammate__name", "ip") == [
        (
            "security_settings_change",
            {"changes": {"identity_secret": "replaced", "former_secret_counts_for": "7d"}},
            "Tess",
            "127.0.0.1",
        ),
        ("security_settings_change", {"changes": {"former_identity_secret": "ended"}}, "Tess", "127.0.0.1"),
    ]


@pytest.mark.parametrize("odd", [{}, {"overlap": ""}, {"overlap": "forever"}, {"overlap": "\x00"}])
def test_an_overlap_that_is_none_is_refused_beside_its_field(signed_in, workspace, odd):
    before = workspace.messenger_secret

    answer = signed_in.post(settings_of(workspace, "security/secret/replace/"), odd)

    assert (answer.status_code, list(answer.context["rotation"].errors)) == (422, ["overlap"])
    assert stands(workspace) == [before]


def test_the_page_says_since_when_each_is_in_use_and_when_the_former_one_ends(signed_in, workspace, at):
    at(NOW + HOUR)
    replace(signed_in, workspace)
    at(NOW + 2 * HOUR)

    page = signed_in.get(settings_of(workspace, SECURITY))

    assert (page.context["since"], page.context["former"]) == (
        NOW + HOUR,
        rotating.Former(since=workspace.created_at, ends_at=NOW + 25 * HOUR, used_at=None),
    )
    assert "not used since it was replaced" in page.text


def test_the_page_says_when_the_former_one_was_last_used(signed_in, workspace, at):
    replace(signed_in, workspace)
    workspace.refresh_from_db()
    rotating.note_former_use(workspace, NOW + HOUR)

    page = signed_in.get(settings_of(workspace, SECURITY))

    assert page.context["former"].used_at == NOW + HOUR
    assert "last used" in page.text


def test_what_was_noted_of_one_secret_is_not_said_of_the_next(signed_in, workspace, at):
    replace(signed_in, workspace)
    workspace.refresh_from_db()
    rotating.note_former_use(workspace, NOW)
    at(NOW + HOUR)

    page = replace(signed_in, workspace)

    assert page.context["former"].used_at is None


def test_a_former_secret_whose_time_is_over_is_not_shown(signed_in, workspace, at):
    replace(signed_in, workspace)
    at(NOW + 24 * HOUR)

    page = signed_in.get(settings_of(workspace, SECURITY))

    assert (page.context["former"], "Former secret" in page.text) == (None, False)


def test_replacing_it_meanwhile_loses_no_other_setting(signed_in, workspace):
    stale = Workspace.objects.get(pk=workspace.pk)
    Workspace.objects.update(require_signed_identity=True, name="Acme")

    rotating.rotate(stale, Overlap.DAY, by=NOBODY, now=NOW)

    workspace.refresh_from_db()
    assert (workspace.require_signed_identity, workspace.name) == (True, "Acme")
