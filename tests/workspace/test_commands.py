"""Beside a running `start`: a way in, and a token."""

import pytest
from django.contrib.auth import get_user
from django.core.management import CommandError, call_command

from apps.workspace.models import AccessToken, Seat, Teammate, hashed
from apps.workspace.scopes import usual
from tests.factories import SeatFactory, WorkspaceFactory

from .conftest import logged

pytestmark = pytest.mark.django_db


def printed(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    call_command(*command)
    return capsys.readouterr().out


def path_of(out: str) -> str:
    return "/" + out.strip().split("/", 3)[3]


# ---- sign_in_link ----------------------------------------------------------------------------------------------------


def test_a_new_email_becomes_a_read_only_teammate(capsys, client, workspace):
    out = printed(capsys, "sign_in_link", "Olaf@Example.test")

    client.post(path_of(out))
    seat = get_user(client).seats.get()
    assert (seat.teammate.email, seat.role, seat.workspace) == ("olaf@example.test", "read_only", workspace)


def test_the_link_stands_alone_on_the_output(capsys, workspace, settings):
    settings.BASE_URL = "https://people.example.test"

    out = printed(capsys, "sign_in_link", "olaf@example.test")

    assert out.startswith("https://people.example.test/sign-in/link/")
    assert len(out.splitlines()) == 1


def test_the_link_leads_to_the_workspaces_own_host(capsys, workspace):
    """LINK-09"""
    workspace.app_host = "app.eu.example.test"
    workspace.save()

    out = printed(capsys, "sign_in_link", "olaf@example.test")

    assert out.startswith("https://app.eu.example.test/sign-in/link/")


def test_the_link_leads_to_where_start_listens(capsys, workspace, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "address").write_text("http://127.0.0.1:8123")

    out = printed(capsys, "sign_in_link", "olaf@example.test")

    assert out.startswith("http://127.0.0.1:8123/sign-in/link/")


def test_a_role_may_be_given(capsys, workspace):
    printed(capsys, "sign_in_link", "mia@example.test", "--role", "manager")

    assert Seat.objects.get(teammate__email="mia@example.test").role == "manager"


def test_an_existing_teammate_keeps_their_role(capsys, olaf, workspace):
    printed(capsys, "sign_in_link", "tess@example.test")

    assert Seat.objects.get(teammate__email="tess@example.test").role == "super_admin"


def test_an_existing_teammate_gets_the_role_that_is_named(capsys, olaf):
    printed(capsys, "sign_in_link", "olaf@example.test", "--role", "agent")

    olaf.refresh_from_db()
    assert olaf.role == "agent"


def test_the_last_super_admin_keeps_the_role_whatever_is_named(tess):
    """PERM-04"""
    with pytest.raises(CommandError, match="last Super admin"):
        call_command("sign_in_link", "tess@example.test", "--role", "agent")


def test_what_is_no_email_is_refused(workspace):
    with pytest.raises(CommandError, match="'olaf' is not an email"):
        call_command("sign_in_link", "olaf")

    assert Teammate.objects.count() == 1


def test_of_several_workspaces_one_must_be_named(workspace):
    WorkspaceFactory(app_id="zebra")

    with pytest.raises(CommandError, match=f"Choose one with --workspace: {workspace.app_id}, zebra"):
        call_command("sign_in_link", "olaf@example.test")


def test_a_link_from_the_command_line_is_logged(capsys, workspace):
    """AUD-01"""
    printed(capsys, "sign_in_link", "olaf@example.test")

    olaf = Teammate.objects.get(email="olaf@example.test")
    assert logged(workspace, "metadata") == [
        ("admin_invite_creation", {"teammate": olaf.pk, "role": "read_only"}),
        ("admin_sign_in_link", {"teammate": olaf.pk}),
    ]


# ---- access_token ----------------------------------------------------------------------------------------------------


def test_a_token_belongs_to_the_first_super_admin(capsys, tess, olaf):
    SeatFactory(workspace=tess.workspace)

    out = printed(capsys, "access_token", "backend")

    token = AccessToken.objects.get()
    assert (token.name, token.teammate, token.workspace, token.is_operator) == (
        "backend",
        tess.teammate,
        tess.workspace,
        False,
    )
    assert token.token_hash == hashed(out.strip())


def test_a_token_may_be_somebody_elses(capsys, olaf):
    printed(capsys, "access_token", "backend", "--for", "Olaf@example.test")

    assert AccessToken.objects.get().teammate == olaf.teammate


def test_a_token_may_be_an_operators(capsys, workspace):
    """API-14"""
    printed(capsys, "access_token", "bot", "--operator")

    assert AccessToken.objects.get().is_operator is True


@pytest.mark.parametrize(
    ("options", "scopes"),
    [
        ([], ["read_people", "write_people", "manage_data", "delete"]),
        (["--scope", "delete", "--scope", "read_people"], ["read_people", "delete"]),
        (["--operator"], ["read_people", "write_people", "manage_data", "delete", "operator"]),
        (["--scope", "read_people", "--operator"], ["read_people", "operator"]),
        (["--scope", "operator"], ["operator"]),
    ],
)
def test_a_token_may_what_it_is_told(options, scopes, capsys, workspace):
    printed(capsys, "access_token", "bot", *options)

    assert AccessToken.objects.get().scopes == scopes


def test_there_are_no_other_scopes(workspace):
    with pytest.raises(CommandError, match="invalid choice: 'everything'"):
        call_command("access_token", "bot", "--scope", "everything")


def test_a_token_is_never_for_a_stranger(workspace):
    with pytest.raises(CommandError, match="nobody@example"):
        call_command("access_token", "backend", "--for", "nobody@example.test")


def test_a_token_is_logged_without_its_secret(capsys, workspace):
    """AUD-01"""
    printed(capsys, "access_token", "backend")

    token = AccessToken.objects.get()
    assert logged(workspace, "metadata") == [
        ("access_token_creation", {"token": token.pk, "name": "backend", "scopes": usual()})
    ]


@pytest.mark.parametrize("command", [("sign_in_link", "a@example.test"), ("access_token", "backend")])
def test_without_a_workspace_a_command_says_how_to_make_one(command):
    with pytest.raises(CommandError, match="prepare_first_run --app-id"):
        call_command(*command)
