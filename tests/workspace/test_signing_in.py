"""Sign-in by password and by one-time link, sign-out, throttled failures, a teammate's own account."""

import pytest
from django.contrib.auth import get_user
from django.test import Client

from apps.workspace.clock import now
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat, SignInLink
from apps.workspace.signing_in import MOST_PER_ADDRESS, MOST_PER_EMAIL, make_link
from tests.factories import SeatFactory, TeammateFactory

from .conftest import PASSWORD, logged

TESS = {"email": "tess@example.test", "password": PASSWORD}
WRONG = {"email": "tess@example.test", "password": "wrong"}


def path_of(link: str) -> str:
    return link.removeprefix("http://testserver")


@pytest.fixture
def link(tess: Seat) -> str:
    """The path of a fresh sign-in link for Tess."""
    return path_of(make_link(tess.teammate, "http://testserver", by=NOBODY, now=now()))


# ---- by password -----------------------------------------------------------------------------------------------------


def test_the_right_password_signs_in(client, tess):
    answer = client.post("/sign-in", TESS)

    assert (answer.status_code, answer["Location"], get_user(client)) == (302, "/", tess.teammate)


def test_the_email_may_be_written_in_any_case(client, tess):
    client.post("/sign-in", TESS | {"email": " Tess@Example.TEST "})

    assert get_user(client) == tess.teammate


def test_a_wrong_password_is_refused(client, tess):
    answer = client.post("/sign-in", WRONG)

    assert answer.status_code == 422
    assert "That email and password do not match." in answer.text
    assert get_user(client).is_anonymous


def test_an_unknown_email_is_refused_in_the_same_words(client, tess):
    answer = client.post("/sign-in", {"email": "nobody@example.test", "password": "wrong"})

    assert answer.status_code == 422
    assert "That email and password do not match." in answer.text


def test_a_deactivated_teammate_is_refused(client, tess):
    tess.teammate.is_active = False
    tess.teammate.save()

    answer = client.post("/sign-in", TESS)

    assert (answer.status_code, get_user(client).is_anonymous) == (422, True)


def test_signing_in_leads_back_to_the_page_that_was_wanted(client, tess):
    wanted = f"/apps/{tess.workspace.app_id}/users/show?user_id=123"
    asked = client.get(f"/apps/{tess.workspace.app_id}/settings/?a=1")
    assert asked["Location"] == f"/sign-in?next=/apps/{tess.workspace.app_id}/settings/%3Fa%3D1"

    answer = client.post("/sign-in", TESS | {"next": wanted})

    assert answer["Location"] == wanted


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"])
def test_a_crafted_next_leads_nowhere_else(client, tess, elsewhere):
    answer = client.post("/sign-in", TESS | {"next": elsewhere})

    assert answer["Location"] == "/"


def test_the_session_gets_a_new_key(client, tess):
    client.get("/sign-in")
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key

    client.post("/sign-in", TESS)

    assert client.session.session_key != before


def test_signing_in_and_out_is_logged_with_its_address(client, tess):
    """AUD-01"""
    client.post("/sign-in", WRONG, REMOTE_ADDR="198.51.100.7")
    client.post("/sign-in", TESS, REMOTE_ADDR="198.51.100.7")
    client.post("/sign-out", REMOTE_ADDR="198.51.100.7")

    assert logged(tess.workspace, "teammate", "ip") == [
        ("admin_login_failure", tess.teammate_id, "198.51.100.7"),
        ("admin_login_success", tess.teammate_id, "198.51.100.7"),
        ("admin_logout", tess.teammate_id, "198.51.100.7"),
    ]


def test_signing_out_ends_the_session(signed_in):
    answer = signed_in.post("/sign-out")

    assert (answer["Location"], get_user(signed_in).is_anonymous) == ("/sign-in", True)


def test_signing_out_takes_a_form_so_that_no_link_can_do_it(signed_in, tess):
    answer = signed_in.get("/sign-out")

    assert (answer.status_code, get_user(signed_in)) == (405, tess.teammate)


# ---- throttled -------------------------------------------------------------------------------------------------------


