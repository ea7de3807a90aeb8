"""Options of lists: renamed with the values that hold them, or without; stray values are kept and can be put right."""

import pytest
from django.db import connection

from apps.attributes import options, retyping
from apps.attributes.history import history_of
from apps.attributes.models import Attribute, OptionRename
from apps.attributes.options import Choice
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.hands import NOBODY
from apps.workspace.jobs import JobState
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict, Problem
from tests.factories import NOW, PersonFactory, attribute

from .conftest import holder, offer, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(workspace: Workspace) -> Attribute:
    return attribute(workspace, "stage", "list", options=["A", "B"])


@pytest.fixture
def staged(workspace: Workspace, stage: Attribute) -> list[Person]:
    """Three people whose stage is "A", "B" and the stray "Z"."""
    people = PersonFactory.create_batch(3, workspace=workspace)
    for person, held in zip(people, "ABZ", strict=True):
        offer(person, Source.REST, stage=held)
    return people


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction never ends, so nothing would ever settle."""
    monkeypatch.setattr(options, "has_settled", lambda job: True)


def rename(stage: Attribute, old: str, new: str, **more: bool) -> OptionRename | None:
    stage.refresh_from_db()
    job = options.rename(stage, old, new, by=NOBODY, now=NOW, **more)
    if job:
        jobs.run(OptionRename, job.pk)
        job.refresh_from_db()
    stage.refresh_from_db()
    return job


def values(people: list[Person]) -> list[str]:
    return [value(person, "stage") for person in people]


def test_the_choices_are_the_options_and_the_stray_values_with_their_counts(stage: Attribute, staged: list) -> None:
    """QUAL-06"""
    assert options.choices(stage) == [Choice("A", True, 1), Choice("B", True, 1), Choice("Z", False, 1)]
    assert [choice.words for choice in options.choices(stage)] == [
        "A (1 record)",
        "B (1 record)",
        "Z (not in list, 1 record)",
    ]


def test_an_option_takes_its_values_along(stage: Attribute, staged: list, monkeypatch: pytest.MonkeyPatch) -> None:
    """QUAL-05: in batches, in its place among the options."""
    monkeypatch.setattr(options, "BATCH", 1)
    others = PersonFactory.create_batch(2, workspace=stage.workspace)
    for person in others:
        offer(person, Source.MANUAL, stage="A")

    job = rename(stage, "A", "Alpha")

    assert stage.options == ["Alpha", "B"]
    assert (values(staged), values(others)) == (["Alpha", "B", "Z"], ["Alpha", "Alpha"])
    assert job
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)


def test_the_renaming_stands_in_the_history_and_the_holder_stays(stage: Attribute, staged: list) -> None:
    """AUD-05, QUAL-08"""
    offer(staged[0], Source.MANUAL, stage="A")

    rename(stage, "A", "Alpha")

    line, *_ = history_of(staged[0], "stage")
    assert (line.old, line.new, line.source, line.hand) == ("A", "Alpha", "auto", "Option renamed")
    assert holder(staged[0], "stage") == "manual"


def test_without_its_values_the_old_name_stays_as_a_stray_value(stage: Attribute, staged: list) -> None:
    """QUAL-07"""
    rename(stage, "A", "Alpha", values=False)

    assert (stage.options, values(staged)) == (["Alpha", "B"], ["A", "B", "Z"])


def test_a_stray_value_becomes_an_option(stage: Attribute, staged: list) -> None:
    """QUAL-07"""
    rename(stage, "Z", "B")

    assert (stage.options, values(staged)) == (["A", "B"], ["A", "B", "B"])


def test_other_workspaces_and_other_attributes_keep_their_values(stage: Attribute, staged: list) -> None:
    """PERM-05"""
    theirs = PersonFactory()
    attribute(theirs.workspace, "stage", "list", options=["A", "B"])
    offer(theirs, Source.REST, stage="A")
    attribute(stage.workspace, "grade", "list", options=["A", "B"])
    offer(staged[0], Source.REST, grade="A")

    rename(stage, "A", "Alpha")

    assert (value(theirs, "stage"), value(staged[0], "grade")) == ("A", "A")


@pytest.mark.parametrize(
    ("old", "new", "raised", "words"),
    [
        ("A", "", Problem, "another name"),
        ("A", " A ", Problem, "another name"),
        ("Z", "Q", Problem, "can only become one of: A, B"),
        ("A", "B", Refusal, "at least two"),
        ("A", "x" * 256, Refusal, "more than 255"),
    ],
)
def test_a_renaming_that_cannot_be_is_refused(
    stage: Attribute, staged: list, old: str, new: str, raised: type[Exception], words: str
) -> None:
    """ATT-56"""
    with pytest.raises(raised, match=words):
        rename(stage, old, new)

    stage.refresh_from_db()
    assert (stage.options, values(staged)) == (["A", "B"], ["A", "B", "Z"])


def test_only_a_list_has_options(workspace: Workspace) -> None:
    with pytest.raises(Problem, match="has no options"):
        rename(attribute(workspace, "plan"), "A", "B")


def test_while_an_option_is_renamed_neither_type_nor_options_change(stage: Attribute, staged: list) -> None:
    options.rename(stage, "A", "Alpha", by=NOBODY, now=NOW)

    for forbidden in (
        lambda: retyping.begin(stage, "text", by=NOBODY, now=NOW),
        lambda: options.rename(stage, "B", "Beta", by=NOBODY, now=NOW),
    ):
        with pytest.raises(Conflict, match="is being renamed"):
            forbidden()


def test_undoing_a_change_of_type_knows_the_new_name(
    workspace: Workspace, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BEY-06: both columns of an attribute whose type changed are renamed."""
    monkeypatch.setattr(retyping, "has_settled", lambda job: True)
    grade = attribute(workspace, "grade")
    offer(ann, Source.PING, grade="A")
    change = retyping.begin(grade, "list", by=NOBODY, now=NOW, options=["A", "B"])
    jobs.run(type(change), change.pk)
    change.refresh_from_db()
    rename(grade, "A", "Alpha")

    retyping.undo(change, by=NOBODY, now=NOW)

    assert value(ann, "grade") == "Alpha"


def test_a_stopped_renaming_can_be_taken_up_again(stage: Attribute, staged: list) -> None:
    job = options.rename(stage, "A", "Alpha", by=NOBODY, now=NOW)
    assert job
    job.cancel()
    jobs.run(OptionRename, job.pk)
    stopped = values(staged)

    rename(stage, "A", "Alpha")

    assert (stopped[0], values(staged)[0]) == ("A", "Alpha")


def test_a_renaming_locks_rows_and_no_table(stage: Attribute, staged: list) -> None:
    """A batch locks its own rows alone."""
    job = options.rename(stage, "A", "Alpha", by=NOBODY, now=NOW)
    assert job

    options.step(job, NOW)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mode FROM pg_locks WHERE relation = 'people_person'::regclass AND pid = pg_backend_pid()"
        )
        modes = {mode for (mode,) in cursor.fetchall()}
    assert modes <= {"AccessShareLock", "RowShareLock", "RowExclusiveLock"}
