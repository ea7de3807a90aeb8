"""Settings → Teammates: seats, roles, and who always stays (PERM-03, PERM-04)."""

from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client

from apps.workspace import seating
from apps.workspace.clock import now
from apps.workspace.hands import hand_of_teammate
from apps.workspace.models import AccessToken, Seat
from apps.workspace.permissions import GRANTS, Grant, Role
from apps.workspace.problems import Problem
from apps.workspace.tokens import issue
from tests.factories import SeatFactory, TeammateFactory

from .conftest import logged, settings_of


def page(seat: Seat, action: str = "") -> str:
    return settings_of(seat.workspace, f"teammates/{seat.pk}/{action}/")


def test_the_list_names_everybody_and_their_role(signed_in, tess, olaf):
    answer = signed_in.get(settings_of(tess.workspace, "teammates/"))

    assert [(item["seat"].teammate.name, item["seat"].role) for item in answer.context["items"]] == [
        ("Olaf", "read_only"),
        ("Tess", "super_admin"),
    ]


def test_the_roles_are_those_of_the_rules_with_their_grants():
    """PERM-03"""
    withheld = {Role(role).label: sorted(grant.name for grant in Grant if grant not in GRANTS[role]) for role in Role}

    assert withheld == {
        "Super admin": [],
        "Manager": ["DELETE", "MANAGE_SECURITY", "MANAGE_TEAMMATES"],
        "Agent": [
            *("ARCHIVE", "DELETE", "EXPORT", "IMPORT", "MANAGE_DATA"),
            *("MANAGE_SECURITY", "MANAGE_TEAMMATES", "VIEW_AUDIT"),
        ],
        "Read-only": [
            *("ARCHIVE", "DELETE", "EDIT_DATA", "EXPORT", "IMPORT", "MANAGE_DATA"),
            *("MANAGE_SECURITY", "MANAGE_TAGS", "MANAGE_TEAMMATES", "VIEW_AUDIT"),
        ],
    }


def test_a_new_teammate_gets_a_seat_and_a_link_that_is_shown_once(signed_in, workspace):
    answer = signed_in.post(
        settings_of(workspace, "teammates/"), {"email": "Olaf@example.test", "role": "agent"}, follow=True
    )

    visitor = Client()
    visitor.post(answer.context["link"].removeprefix("http://testserver"))
    seat = get_user(visitor).seats.get()
    assert (seat.workspace, seat.teammate.email, seat.role) == (workspace, "olaf@example.test", "agent")
    assert "/sign-in/link/" not in signed_in.get(settings_of(workspace, "teammates/")).text


def test_a_teammate_who_has_a_seat_is_not_added_twice(signed_in, olaf):
    answer = signed_in.post(
        settings_of(olaf.workspace, "teammates/"), {"email": "olaf@example.test", "role": "super_admin"}
    )

    olaf.refresh_from_db()
    assert (answer.status_code, olaf.role) == (422, "read_only")
    assert answer.context["form"].errors == {"email": ["Olaf has a seat here already."]}


def test_a_role_changes(signed_in, olaf):
    signed_in.post(page(olaf, "role"), {"role": "agent"})

    olaf.refresh_from_db()
    assert olaf.role == "agent"


