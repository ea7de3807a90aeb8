"""Telling a teammate what has come to its end."""

import re
from datetime import timedelta

import pytest

from apps.workspace.models import Notification
from apps.workspace.notifying import KEPT_FOR, forget_old, notify
from tests.factories import NOW, SeatFactory


def page_of(workspace, path=""):
    return f"/apps/{workspace.app_id}/notifications/{path}"


def tell(seat, message="The export is ready.", url="", now=NOW):
    notify(seat.teammate_id, workspace=seat.workspace, message=message, url=url, now=now)


def lines(page):
    return re.findall(r'class="item-title">([^<]*)', page.text)


def unread(seat):
    return list(Notification.objects.filter(teammate=seat.teammate, read_at=None).values_list("message", flat=True))


def test_a_teammate_reads_what_they_were_told_newest_first(signed_in, tess):
    tell(tess, "The first export is ready.")
    tell(tess, "The second export is ready.")

    page = signed_in.get(page_of(tess.workspace))

    assert [line.strip() for line in lines(page)] == ["The second export is ready.", "The first export is ready."]


def test_the_bell_of_every_page_counts_what_is_unread(signed_in, tess):
    tell(tess)
    tell(tess)

    page = signed_in.get(f"/apps/{tess.workspace.app_id}/settings/")

    assert 'aria-label="Notifications, 2 unread"' in page.text


def test_the_bell_rings_for_nobody_else_and_in_no_other_workspace(client, tess, olaf):
    tell(tess)
    tell(SeatFactory(teammate=olaf.teammate))
    client.force_login(olaf.teammate)

    page = client.get(page_of(tess.workspace))

    assert (lines(page), 'aria-label="Notifications"' in page.text) == ([], True)


def test_the_bell_alone_is_for_htmx(signed_in, workspace):
    answers = [
        signed_in.get(page_of(workspace, "bell/"), headers=headers).status_code
        for headers in ({"HX-Request": "true"}, {})
    ]

    assert answers == [200, 302]


def test_opening_one_marks_it_as_read_and_leads_where_it_says(signed_in, tess):
    tell(tess, "One", url="/apps/abc/people/")
    tell(tess, "Two")

    answer = signed_in.post(page_of(tess.workspace, f"{Notification.objects.get(message='One').pk}/open/"))

    assert (answer.status_code, answer["Location"], unread(tess)) == (302, "/apps/abc/people/", ["Two"])


def test_another_teammates_cannot_be_opened(client, tess, olaf):
    tell(tess)
    client.force_login(olaf.teammate)

    answer = client.post(page_of(tess.workspace, f"{Notification.objects.get().pk}/open/"))

    assert (answer.status_code, unread(tess)) == (404, ["The export is ready."])


def test_all_are_marked_as_read_at_once_and_only_ones_own(client, tess, olaf):
    tell(tess)
    tell(olaf)
    client.force_login(olaf.teammate)

    client.post(page_of(tess.workspace, "read/"))

    assert (unread(tess), unread(olaf)) == (["The export is ready."], [])


@pytest.mark.parametrize("url", ["https://elsewhere.test/", "//elsewhere.test/", "/\\elsewhere.test", "people/"])
def test_a_notification_leads_nowhere_else(tess, url):
    with pytest.raises(ValueError, match="page of this product"):
        tell(tess, url=url)


def test_nobody_is_told_who_has_no_seat(tess):
    stranger = SeatFactory()

    notify(stranger.teammate_id, workspace=tess.workspace, message="Ready.", now=NOW)
    notify(None, workspace=tess.workspace, message="Ready.", now=NOW)

    assert Notification.objects.count() == 0


def test_what_was_said_long_ago_is_let_go(tess):
    tell(tess, "Old", now=NOW - KEPT_FOR - timedelta(seconds=1))
    tell(tess, "New")

    forget_old(NOW)

    assert unread(tess) == ["New"]
