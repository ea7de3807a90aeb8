"""The activity log: its page, its file, and that nothing in it is ever changed (AUD-01, AUD-02)."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from apps.workspace.activities import Activity
from apps.workspace.auditing import forget_old, record, redacting
from apps.workspace.hands import Hand, hand_of_teammate, hand_of_token
from apps.workspace.models import AuditEntry
from apps.workspace.tokens import issue
from tests.factories import NOW, SeatFactory

from .conftest import settings_of


def entry(seat, activity=Activity.BULK_EXPORT, now=NOW, **metadata):
    hand = Hand(name=str(seat.teammate), teammate_id=seat.teammate_id, ip="198.51.100.7")
    return record(activity, workspace=seat.workspace, by=hand, now=now, **metadata)


def log_of(workspace, page=""):
    return settings_of(workspace, f"activity-log/{page}")


def lines(page):
    """The rows of the page, as text."""
    rows = re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", page.text, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in rows]


def downloaded(client, workspace, **asked):
    answer = client.get(log_of(workspace, "csv/"), asked)
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode(), newline="")))


def test_an_entry_says_who_did_what_when_and_from_where(signed_in, tess):
    """AUD-01"""
    entry(tess, filter="All users", rows=12)

    [line] = lines(signed_in.get(log_of(tess.workspace)))

    assert line == ("10 Mar 2026, 15:00 Exported people or companies Tess 198.51.100.7 rows 12 · filter All users")


def test_the_newest_stand_first_and_pages_meet_without_a_gap(signed_in, tess):
    """AUD-02"""
    for number in range(120):
        entry(tess, rows=number, now=NOW + timedelta(seconds=number // 7))
    link, seen = log_of(tess.workspace), []
    while link:
        page = signed_in.get(link)
        seen += [int(line.rsplit(" ", 1)[1]) for line in lines(page)]
        older = re.search(r'href="([^"]*older=[^"]*)"', page.text)
        link = older.group(1).replace("&amp;", "&") if older else ""

    assert seen == list(range(119, -1, -1))


@pytest.fixture
def many(tess, olaf):
    """400 entries of two teammates and two types, one each six hours."""
    for number in range(400):
        activity = [Activity.BULK_EXPORT, Activity.SIGN_IN][number % 2]
        entry([tess, olaf][number % 4 > 1], activity, now=NOW - timedelta(hours=6 * number), number=number)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"activity": "bulk_export", "since": "2026-03-04"}, range(0, 28, 2)),
        ({"activity": "admin_login_success", "since": "2026-03-10", "until": "2026-03-10"}, [1]),
        ({"since": "2026-03-10", "until": "2026-03-10"}, [0, 1, 2]),
        ({"until": "2025-11-30"}, [399]),
    ],
)
def test_the_log_is_filtered_by_type_and_days(signed_in, tess, many, asked, numbers):
    """AUD-02"""
    page = signed_in.get(log_of(tess.workspace), asked)

    assert [int(line.rsplit(" ", 1)[1]) for line in lines(page)] == list(numbers)[:50]


def test_the_log_is_filtered_by_teammate(signed_in, tess, olaf, many):
    """AUD-02"""
    rows = downloaded(signed_in, tess.workspace, who=f"teammate-{olaf.teammate_id}")

    assert {row["Teammate"] for row in rows} == {"Olaf"}
    assert len(rows) == 200


def test_the_log_is_filtered_by_token(signed_in, tess):
    """AUD-02"""
    token, _ = issue(tess.workspace, tess.teammate, "backend", by=hand_of_teammate(tess.teammate), now=NOW)
    record(Activity.DELETION, workspace=tess.workspace, by=hand_of_token(token), now=NOW)
    entry(tess)

    page = signed_in.get(log_of(tess.workspace), {"who": f"token-{token.pk}"})

    [line] = lines(page)
    assert "Tess, by the token backend" in line


def test_the_file_holds_the_very_rows_that_the_filter_finds(signed_in, tess, many):
    """AUD-02"""
    rows = downloaded(signed_in, tess.workspace, activity="bulk_export", since="2026-03-04")

    assert [row["Details"] for row in rows] == [f"number: {number}" for number in range(0, 28, 2)]
    assert rows[0] == {
        "Time (UTC)": "2026-03-10 15:00:00",
        "Activity": "Exported people or companies",
        "Type": "bulk_export",
        "Teammate": "Tess",
        "Email": "tess@example.test",
        "Token": "",
        "IP address": "198.51.100.7",
        "Details": "number: 0",
    }


def test_no_cell_of_the_file_is_a_formula(signed_in, tess):
    """EXP-06"""
    tess.teammate.name = "=1+1"
    tess.teammate.save()
    entry(tess, name="a\rb")

    [row] = downloaded(signed_in, tess.workspace)

    assert (row["Teammate"], row["Details"]) == ("'=1+1", "name: a\rb")


def test_days_are_those_of_the_workspace(signed_in, tess):
    """AUD-02, DATE-09"""
    tess.workspace.timezone = "Asia/Tokyo"
    tess.workspace.save()
    entry(tess, now=datetime(2026, 3, 9, 14, 59, 59, tzinfo=UTC), number=1)
    entry(tess, now=datetime(2026, 3, 9, 15, 0, 0, tzinfo=UTC), number=2)

    rows = downloaded(signed_in, tess.workspace, since="2026-03-10", until="2026-03-10")

    assert [row["Details"] for row in rows] == ["number: 2"]


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "2026-03-10", "until": "2026-03-09"},
        {"activity": "napping"},
        {"who": "teammate-0"},
        {"who": "token-x"},
    ],
)
def test_what_cannot_be_asked_is_said(signed_in, tess, asked):
    entry(tess)

    answers = [signed_in.get(log_of(tess.workspace, page), asked) for page in ("", "csv/")]

    assert [answer.status_code for answer in answers] == [422, 400]
    assert 'class="error"' in answers[0].text


@pytest.mark.parametrize("older", ["x", "-1", "9" * 30, "٣"])
def test_a_place_that_is_none_is_the_top(signed_in, tess, older):
    entry(tess)

    assert len(lines(signed_in.get(log_of(tess.workspace), {"older": older}))) == 1


def test_another_workspaces_entries_are_not_there(signed_in, tess):
    stranger = SeatFactory()
    entry(stranger)

    page = signed_in.get(log_of(tess.workspace))
    forged = signed_in.get(log_of(tess.workspace), {"who": f"teammate-{stranger.teammate_id}"})

    assert (lines(page), forged.status_code) == ([], 422)


# ---- nothing is changed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.update(ip="203.0.113.1"),
        lambda entries: entries.update(metadata={"rows": 1}),
        lambda entries: entries.update(teammate=None, at=NOW),
        lambda entries: entries.update(teammate=SeatFactory().teammate),
        lambda entries: entries.delete(),
    ],
)
def test_the_database_refuses_to_change_an_entry(tess, change):
    """AUD-02"""
    made = entry(tess, now=NOW - timedelta(days=1))

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        change(AuditEntry.objects.filter(pk=made.pk))

    assert AuditEntry.objects.filter(pk=made.pk, ip="198.51.100.7", teammate=tess.teammate).exists()


def test_a_teammate_who_is_deleted_leaves_the_entries(tess, olaf):
    """AUD-02"""
    made = entry(olaf)

    olaf.teammate.delete()

    made.refresh_from_db()
    assert (made.teammate, made.ip) == (None, "198.51.100.7")


def test_the_purge_takes_somebody_out_and_closes_the_log_again(tess):
    """AUD-02, DEL-22"""
    made = entry(tess, name="Ann")
    with redacting():
        AuditEntry.objects.filter(pk=made.pk).update(metadata={"name": "(deleted)"})

    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.filter(pk=made.pk).update(metadata={})

    made.refresh_from_db()
    assert made.metadata == {"name": "(deleted)"}


def test_entries_are_kept_longer_than_a_year(tess):
    """AUD-02"""
    for days in (365, 399, 401):
        entry(tess, now=NOW - timedelta(days=days), days=days)

    gone = forget_old(NOW)

    kept = AuditEntry.objects.filter(workspace=tess.workspace).order_by("-at").values_list("metadata__days", flat=True)
    assert (gone, list(kept)) == (1, [365, 399])


def test_a_long_log_is_sent_in_few_pieces(signed_in, tess):
    for number in range(600):
        entry(tess, rows=number)

    answer = signed_in.get(log_of(tess.workspace, "csv/"))

    pieces = [piece.count(b"\n") for piece in answer.streaming_content]
    assert pieces == [1, 500, 100]


def test_who_did_something_before_their_seat_was_taken_is_still_offered(signed_in, tess, olaf):
    """AUD-02: and nobody of another workspace is"""
    entry(olaf)
    entry(SeatFactory(teammate__name="Mallory"))
    olaf.delete()

    offered = signed_in.get(log_of(tess.workspace)).context["form"]["who"].field.choices

    assert [name for _, name in offered] == ["Everybody", "Olaf", "Tess"]


@pytest.mark.parametrize(("activity", "said"), [("bulk_export", "Exported people or companies"), ("of_old", "of_old")])
def test_an_activity_is_said_in_words_as_far_as_it_is_known(tess, activity, said):
    assert entry(tess, activity).get_activity_display() == said


# ---- everything sensitive is written ---------------------------------------------------------------------------------

# What the rule asks for, in its words and by the names that entries are found by.
SENSITIVE = {
    "logins": {"admin_login_success", "admin_login_failure"},
    "permission changes": {"admin_permission_change"},
    "exports": {"bulk_export", "contact_export"},
    "deletions": {"app_data_deletion"},
    "restores": {"app_data_restoration"},
    "archive, block": {"bulk_archival", "contact_block", "contact_unblock"},
    "attribute create/type-change/archive": {
        "custom_attribute_creation",
        "custom_attribute_type_change",
        "custom_attribute_archival",
    },
    "protection switches": {"custom_attribute_protection_change"},
    "token create/revoke": {"access_token_creation", "access_token_revocation"},
    "timezone change": {"app_timezone_change"},
    "security changes": {"security_settings_change"},
    "imports (start/end)": {"csv_import_creation", "csv_import_completion"},
    "profile views": {"profile_viewed"},
}


@pytest.mark.parametrize("what", SENSITIVE)
def test_what_is_sensitive_has_its_activity(what):
    """AUD-01"""
    assert SENSITIVE[what] <= set(Activity.values)


# ---- the navigation of the settings ----------------------------------------------------------------------------------

HEADINGS = {
    "People data": "People data",
    "Company data": "Company data",
    "Qualification": "Qualification",
    "Events": "Events",
    "Tags": "Tags",
    "Segments": "Segments",
    "Imports & exports": "Imports & exports",
    "Deleting people data": "Deleting people data",
    "General": "General",
    "Teammates & roles": "Teammates",
    "Activity log": "Activity log",
    "Security": "Security",
    "Snippet": "Installation",
    "API tokens": "API tokens",
}


def navigation(client: Client, workspace) -> dict[str, str]:
    """The links of the navigation: where each leads."""
    page = client.get(settings_of(workspace))
    [nav] = re.findall(r'<nav class="nav".*?</nav>', page.text, re.DOTALL)
    links = re.findall(r'<a class="nav-link" href="([^"]+)"[^>]*>(.*?)</a>', nav, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", words).replace("&amp;", "&").strip(): link for link, words in links}


@pytest.mark.parametrize("entry_of", HEADINGS)
def test_every_entry_of_the_settings_opens_its_page(signed_in, workspace, entry_of):
    """UI-07"""
    page = signed_in.get(navigation(signed_in, workspace)[entry_of])

    heading = re.sub(r"<[^>]+>", " ", re.findall(r"<h1>(.*?)</h1>", page.text, re.DOTALL)[0])
    assert (page.status_code, " ".join(heading.replace("&amp;", "&").split())[: len(HEADINGS[entry_of])]) == (
        200,
        HEADINGS[entry_of],
    )


def test_the_entries_stand_under_data_workspace_and_installation(signed_in, workspace):
    """UI-07"""
    page = signed_in.get(settings_of(workspace))

    assert re.findall(r'<p class="nav-title">(\w+)</p>', page.text) == ["People", "Data", "Workspace", "Installation"]
