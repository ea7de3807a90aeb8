"""Notes at the core: written by one teammate, read by all, changed by whoever wrote them (NOTE-01)."""

from datetime import timedelta

import pytest

from apps.attributes.models import Attributed
from apps.people.models import Person
from apps.tags import noting
from apps.tags.models import Note
from apps.workspace.hands import NOBODY, Hand, hand_of_teammate
from apps.workspace.models import Workspace
from apps.workspace.problems import Forbidden, Missing, Problem
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace) -> Hand:
    return hand_of_teammate(SeatFactory(workspace=workspace, teammate__name="Tess").teammate)


@pytest.fixture
def olaf(workspace: Workspace) -> Hand:
    return hand_of_teammate(SeatFactory(workspace=workspace, teammate__name="Olaf").teammate)


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann")


def texts(record: Attributed) -> list[tuple[str, str]]:
    return [(note.hand, note.text) for note in noting.page(record).rows]


def test_the_newest_note_stands_first_with_its_author(ann, tess, olaf):
    """NOTE-01"""
    noting.add(ann, "Asked for a call", by=olaf, now=NOW - DAY)

    noting.add(ann, " Call back\r\nat noon ", by=tess, now=NOW)

    assert texts(ann) == [("Tess", "Call back\nat noon"), ("Olaf", "Asked for a call")]


def test_a_company_has_notes_of_its_own(workspace, tess):
    """NOTE-01, CO-09"""
    ann, acme = PersonFactory(workspace=workspace, pk=7_000_001), CompanyFactory(workspace=workspace, pk=7_000_001)

    noting.add(acme, "Renews in May", by=tess, now=NOW)

    assert (texts(ann), texts(acme)) == ([], [("Tess", "Renews in May")])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("  \n", "Write something: a note cannot be empty."),
        ("x" * 10_001, "A note has at most 10,000 characters; this one has 10,001."),
        ("a\x00b", "A note has a NUL character in it; take it out."),
        ("a\ud800b", "A note has half a character in it (a lone surrogate); take it out."),
        (None, "A note must be text."),
    ],
)
def test_what_is_no_note_is_refused_with_a_sentence(ann, tess, text, sentence):
    with pytest.raises(Problem) as refused:
        noting.add(ann, text, by=tess, now=NOW)

    assert (refused.value.message, refused.value.field, texts(ann)) == (sentence, "text", [])


def test_nothing_is_noted_on_a_record_that_is_gone(ann, tess):
    """NOTE-02"""
    Person.objects.filter(pk=ann.pk).delete()

    with pytest.raises(Missing):
        noting.add(ann, "Call back", by=tess, now=NOW)

    assert Note.objects.count() == 0


def test_editing_ones_own_note_keeps_its_place_and_says_when(ann, tess):
    note = noting.add(ann, "Call bakc", by=tess, now=NOW)
    noting.add(ann, "Called", by=tess, now=NOW + DAY)

    noting.edit(note, "Call back", by=tess, now=NOW + 2 * DAY)

    stored = noting.notes_of(ann).get(pk=note.pk)
    assert texts(ann) == [("Tess", "Called"), ("Tess", "Call back")]
    assert (stored.created_at, stored.updated_at, stored.is_edited) == (NOW, NOW + 2 * DAY, True)


def test_saving_the_same_text_is_no_edit(ann, tess):
    note = noting.add(ann, "Call back", by=tess, now=NOW)

    noting.edit(note, "Call back ", by=tess, now=NOW + DAY)

    assert noting.notes_of(ann).get().is_edited is False


def test_nobody_else_edits_or_deletes_a_note(ann, tess, olaf):
    """NOTE-01"""
    note = noting.add(ann, "Call back", by=tess, now=NOW)

    for act in (
        lambda: noting.edit(note, "Never mind", by=olaf, now=NOW),
        lambda: noting.delete(note, by=olaf),
    ):
        with pytest.raises(Forbidden):
            act()

    assert texts(ann) == [("Tess", "Call back")]


def test_the_note_of_a_teammate_who_is_gone_is_nobodys(ann, tess):
    note = noting.add(ann, "Call back", by=tess, now=NOW)
    Note.objects.update(author=None)
    note.refresh_from_db()

    with pytest.raises(Forbidden):
        noting.edit(note, "Never mind", by=NOBODY, now=NOW)

    assert texts(ann) == [("Tess", "Call back")]


def test_ones_own_note_is_deleted(ann, tess):
    note = noting.add(ann, "Call back", by=tess, now=NOW)

    noting.delete(note, by=tess)

    assert texts(ann) == []


def test_many_notes_come_in_parts_without_one_missing_or_twice(ann, tess):
    for number in range(23):  # several of one moment: the key decides then
        noting.add(ann, f"note {number:02}", by=tess, now=NOW + (number // 5) * DAY)

    parts, place = [], None
    while not parts or place:
        page = noting.page(ann, place)
        place = page.after
        parts.append([note.text for note in page.rows])

    assert [len(part) for part in parts] == [10, 10, 3]
    assert [text for part in parts for text in part] == [f"note {number:02}" for number in reversed(range(23))]