def fail(client: Client, times: int, **environment: str) -> None:
    for _ in range(times):
        client.post("/sign-in", WRONG, **environment)


def test_after_too_many_failures_even_the_right_password_waits(client, tess):
    fail(client, MOST_PER_EMAIL)

    answer = client.post("/sign-in", TESS)

    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.text
    assert 14 * 60 < int(answer["Retry-After"]) <= 15 * 60
    assert get_user(client).is_anonymous


def test_the_failures_of_one_email_count_from_every_address(client, tess):
    for number in range(MOST_PER_EMAIL):
        fail(client, 1, REMOTE_ADDR=f"198.51.100.{number}")

    answer = client.post("/sign-in", TESS, REMOTE_ADDR="203.0.113.1")

    assert answer.status_code == 429


def test_the_failures_of_one_address_count_over_every_email(client, tess):
    for number in range(MOST_PER_ADDRESS):
        client.post("/sign-in", {"email": f"{number}@example.test", "password": "wrong"}, REMOTE_ADDR="198.51.100.7")

    answer = client.post("/sign-in", TESS, REMOTE_ADDR="198.51.100.7")

    assert answer.status_code == 429


def test_a_success_forgets_the_failures_of_that_email(client, tess):
    fail(client, MOST_PER_EMAIL - 1)
    client.post("/sign-in", TESS)
    fail(client, MOST_PER_EMAIL - 1)

    answer = client.post("/sign-in", TESS)

    assert answer.status_code == 302


def test_a_success_does_not_forget_the_failures_of_the_address(client, tess):
    """Whoever has an account could otherwise guess at others' for ever."""
    for number in range(MOST_PER_ADDRESS - 1):
        client.post("/sign-in", {"email": f"{number}@example.test", "password": "wrong"})
    client.post("/sign-in", TESS)
    client.post("/sign-in", {"email": "one-more@example.test", "password": "wrong"})

    answer = client.post("/sign-in", TESS)

    assert answer.status_code == 429


def test_the_failures_are_forgotten_after_a_quarter_of_an_hour(client, tess, settings):
    """The window's end, which the cache keeps by its own clock, is told by ours."""
    fail(client, MOST_PER_EMAIL)
    settings.CLOCK_OFFSET = "+10m"

    answer = client.post("/sign-in", TESS)

    assert "Try again in 5 minutes" in answer.text


def test_a_throttled_email_is_logged_once_and_not_at_every_try(client, tess):
    fail(client, MOST_PER_EMAIL + 3)

    assert logged(tess.workspace, "metadata") == [
        *[("admin_login_failure", {"reason": "wrong email or password"})] * MOST_PER_EMAIL,
        ("admin_login_failure", {"reason": "too many attempts"}),
    ]


def test_a_link_still_signs_in_while_passwords_wait(client, tess, link):
    fail(client, MOST_PER_EMAIL + 1)

    client.post(link)

    assert get_user(client) == tess.teammate


# ---- by a one-time link ----------------------------------------------------------------------------------------------


def test_opening_a_link_only_shows_a_button(client, tess, link):
    """What opens links before a person does must not use them up."""
    client.get(link)
    answer = client.get(link)

    assert (answer.status_code, get_user(client).is_anonymous) == (200, True)
    assert "Sign in as Tess" in answer.text


def test_the_button_signs_in(client, tess, link):
    answer = client.post(link)

    assert (answer["Location"], get_user(client)) == ("/", tess.teammate)


def test_a_link_works_once(client, link):
    client.post(link)

    answer = Client().post(link)

    assert answer.status_code == 404
    assert "was used already" in answer.text


def test_a_link_works_for_a_day(client, link, settings):
    settings.CLOCK_OFFSET = "+25h"

    answer = client.post(link)

    assert (answer.status_code, get_user(client).is_anonymous) == (404, True)
    assert "older than a day" in answer.text


def test_an_unknown_link_says_what_to_do(client, db):
    answer = client.get("/sign-in/link/nonsense")

    assert answer.status_code == 404
    assert "Ask a Super admin for a new one." in answer.text


