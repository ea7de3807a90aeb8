"""Changing an attribute's kind: nothing is lost, nothing is seen too early, everything can be undone."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.attributes import defining, retyping
from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import history_of
from apps.attributes.models import ColumnClearance, Phase, TypeChange
from apps.attributes.progress import work_of
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
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
def score(workspace):
    return attribute(workspace, "score")


@pytest.fixture
def scored(workspace, score):
    """Three people whose score is "10", "12" and "n/a"."""
    people = PersonFactory.create_batch(3, workspace=workspace)
    for person, written in zip(people, ["10", "12", "n/a"], strict=True):
        offer(person, Source.PING, score=written)
    return people


@pytest.fixture
def settled(monkeypatch):
    """The test's own transaction never ends, so nothing would ever settle."""
    monkeypatch.setattr(retyping, "has_settled", lambda job: True)


def begin(attribute, kind="number", **more):
    attribute.refresh_from_db()
    return retyping.begin(attribute, kind, by=NOBODY, now=NOW, **more)


def finish(job):
    """The worker's part, as often as it looks again for writers that began before."""
    while job.is_under_way:
        jobs.run(type(job), job.pk)
        job.refresh_from_db()
    return job


def values(people):
    return [value(person, "score") for person in people]


def test_a_preview_counts_and_shows_what_converts_and_what_clears(score, scored):
    """ATT-19, BEY-06"""
    preview = retyping.preview(score, "number")

    assert (preview.converts, preview.clears, preview.is_exact) == (2, 1, True)
    assert (sorted(preview.samples), preview.cleared) == ([("10", "10"), ("12", "12")], ["n/a"])


def test_what_converts_is_converted_and_the_rest_becomes_unknown(score, scored, settled):
    """ATT-19"""
    change = finish(begin(score))

    assert values(scored) == [10, 12, None]
    assert (change.state, change.converted, change.cleared) == (JobState.DONE, 2, 1)


def test_a_number_becomes_a_date(workspace, settled):
    """ATT-18, ATT-57"""
    ann = PersonFactory(workspace=workspace)
    trial = attribute(workspace, "trial_end_date", "number")
    offer(ann, Source.PING, trial_end_date=1773327600)

    finish(begin(trial, "date"))

    assert value(ann, "trial_end_date").isoformat() == "2026-03-12T15:00:00+00:00"


def test_nothing_is_seen_before_the_swap(score, scored, settled):
    change = begin(score)

    with transaction.atomic():
        retyping.step(change, NOW)  # settle
        retyping.step(change, NOW)  # copy

    assert values(scored) == ["10", "12", "n/a"]


def test_what_arrives_meanwhile_is_neither_lost_nor_of_the_wrong_kind(score, scored, settled):
    change = begin(score)
    retyping.step(change, NOW)
    retyping.step(change, NOW)
    change.save()
    offer(scored[0], Source.PING, score="77")
    offer(scored[2], Source.MANUAL, score="soon")

    finish(change)

    assert values(scored) == [77, 12, None]


def test_undoing_brings_everything_back(score, scored, settled):
    """BEY-06: and what was written since is kept, as far as it fits."""
    change = finish(begin(score))
    offer(scored[1], Source.PING, score=99)

    retyping.undo(change, by=NOBODY, now=change.undo_until - timedelta(seconds=1))

    score.refresh_from_db()
    assert values(scored) == ["10", "99", "n/a"]
    assert (score.kind, score.shadow_column) == ("text", "")


def test_after_seven_days_it_is_too_late(score, scored, settled):
    change = finish(begin(score))

    with pytest.raises(Conflict):
        retyping.undo(change, by=NOBODY, now=change.undo_until)


def test_the_old_column_is_emptied_and_free_again_after_seven_days(score, scored, settled):
    old = score.column
    change = finish(begin(score))

    gone = retyping.let_go(change.undo_until)
    finish(ColumnClearance.objects.get())

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count({old}) FROM people_person")
        left = cursor.fetchone()[0]
    assert (gone, left) == (1, 0)
    assert attribute(score.workspace, "next").column == old


def test_a_column_is_not_handed_out_before_it_is_empty(score, scored, settled):
    change = finish(begin(score))
    retyping.let_go(change.undo_until)

    assert attribute(score.workspace, "next").column != "text_000"


def test_a_cancelled_change_leaves_everything_as_it_was(score, scored, settled):
    change = begin(score)
    retyping.step(change, NOW)
    retyping.step(change, NOW)
    change.save()
    change.cancel()

    finish(change)

    score.refresh_from_db()
    assert (change.state, values(scored), score.kind) == (JobState.CANCELLED, ["10", "12", "n/a"], "text")


def test_a_cleared_value_is_nobodys_and_its_holder_returns_with_it(score, scored, settled):
    """ATT-19: unknown is open to every hand; undoing brings the teammate's lock back."""
    offer(scored[2], Source.MANUAL, score="n/a")
    change = finish(begin(score))
    cleared = holder(scored[2], "score")

    retyping.undo(change, by=NOBODY, now=NOW)

    assert (cleared, holder(scored[2], "score"), value(scored[2], "score")) == (None, "manual", "n/a")


def test_what_was_cleared_stands_in_the_history(score, scored, settled):
    """AUD-05"""
    finish(begin(score))

    line, *_ = history_of(scored[2], "score")
    assert (line.old, line.new, line.source, line.hand) == ("n/a", None, "auto", "Type changed to Number")


def test_only_one_change_at_a_time(score, scored):
    begin(score)

    with pytest.raises(Conflict):
        begin(score, "date")


@pytest.mark.parametrize(("kind", "problem"), [("text", "already"), ("object", "not a type")])
def test_a_change_that_is_none_is_refused(score, kind, problem):
    with pytest.raises(Problem, match=problem):
        begin(score, kind)


