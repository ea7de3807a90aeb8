"""The first workspace: by page, by command, by `start`."""

from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user
from django.core.management import CommandError, call_command
from django.db import connection

from apps.workspace import first_run
from apps.workspace.clock import now
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat, Teammate, Workspace
from apps.workspace.problems import Conflict

pytestmark = pytest.mark.django_db


def answers(**others: str) -> dict[str, str]:
    return {
        "name": "Acme",
        "app_id": "acme",
        "timezone": "Europe/Dublin",
        "teammate_name": "Tess",
        "email": "tess@example.test",
        "password": "correct horse battery",
        "code": first_run.setup_code(),
    } | others


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("prepare_first_run", *options)
    return capsys.readouterr().out


def test_without_a_workspace_the_start_page_leads_to_the_first_run(client):
    answer = client.get("/")

    assert answer["Location"] == "/first-run"


def test_the_page_makes_the_workspace_and_its_super_admin(client):
    client.post("/first-run", answers())

    seat = Seat.objects.select_related("workspace", "teammate").get()
    workspace, founder = seat.workspace, seat.teammate
    assert (workspace.name, workspace.app_id, workspace.timezone) == ("Acme", "acme", "Europe/Dublin")
    assert (founder.email, founder.name, founder.is_superuser, founder.is_staff) == (
        "tess@example.test",
        "Tess",
        True,
        True,
    )
    assert (seat.role, get_user(client)) == ("super_admin", founder)


def test_without_the_setup_code_nothing_is_made(client):
    answer = client.post("/first-run", answers(code="aaaa-bbbb-cccc"))

    assert (answer.status_code, Workspace.objects.count(), Teammate.objects.count()) == (422, 0, 0)
    assert list(answer.context["form"].errors) == ["code"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("app_id", "Not An Id"), ("timezone", "Mars/Base"), ("email", "no email"), ("password", "short"), ("name", "")],
)
def test_a_wrong_answer_is_refused_beside_its_field(client, field, wrong):
    answer = client.post("/first-run", answers(**{field: wrong}))

    assert (answer.status_code, list(answer.context["form"].errors), Workspace.objects.count()) == (422, [field], 0)


def test_with_a_workspace_the_page_is_gone(client, tess):
    asked = client.get("/first-run")
    sent = client.post("/first-run", answers())

    assert (asked["Location"], sent["Location"], Workspace.objects.count()) == ("/", "/", 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_are_first_at_once_one_is_refused():
    outcomes: list[str] = []
    together = Barrier(2)

    def found(app_id: str) -> None:
        together.wait()
        try:
            first_run.found_first(
                name="A", app_id=app_id, timezone="UTC", email=f"{app_id}@example.test", by=NOBODY, now=now()
            )
            outcomes.append("made")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=found, args=[app_id]) for app_id in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (sorted(outcomes), Workspace.objects.count()) == (["made", "refused"], 1)


# ---- from the command line -------------------------------------------------------------------------------------------


def test_empty_makes_the_workspace_demo_without_anybody_in_it(capsys, client):
    out = printed(capsys, "--empty", "--base-url", "http://127.0.0.1:8123")

    link = out.split()[-1]
    assert link.startswith("http://127.0.0.1:8123/sign-in/link/")
    client.post(link.removeprefix("http://127.0.0.1:8123"))
    seat = get_user(client).seats.get()
    assert (seat.workspace.app_id, seat.role) == ("demo", "super_admin")


def test_an_app_id_answers_the_first_run_page(capsys):
    printed(capsys, "--app-id", "acme")

    assert Workspace.objects.get().app_id == "acme"


def test_a_bad_app_id_is_refused_with_the_reason(capsys):
    with pytest.raises(CommandError, match="Use lower-case letters, digits, - and _"):
        call_command("prepare_first_run", "--app-id", "Not An Id")


def test_against_a_database_of_ones_own_it_says_where_the_page_is(capsys, settings, client):
    settings.EMBEDDED = False

    out = printed(capsys, "--base-url", "https://people.example.test")

    address = out.split()[6]
    assert (Workspace.objects.count(), address.partition("?")[0]) == (0, "https://people.example.test/first-run")
    shown = client.get(address.removeprefix("https://people.example.test"))
    assert shown.context["form"].initial == {"code": first_run.setup_code()}


def test_on_a_database_that_is_set_up_it_only_hints(capsys, settings, tess):
    out = printed(capsys)

    place = f"DATA_DIR={settings.DATA_DIR} "  # the suite's own, not the usual one
    assert out == f"Need a way in? {place}python3 manage.py sign_in_link tess@example.test\n"
    assert Workspace.objects.count() == 1
