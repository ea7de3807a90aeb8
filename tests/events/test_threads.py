"""Many clicks at once: no count is lost, no name is made twice, nobody waits in a ring."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from apps.events.models import Event, EventName, EventSummary
from apps.events.recording import Occurrence, Outcome
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory

from .conftest import happen

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Do work in threads that begin together, each on a connection of its own."""
    ready = Barrier(threads)

    def run(number: int) -> Any:
        try:
            connection.ensure_connection()
            ready.wait(10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_overlapping_batches_in_orders_of_their_own_lose_no_count(workspace):
    """EVT-01, EVT-04 under load"""
    people = [person.pk for person in PersonFactory.create_batch(12, workspace=workspace)]

    def send(seed: int) -> list[Outcome]:
        dice = random.Random(seed)
        outcomes = []
        for _ in range(10):
            batch = [
                Occurrence(
                    dice.choice(people), f"event {dice.randrange(5)}", NOW + timedelta(seconds=dice.randrange(9))
                )
                for _ in range(40)
            ]
            outcomes += happen(Workspace.objects.get(pk=workspace.pk), batch)
        return outcomes

    outcomes = Counter(outcome for sent in at_once(send) for outcome in sent)

    events = Counter(Event.objects.values_list("person_id", "name_id"))
    summed = {(s.person_id, s.name_id): s.count for s in EventSummary.objects.all()}
    assert set(outcomes) == {Outcome.RECORDED, Outcome.DUPLICATE}
    assert (sum(events.values()), summed) == (outcomes[Outcome.RECORDED], dict(events))


def test_a_new_name_that_many_send_at_once_is_made_once(workspace, ann):
    """EVT-05"""
    for number in range(10):
        sent = at_once(
            lambda thread, n=number: happen(
                Workspace.objects.get(pk=workspace.pk),
                [Occurrence(ann.pk, f"new {n}", NOW + timedelta(seconds=thread))],
            )
        )
        assert sent == [[Outcome.RECORDED]] * THREADS

    assert (EventName.objects.count(), set(EventSummary.objects.values_list("count", flat=True))) == (10, {THREADS})


def test_many_new_names_at_once_never_exceed_the_limit(workspace, ann, settings):
    """EVT-05"""
    settings.EVENT_NAME_LIMIT = 5

    sent = at_once(
        lambda thread: happen(Workspace.objects.get(pk=workspace.pk), [Occurrence(ann.pk, f"new {thread}", NOW)])
    )

    assert (Counter(outcome for [outcome] in sent), EventName.objects.count()) == (
        {Outcome.RECORDED: 5, Outcome.LIMIT: 3},
        5,
    )


def test_nothing_is_recorded_for_somebody_who_is_deleted_meanwhile(workspace):
    """No row is left behind, whoever comes first."""
    for _ in range(10):
        person = PersonFactory(workspace=workspace)

        def act(thread: int, person=person) -> None:
            if thread == 0:
                with transaction.atomic():
                    Person.objects.select_for_update().get(pk=person.pk).delete()
            else:
                occurrences = [Occurrence(person.pk, "read-pricing", NOW + timedelta(seconds=thread))]
                happen(Workspace.objects.get(pk=workspace.pk), occurrences)

        at_once(act, 4)

    assert (Event.objects.count(), EventSummary.objects.count()) == (0, 0)