def test_the_counts_of_too_many_different_values_are_concluded_from_some(score, scored, monkeypatch):
    """BEY-06, BEY-10"""
    monkeypatch.setattr(retyping, "PREVIEWED", 2)

    preview = retyping.preview(score, "number")

    assert (preview.converts + preview.clears, preview.is_exact) == (3, False)


def test_what_changes_is_neither_archived_nor_given_other_options(workspace):
    """ATT-42"""
    stage = attribute(workspace, "stage", "list", options=["A", "B"])
    change = begin(stage)

    for forbidden in (
        lambda: defining.archive(stage, by=NOBODY, now=NOW),
        lambda: defining.edit(stage, by=NOBODY, now=NOW, options=["A", "C"]),
    ):
        with pytest.raises(Conflict, match="is being changed"):
            forbidden()

    change.cancel()
    finish(change)
    assert defining.archive(stage, by=NOBODY, now=NOW).archived_at == NOW


def test_what_undoing_would_lose_is_counted(score, scored, settled):
    """BEY-06"""
    finish(begin(score))
    change = finish(begin(score, "text"))
    offer(scored[0], Source.PING, score="soon")

    lost = retyping.lost_by_undoing(change)
    retyping.undo(change, by=NOBODY, now=NOW)

    assert (lost, values(scored)) == (1, [None, 12, None])


def test_a_second_change_gives_up_the_first_ones_undoing(score, scored, settled):
    first = finish(begin(score))

    finish(begin(score, "text"))

    assert values(scored) == ["10", "12", None]
    first.refresh_from_db()
    with pytest.raises(Conflict):
        retyping.undo(first, by=NOBODY, now=NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("before", "sent", "after", "result"),
    [
        ("decimal", 1.5, "text", "1.5"),
        ("number", 7, "text", "7"),
        ("boolean", True, "text", "true"),
        ("date", 1350466020, "text", "2012-10-17T09:27:00Z"),
        ("date", 1350466020, "number", 1350466020),
        ("decimal", 2.0, "number", 2),
        ("decimal", 2.5, "number", None),
        ("text", "true", "boolean", True),
        ("text", "yes", "boolean", None),
        ("text", "A", "list", "A"),
        ("text", "Z", "list", None),
        ("boolean", True, "number", None),
    ],
)
def test_every_kind_becomes_every_other_as_far_as_it_fits(workspace, settled, before, sent, after, result):
    """ATT-19"""
    ann = PersonFactory(workspace=workspace)
    changed = attribute(workspace, "it", before)
    offer(ann, Source.REST, it=sent)

    finish(begin(changed, after, options=["A", "B"]))

    assert value(ann, "it") == result


def test_a_writer_with_an_old_view_of_the_attributes_sees_the_new_one(score, scored, settled):
    """The version is read with the locked rows: no write goes by a catalogue that is out of date."""
    stale = Workspace.objects.get(pk=score.workspace_id)
    catalogue_of(stale, "person")
    finish(begin(score))

    write(Person, stale, {scored[0].pk: {"score": "41"}}, Source.REST, now=NOW)

    assert value(scored[0], "score") == 41


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_who_began_before_and_names_them(score):
    """ATT-19: meanwhile the worker is free for other jobs"""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SET application_name TO 'nightly report'")
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()

    change = begin(score)
    jobs.run(TypeChange, change.pk)
    change.refresh_from_db()

    assert (change.state, change.phase, change.leased_until) == (JobState.RUNNING, Phase.SETTLING, None)
    assert work_of(score, NOW).stage == (
        f"Waiting for a transaction that began just now (nightly report, process {pid})"
    )
    other.close()
    assert finish(change).state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_pings_run_while_a_change_is_killed_and_resumed(workspace, score, monkeypatch):
    """BEY-06 under load: values before and after, compared one by one."""
    monkeypatch.setattr(retyping, "BATCH", 20)
    people = PersonFactory.create_batch(120, workspace=workspace)
    for number, person in enumerate(people):
        offer(person, Source.PING, score=str(number) if number % 3 else "n/a")
    pks = [person.pk for person in people]
    expected = {pk: number if number % 3 else None for number, pk in enumerate(pks)}
    over = threading.Event()

    def ping(seed):
        dice = random.Random(seed)
        written = {}
        try:
            while not over.is_set():
                pk = dice.choice(pks[seed::4])  # each thread its own people, so that the last word is known
                written[pk] = dice.randrange(1000, 2000)
                write(
                    Person,
                    Workspace.objects.get(pk=workspace.pk),
                    {pk: {"score": str(written[pk])}},
                    Source.PING,
                    now=NOW,
                )
        finally:
            connection.close()
        return written

    class Killed(BaseException):
        """As sudden as kill -9: nothing after it runs, the step's transaction is gone."""

    converted = retyping._convert
    calls = []

    def killed_on_the_third(change, rows):
        calls.append(len(rows))
        converted(change, rows)
        if len(calls) == 3:
            raise Killed

    monkeypatch.setattr(retyping, "_convert", killed_on_the_third)
    with ThreadPoolExecutor(4) as pool:
        pinging = [pool.submit(ping, seed) for seed in range(4)]
        try:
            change = begin(score)
            with pytest.raises(Killed):
                finish(change)
            TypeChange.objects.update(leased_until=None)  # the lease of the dead worker ran out
            finish(change)
        finally:
            over.set()
        for pings in pinging:
            expected |= pings.result()

    known = catalogue_of(Workspace.objects.get(pk=workspace.pk), "person")
    found = {pk: held["score"] for pk, held in read(Person, pks, [known["score"]]).items()}
    assert (change.refresh_from_db(), change.state)[1] == JobState.DONE
    assert found == expected