def test_a_deactivated_teammates_link_does_not_work(client, tess, link):
    tess.teammate.is_active = False
    tess.teammate.save()

    answer = client.post(link)

    assert (answer.status_code, get_user(client).is_anonymous) == (404, True)


def test_of_a_link_only_the_hash_is_kept(tess, link):
    kept = SignInLink.objects.get()

    assert kept.token_hash not in link
    assert link.rpartition("/")[2] not in str(vars(kept))


def test_a_link_is_logged_with_how_it_signed_in(client, tess, link):
    client.post(link)

    assert logged(tess.workspace, "metadata") == [
        ("admin_sign_in_link", {"teammate": tess.teammate_id}),
        ("admin_login_success", {"method": "one-time link"}),
    ]


# ---- one's own account -----------------------------------------------------------------------------------------------

NEW = "a much better password"


def test_after_a_link_a_password_is_set_without_the_old_one(client, tess, link):
    client.post(link)

    client.post("/account", {"name": "Tess", "password": NEW})

    tess.teammate.refresh_from_db()
    assert tess.teammate.check_password(NEW)


def test_after_a_password_a_new_one_needs_the_old_one(client, tess):
    client.post("/sign-in", TESS)

    answer = client.post("/account", {"name": "Tess", "password": NEW})

    tess.teammate.refresh_from_db()
    assert (answer.status_code, tess.teammate.check_password(PASSWORD)) == (422, True)


def test_a_wrong_old_password_is_refused_beside_its_field(client, tess):
    client.post("/sign-in", TESS)

    answer = client.post("/account", {"name": "Tess", "password": NEW, "current_password": "wrong"})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"current_password": ["This is not your current password."]}


def test_a_new_password_keeps_this_session_and_ends_the_others(client, tess):
    elsewhere = Client()
    elsewhere.post("/sign-in", TESS)
    client.post("/sign-in", TESS)

    client.post("/account", {"name": "Tess", "password": NEW, "current_password": PASSWORD})

    assert (get_user(client), get_user(elsewhere).is_anonymous) == (tess.teammate, True)


def test_a_new_password_is_logged(client, tess, link):
    client.post(link)
    client.post("/account", {"name": "Tess", "password": NEW})

    assert logged(tess.workspace)[-1] == ("admin_password_change",)


def test_a_weak_password_is_refused_with_the_reason(client, tess, link):
    client.post(link)

    answer = client.post("/account", {"name": "Tess", "password": "tess"})

    assert answer.status_code == 422
    assert "at least 10 characters" in str(answer.context["form"].errors["password"])


def test_a_name_changes_without_any_password(client, tess):
    client.post("/sign-in", TESS)

    client.post("/account", {"name": "Tess Turner"})

    tess.teammate.refresh_from_db()
    assert (tess.teammate.name, tess.teammate.check_password(PASSWORD)) == ("Tess Turner", True)


# ---- where one comes in ----------------------------------------------------------------------------------------------


def test_the_start_page_asks_the_signed_out_to_sign_in(client, tess):
    answer = client.get("/")

    assert answer["Location"] == "/sign-in"


def test_the_only_seat_leads_to_its_people(signed_in, workspace):
    answer = signed_in.get("/")

    assert answer["Location"] == f"/apps/{workspace.app_id}/people/"


def test_several_seats_give_a_choice(signed_in, tess):
    other = SeatFactory(teammate=tess.teammate, workspace__name="Other")

    answer = signed_in.get("/")

    assert answer.status_code == 200
    assert f"/apps/{tess.workspace.app_id}/people/" in answer.text
    assert f"/apps/{other.workspace.app_id}/people/" in answer.text


def test_a_teammate_without_a_seat_is_told_so(client, tess):
    client.force_login(TeammateFactory())

    answer = client.get("/")

    assert "no seat in a workspace" in answer.text


def test_behind_a_proxy_the_visitors_address_is_logged(tess, settings):
    """Only what the trusted proxy added counts: the rest anybody can send."""
    settings.TRUSTED_PROXIES = 1
    client = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 198.51.100.7")

    client.post("/sign-in", TESS)

    assert logged(tess.workspace, "ip") == [("admin_login_success", "198.51.100.7")]