def test_a_role_changes_in_place(signed_in, olaf):
    answer = signed_in.post(page(olaf, "role"), {"role": "agent"}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert '<option value="agent" selected>' in answer.text
    assert "<html" not in answer.text


def test_an_invented_role_is_refused(signed_in, olaf):
    answer = signed_in.post(page(olaf, "role"), {"role": "emperor"})

    olaf.refresh_from_db()
    assert (answer.status_code, olaf.role) == (422, "read_only")


def test_nobody_changes_their_own_role(signed_in, tess, workspace):
    """PERM-04"""
    SeatFactory(workspace=workspace)

    answer = signed_in.post(page(tess, "role"), {"role": "agent"})

    tess.refresh_from_db()
    assert (answer.status_code, tess.role) == (403, "super_admin")


def test_nobody_removes_themselves(signed_in, tess, workspace):
    SeatFactory(workspace=workspace)

    answer = signed_in.post(page(tess, "remove"))

    assert (answer.status_code, Seat.objects.filter(pk=tess.pk).exists()) == (403, True)


@pytest.mark.parametrize("act", [lambda seat, by: seating.change_role(seat, "agent", by=by, now=now()), None])
def test_the_last_super_admin_stays(tess, olaf, act):
    """PERM-04: whoever asks, even a hand outside the pages."""
    act = act or (lambda seat, by: seating.take_seat(seat, by=by, now=now()))

    with pytest.raises(Problem, match="last Super admin"):
        act(tess, hand_of_teammate(olaf.teammate))

    tess.refresh_from_db()
    assert tess.role == "super_admin"


def test_a_deactivated_super_admin_does_not_count(tess, olaf):
    """PERM-04"""
    SeatFactory(workspace=tess.workspace, teammate__is_active=False)

    with pytest.raises(Problem, match="last Super admin"):
        seating.change_role(tess, "agent", by=hand_of_teammate(olaf.teammate), now=now())


@pytest.mark.django_db(transaction=True)
def test_two_super_admins_who_demote_each_other_at_once_leave_one():
    """PERM-04"""
    one = SeatFactory()
    two = SeatFactory(workspace=one.workspace)
    together = Barrier(2)

    def demote(seat: Seat, by: Seat) -> None:
        together.wait()
        try:
            seating.change_role(seat, "agent", by=hand_of_teammate(by.teammate), now=now())
        except Problem:
            pass
        finally:
            connection.close()

    threads = [Thread(target=demote, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Seat.objects.values_list("role", flat=True)) == ["agent", "super_admin"]


def test_a_removed_teammate_sees_nothing_any_more(signed_in, olaf):
    visitor = Client()
    visitor.force_login(olaf.teammate)

    signed_in.post(page(olaf, "remove"))

    assert visitor.get(settings_of(olaf.workspace)).status_code == 404


def test_a_removed_teammates_tokens_of_this_workspace_are_revoked(signed_in, olaf, tess):
    elsewhere = SeatFactory(teammate=olaf.teammate)
    for seat in (olaf, elsewhere):
        issue(seat.workspace, olaf.teammate, "backend", by=hand_of_teammate(tess.teammate), now=now())

    signed_in.post(page(olaf, "remove"))

    alive = AccessToken.objects.filter(revoked_at=None)
    assert [token.workspace for token in alive] == [elsewhere.workspace]


def test_a_forgotten_password_is_helped_with_a_link(signed_in, olaf):
    answer = signed_in.post(page(olaf, "link"), follow=True)

    visitor = Client()
    visitor.post(answer.context["link"].removeprefix("http://testserver"))
    assert get_user(visitor) == olaf.teammate


@pytest.mark.parametrize("more", ["a seat elsewhere", "the Django admin"])
def test_a_link_never_opens_more_than_the_one_who_makes_it_may_see(signed_in, olaf, more):
    if more == "a seat elsewhere":
        SeatFactory(teammate=olaf.teammate)
    else:
        olaf.teammate.is_superuser = True
        olaf.teammate.save()

    answer = signed_in.post(page(olaf, "link"))

    assert (answer.status_code, olaf.teammate.sign_in_links.count()) == (403, 0)


def test_adding_a_teammate_of_another_workspace_shows_no_link(signed_in, workspace):
    stranger = SeatFactory(teammate=TeammateFactory(password="!")).teammate

    answer = signed_in.post(settings_of(workspace, "teammates/"), {"email": stranger.email, "role": "agent"})

    assert (answer.status_code, stranger.sign_in_links.count(), stranger.seats.count()) == (302, 0, 2)


def test_every_change_is_logged(signed_in, tess, workspace):
    """AUD-01"""
    signed_in.post(settings_of(workspace, "teammates/"), {"email": "olaf@example.test", "role": "agent"})
    olaf = Seat.objects.get(teammate__email="olaf@example.test")
    signed_in.post(page(olaf, "role"), {"role": "manager"})
    signed_in.post(page(olaf, "remove"))

    who = olaf.teammate_id
    assert logged(workspace, "teammate", "metadata", "ip") == [
        ("admin_invite_creation", tess.teammate_id, {"teammate": who, "role": "agent"}, "127.0.0.1"),
        ("admin_sign_in_link", tess.teammate_id, {"teammate": who}, "127.0.0.1"),
        (
            "admin_permission_change",
            tess.teammate_id,
            {"teammate": who, "before": "agent", "after": "manager"},
            "127.0.0.1",
        ),
        ("admin_deletion", tess.teammate_id, {"teammate": who, "role": "manager"}, "127.0.0.1"),
    ]
