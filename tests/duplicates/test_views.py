"""The pages of duplicates: what they say, what their forms do, and for whom (BEY-08)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.duplicates import job_views, judging, looking, running, showing
from apps.duplicates.models import UNDO_FOR, BulkMerge, Look, Pair
from apps.people.models import Person
from apps.workspace import clock, jobs
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry
from tests.duplicates.conftest import both, ended, join, looked, two, waiting
from tests.factories import NOW, LeadFactory, PersonFactory


@pytest.fixture
def home(workspace) -> str:
    return f"/apps/{workspace.app_id}/settings/duplicates/"


def test_before_anybody_looked_the_page_says_so_and_offers_to(tess, home):
    page = tess.get(home)

    assert "Nobody has looked yet" in page.text
    assert "Look now" in page.text


def test_looking_is_a_button(tess, home, workspace):
    """BEY-08"""
    answer = tess.post(f"{home}look/")

    assert (answer.status_code, answer["Location"]) == (302, home)
    assert Look.objects.get().workspace == workspace
    assert "people read" in tess.get(home).text


def test_the_queue_tells_both_the_reasons_and_who_stays(tess, home, workspace, acme):
    """BEY-08"""
    ann = PersonFactory(workspace=workspace, name="Ann Lee", email="ann@x.test", phone="+353 87 123 4567")
    lead = LeadFactory(workspace=workspace, name="Anne Lee", email="ann@x.test", phone="00353871234567")
    join(acme, ann, lead)
    looked(workspace)

    page = tess.get(home).text

    for told in (
        "Same email",
        "Same phone",
        "+353 87 123 4567 · 00353871234567",
        "Ann Lee · Anne Lee at Acme",
        "Stays",
    ):
        assert told in page
    assert f"people/{lead.public_id}/merge/{ann.public_id}/?next=" in page


def test_the_queue_costs_the_same_for_one_and_for_many(tess, home, workspace, acme):
    join(acme, *two(workspace, name="Ann Lee", email="ann@x.test"))
    looked(workspace)
    one = statements(tess, home)
    for number in range(20):
        join(acme, *two(workspace, name=f"Person {number * 97} Of Note", email=f"{number}@x.test"))
    looked(workspace)

    assert statements(tess, home) == one


def statements(tess, address) -> int:
    with CaptureQueriesContext(connection) as made:
        assert tess.get(address).status_code == 200
    return len(made)


def test_a_pair_is_dismissed_found_again_and_taken_back(tess, home, workspace):
    """BEY-08"""
    ann, ben = two(workspace, email="ann@x.test")
    looked(workspace)
    pair = Pair.objects.get()

    tess.post(f"{home}{pair.pk}/dismiss/")
    dismissed, listed = waiting(workspace), tess.get(f"{home}?state=dismissed").text
    tess.post(f"{home}{pair.pk}/take-back/")

    assert dismissed == set()
    assert "Said to be two by Tess" in listed
    assert waiting(workspace) == {both(ann, ben)}
    told = AuditEntry.objects.filter(activity__startswith="duplicate_").order_by("pk")
    assert [entry.activity for entry in told] == ["duplicate_dismissal", "duplicate_recall"]
    assert told[0].metadata["contacts"] == [ann.public_id, ben.public_id]


def test_to_htmx_a_dismissal_is_the_row_and_the_new_counts(tess, home, workspace):
    two(workspace, email="ann@x.test")
    looked(workspace)
    pair = Pair.objects.get()

    row = tess.post(f"{home}{pair.pk}/dismiss/", headers={"HX-Request": "true"}).text

    assert f'id="pair-{pair.pk}"' in row
    assert '<span class="count" id="count-waiting" hx-swap-oob="true">0</span>' in row
    assert "Take back" in row


def test_merging_one_leads_back_to_the_queue(tess, home, workspace):
    """BEY-08: on with the next pair"""
    ann, ben = two(workspace, email="ann@x.test")

    page = tess.get(f"/apps/{workspace.app_id}/people/{ben.public_id}/merge/{ann.public_id}/?next={home}").text
    answer = tess.post(f"/apps/{workspace.app_id}/people/{ben.public_id}/merge/{ann.public_id}/", {"next": home})

    assert f'<input type="hidden" name="next" value="{home}">' in page
    assert (answer.status_code, answer["Location"]) == (302, home)


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"])
def test_merging_leads_nowhere_else(tess, workspace, elsewhere):
    ann, ben = two(workspace, email="ann@x.test")

    path = f"/apps/{workspace.app_id}/people/{ben.public_id}/merge/{ann.public_id}/"
    answer = tess.post(path, {"next": elsewhere})

    assert answer["Location"] == ann.page()


def test_the_ticked_are_merged_as_the_preview_says(tess, home, workspace):
    """BEY-08"""
    ann, ben = two(workspace, email="ann@x.test", name="Ann")
    looked(workspace)
    pair = Pair.objects.get()
    preview = tess.get(f"{home}merge/", {"pair": pair.pk})

    answer = tess.post(f"{home}merge/", {"pair": pair.pk, "seen": preview.context["seen"]})

    job = ended(BulkMerge.objects.get())
    assert answer["Location"] == job.page()
    assert Person.objects.get(pk=ben.pk).merged_into == ann
    assert "1 of 1 merged" in tess.get(job.page()).text
    tess.post(f"{job.page()}undo/")
    ended(BulkMerge.objects.latest("pk"))
    assert waiting(workspace) == {both(ann, ben)}


def test_a_preview_that_is_true_no_more_is_shown_once_more(tess, home, workspace):
    """BEY-08: who survives is said beforehand"""
    _, ben = two(workspace, email="ann@x.test")
    looked(workspace)
    pair = Pair.objects.get()
    seen = tess.get(f"{home}merge/", {"pair": pair.pk}).context["seen"]
    Person.objects.filter(pk=ben.pk).update(last_seen_at=NOW)

    answer = tess.post(f"{home}merge/", {"pair": pair.pk, "seen": seen})

    assert answer.status_code == 422
    assert "have changed since you looked" in answer.text
    assert not BulkMerge.objects.exists()


@pytest.mark.parametrize("asked", [{}, {"pair": "x"}, {"pair": "99999999999999999999"}, {"pair": "0"}, {"pair": "²"}])
def test_nobody_chosen_is_said(tess, home, asked):
    answer = tess.get(f"{home}merge/", asked)

    assert answer.status_code == 422
    assert "No pair is chosen" in answer.text


def test_all_of_the_page_are_chosen_by_one_button(tess, home, workspace):
    two(workspace, email="ann@x.test")
    two(workspace, email="cleo@x.test")
    looked(workspace)

    answer = tess.get(f"{home}merge/", {"shown": [pair.pk for pair in Pair.objects.all()], "all": "1"})

    assert len(answer.context["merges"]) == 2


def test_a_profile_names_whom_it_looks_like(tess, home, workspace):
    """BEY-08"""
    ann, _ = two(workspace, email="ann@x.test")
    two(workspace, email="cleo@x.test")
    looked(workspace)

    profile, queue = tess.get(ann.page()).text, tess.get(f"{home}?who={ann.public_id}")

    assert "May be the same person" in profile
    assert f"{home}?who={ann.public_id}" in profile
    assert [set(row.pair.both) for row in queue.context["rows"]] == [set(Pair.objects.get(lower=ann).both)]


def test_a_profile_of_whom_nobody_looks_like_says_nothing(tess, workspace):
    ann, _ = two(workspace, email="ann@x.test")
    looked(workspace)
    judging.dismiss(Pair.objects.get(), by=NOBODY, now=NOW)

    assert "May be the same person" not in tess.get(ann.page()).text


# ---- a long queue ----------------------------------------------------------------------------------------------------


def test_the_queue_is_asked_for_one_reason(tess, home, workspace):
    """BEY-08"""
    ann = two(workspace, email="ann@x.test")
    ben = two(workspace, phone="+353 87 123 4567")
    looked(workspace)

    pages = {reason: tess.get(home, {"reason": reason}) for reason in ("", "email", "phone", "name", "x")}

    found = {reason: {both(*row.pair.both) for row in page.context["rows"]} for reason, page in pages.items()}
    everybody = {both(*ann), both(*ben)}
    assert found == {"": everybody, "email": {both(*ann)}, "phone": {both(*ben)}, "name": set(), "x": everybody}


def test_the_pages_of_one_reason_lead_to_each_other(tess, home, workspace, settings):
    settings.PAGE_SIZE = 1
    for number in range(2):
        two(workspace, email=f"{number}@x.test")
    two(workspace, phone="+353 87 123 4567")
    looked(workspace)

    first = tess.get(home, {"reason": "email"})
    second = tess.get(f"{home}?{first.context['asked']}", {"after": str(first.context["seen"].after)})

    emails = [row.pair.lower.email for page in (first, second) for row in page.context["rows"]]
    assert sorted(emails) == ["0@x.test", "1@x.test"]
    assert second.context["seen"].after is None


def test_a_long_queue_is_counted_as_far_as_its_newest_pairs(tess, home, workspace, monkeypatch):
    """BEY-10: neither number makes a page slow, however many pairs there are"""
    for number in range(5):
        two(workspace, email=f"{number}@x.test")
    looked(workspace)
    counts = {}
    for counted, compared in ((10, 10), (2, 10), (10, 3)):
        monkeypatch.setattr(showing, "COUNTED", counted)
        monkeypatch.setattr(showing, "COMPARED", compared)
        counts[counted, compared] = tess.get(home).context["waiting_count"]

    assert counts == {(10, 10): (5, False), (2, 10): (2, True), (10, 3): (3, True)}


def test_the_whole_queue_of_a_reason_is_merged_as_the_preview_says(tess, home, workspace):
    """BEY-08"""
    pairs = [two(workspace, email=f"{number}@x.test") for number in range(3)]
    others = two(workspace, phone="+353 87 123 4567")
    looked(workspace)
    asked = {"every": "1", "reason": "email"}
    preview = tess.get(f"{home}merge/", asked)

    tess.post(f"{home}merge/", asked | {"seen": preview.context["seen"]})

    job = ended(BulkMerge.objects.get())
    assert (preview.context["merges_count"], job.changed) == (3, 3)
    assert [Person.objects.get(pk=gone.pk).merged_into for _, gone in pairs] == [kept for kept, _ in pairs]
    assert waiting(workspace) == {both(*others)}


def test_a_preview_of_more_than_it_lists_counts_them_all_and_says_where_it_ends(tess, home, workspace, monkeypatch):
    monkeypatch.setattr(job_views, "SHOWN", 2)
    monkeypatch.setattr(job_views, "MOST_AT_ONCE", 3)
    for number in range(4):
        two(workspace, email=f"{number}@x.test")
    looked(workspace)

    preview = tess.get(f"{home}merge/", {"every": "1"})
    tess.post(f"{home}merge/", {"every": "1", "seen": preview.context["seen"]})

    assert "The first 2 of 3." in preview.text
    assert "come back for the others" in preview.text
    assert ended(BulkMerge.objects.get()).changed == 3
    assert len(waiting(workspace)) == 1


def test_somebody_who_was_seen_meanwhile_changes_a_preview_of_many_only_where_it_is_listed(tess, home, workspace):
    """Of thousands somebody always was: the rule they go by is what was said."""
    two(workspace, email="ann@x.test")
    _, ben_too = two(workspace, email="ben@x.test")
    looked(workspace)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(job_views, "SHOWN", 1)
        preview = tess.get(f"{home}merge/", {"every": "1"})
        unlisted = ben_too if preview.context["merges"][0].gone.email == "ann@x.test" else None
        changed = unlisted or Person.objects.filter(email="ann@x.test").latest("pk")
        Person.objects.filter(pk=changed.pk).update(last_seen_at=NOW)
        answer = tess.post(f"{home}merge/", {"every": "1", "seen": preview.context["seen"]})

    ended(BulkMerge.objects.get())
    assert answer.status_code == 302
    assert Person.objects.get(pk=changed.pk).merged_into is None


def test_after_a_large_merge_and_its_undoing_everybody_is_looked_through(tess, home, workspace, monkeypatch):
    """What was merged would be passed on every page, what was told apart would be missing until tomorrow."""
    monkeypatch.setattr(running, "LOOK_AFTER", 2)
    for number in range(2):
        two(workspace, email=f"{number}@x.test")
    looked(workspace)
    seen = tess.get(f"{home}merge/", {"every": "1"}).context["seen"]

    tess.post(f"{home}merge/", {"every": "1", "seen": seen})
    job = ended(BulkMerge.objects.get())
    after_merging = looking.latest(workspace)
    jobs.run(Look, after_merging.pk)
    left = Pair.objects.count()
    tess.post(f"{job.page()}undo/")
    ended(BulkMerge.objects.latest("pk"))
    jobs.run(Look, looking.latest(workspace).pk)

    assert (left, Look.objects.count()) == (0, 3)
    assert len(waiting(workspace)) == 2


def test_the_queue_names_the_merges_that_can_be_undone(tess, home, workspace):
    """BEY-08"""
    two(workspace, email="ann@x.test")
    looked(workspace)
    seen = tess.get(f"{home}merge/", {"every": "1"}).context["seen"]
    tess.post(f"{home}merge/", {"every": "1", "seen": seen})
    job = ended(BulkMerge.objects.get())

    page = tess.get(home).text
    BulkMerge.objects.update(created_at=clock.now() - UNDO_FOR)
    later = tess.get(home).text

    assert f'href="{job.page()}"' in page
    assert f'href="{job.page()}"' not in later
