"""Many hands at once: no deadlock, no lost value of a teammate, a complete history."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import latest_changes
from apps.attributes.models import RecordChange
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, attribute

from .conftest import offer

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, BATCHES, PEOPLE = 8, 12, 40


def write_batches(workspace_id: int, pks: list[int], seed: int) -> int:
    """Overlapping batches in an order of their own, by one hand. Returns how many values changed."""
    dice = random.Random(seed)
    source = Source.REST if seed % 2 else Source.PING
    changed = 0
    try:
        for number in range(BATCHES):
            chosen = dice.sample(pks, 25)
            offers = {pk: {"plan": f"{seed}-{number}", "seats": seed * 1000 + number} for pk in chosen}
            if source is Source.PING:  # held by a teammate on some of them
                offers = {pk: {**offer, "budget": f"{seed}-{number}"} for pk, offer in offers.items()}
            reports = write(Person, Workspace.objects.get(pk=workspace_id), offers, source, now=NOW)
            changed += sum(len(report.changed) for report in reports.values())
    finally:
        connection.close()
    return changed


def test_eight_threads_write_overlapping_batches(workspace):
    """QUAL-08 under load: pings never touch what a teammate holds; every change has its line."""
    plan = attribute(workspace, "plan")
    attribute(workspace, "seats", "number")
    attribute(workspace, "budget")
    people = PersonFactory.create_batch(PEOPLE, workspace=workspace)
    for person in people[:10]:
        offer(person, Source.MANUAL, budget="500")
    pks = [person.pk for person in people]

    with ThreadPoolExecutor(THREADS) as pool:
        changed = list(pool.map(lambda seed: write_batches(workspace.pk, pks, seed), range(THREADS)))

    writes = RecordChange.objects.filter(record_id__in=pks).exclude(source=Source.MANUAL)
    assert sum(len(write.changes) for write in writes) == sum(changed)
    workspace.refresh_from_db()
    known = catalogue_of(workspace, "person")
    now_held = read(Person, pks, [known["plan"], known["budget"]])
    assert [now_held[person.pk]["budget"] for person in people[:10]] == ["500"] * 10
    for person in people:
        last = latest_changes(person).get(plan.name)
        assert last is None or last.new == now_held[person.pk]["plan"]
