"""Conversations as far as deleting people must honour them: counted for good, rated for good, opened no more (D-46)."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from apps.conversations import keeping
from apps.conversations.models import Conversation, Rating
from apps.conversations.reporting import Line, report
from apps.deletion import grace
from apps.deletion.destroying import destroy_due
from apps.deletion.models import GRACE, Receipt
from apps.people import parting, states
from apps.people.merging import merge
from apps.people.models import Merge, Person
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.problems import Missing, Problem
from tests.factories import NOW, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
IN_FEBRUARY = datetime(2026, 2, 10, 12, tzinfo=UTC)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def olaf(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    return client


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann Lee")


def destroyed(person):
    grace.request(person, by=NOBODY, now=NOW)
    destroy_due(NOW + GRACE)


def test_a_report_of_the_past_still_counts_those_of_deleted_people(olaf, workspace, ann):
    """DEL-09: February had 10 conversations, 2 of them X's"""
    others = PersonFactory.create_batch(8, workspace=workspace)
    began = [keeping.begin(person, now=IN_FEBRUARY) for person in (ann, ann, *others)]
    counts = [report(workspace)]
    opened = [olaf.get(one.page()).status_code for one in began[:3]]

    grace.request(ann, by=NOBODY, now=NOW)
    counts.append(report(workspace))
    in_grace = [olaf.get(one.page()).status_code for one in began[:3]]
    destroy_due(NOW + GRACE)
    counts.append(report(workspace))

    assert counts == [[Line(date(2026, 2, 1), 10, 0, None)]] * 3
    assert (opened, in_grace) == ([200, 200, 200], [404, 404, 200])
    assert Conversation.objects.count() == 8


def test_a_rating_outlives_its_person_without_their_name(workspace, ann):
    """DEL-08"""
    keeping.rate(keeping.begin(ann, now=IN_FEBRUARY), 5, "great", now=IN_FEBRUARY)

    destroyed(ann)

    rating = Rating.objects.get()
    assert (rating.score, rating.remark, rating.person, rating.conversation) == (5, "great", None, None)
    assert report(workspace) == [Line(date(2026, 2, 1), 1, 1, 5.0)]
    assert Receipt.objects.get().taken == {
        "conversations.Conversation": 1,
        "conversations.Rating": 1,
        "deletion.Deletion": 1,
        "people.Person": 1,
    }


def test_a_remark_does_not_go_on_naming_them(workspace, ann):
    """DEL-08, DEL-03"""
    keeping.rate(keeping.begin(ann, now=NOW), 1, "Yours, Ann Lee", now=NOW)

    destroyed(ann)

    assert Rating.objects.get().remark == "Yours, (deleted)"


def test_those_of_archived_people_count_and_are_not_opened(olaf, workspace, ann):
    """DEL-09, IDN-19"""
    began = keeping.begin(ann, now=IN_FEBRUARY)

    states.archive(ann, by=NOBODY, now=NOW)

    assert olaf.get(began.page()).status_code == 404
    assert [line.opened for line in report(workspace)] == [1]


def test_a_month_is_that_of_the_workspaces_time_zone(ann):
    Workspace.objects.update(timezone="Asia/Tokyo")

    keeping.begin(ann, now=datetime(2026, 2, 28, 16, tzinfo=UTC))

    assert [line.begins_on for line in report(Workspace.objects.get())] == [date(2026, 3, 1)]


def test_the_last_rating_counts(ann):
    began = keeping.begin(ann, now=NOW)

    for score in (1, 4):
        keeping.rate(began, score, now=NOW)

    assert Rating.objects.get().score == 4


@pytest.mark.parametrize(("score", "remark"), [(0, ""), (6, ""), (3, "x" * 2001)])
def test_what_is_no_rating_is_refused(score, remark, ann):
    with pytest.raises(Problem):
        keeping.rate(keeping.begin(ann, now=NOW), score, remark, now=NOW)

    assert not Rating.objects.exists()


def test_nothing_begins_with_somebody_who_is_hidden(ann):
    states.block(ann, by=NOBODY, now=NOW)

    with pytest.raises(Missing):
        keeping.begin(ann, now=NOW)


def test_the_conversations_of_a_lead_are_the_users_and_the_leads_again(workspace, ann):
    """IDN-14, BEY-07"""
    ben = LeadFactory(workspace=workspace)
    keeping.rate(keeping.begin(ben, now=NOW), 2, now=NOW)
    merge(ben, ann, by=NOBODY, now=NOW)
    as_one = (Conversation.objects.get().person, Rating.objects.get().person)

    parting.undo(Merge.objects.get(), by=NOBODY, now=NOW)

    assert as_one == (ann, ann)
    assert (Conversation.objects.get().person, Rating.objects.get().person) == (ben, ben)


def test_the_profile_and_the_report_say_how_many_and_how_content(olaf, ann):
    keeping.rate(keeping.begin(ann, now=NOW), 4, "quick", now=NOW)
    keeping.begin(ann, now=NOW)

    profile, months = olaf.get(ann.page()).text, olaf.get("/apps/abc1234/conversations/").text

    assert "2 conversations, 1 rated, 4.0 of 5 on average." in profile
    assert "Rated 4 of 5: “quick”" in profile
    assert "March 2026" in months


def test_without_any_the_profile_is_silent(olaf, ann):
    assert 'id="section-conversations"' not in olaf.get(ann.page()).text
    assert "No conversations yet" in olaf.get("/apps/abc1234/conversations/").text
