"""What the records hold of each attribute, and what is said when that takes too long to count."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from apps.attributes import inventory, sampling
from apps.attributes.catalogue import catalogue_of
from apps.attributes.inventory import Holding, Write
from apps.attributes.models import RecordChange
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.models import Company
from apps.people.models import Person
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.patience import OutOfPatience, patience
from tests.factories import NOW, CompanyFactory, PersonFactory, WorkspaceFactory, attribute

from .conftest import offer

pytestmark = pytest.mark.django_db


def taken(workspace: Workspace, about: str = "person") -> dict[str, Holding]:
    workspace = Workspace.objects.get(pk=workspace.pk)
    known = catalogue_of(workspace, about).custom
    return {holding.definition.key: holding for holding in inventory.inventory(workspace, about, known)}


def test_the_fill_rate_is_of_the_people_that_teammates_see(workspace: Workspace, ann: Person) -> None:
    attribute(workspace, "plan")
    PersonFactory.create_batch(2, workspace=workspace)
    offer(ann, Source.PING, plan="Pro")
    for gone in (
        PersonFactory(workspace=workspace, state="archived"),
        PersonFactory(workspace=workspace, role="visitor"),
    ):
        offer(gone, Source.PING, plan="Secret")
    attribute(WorkspaceFactory(), "plan")

    plan = taken(workspace)["plan"]

    assert (plan.filled, plan.records, plan.is_exact, plan.share) == (1, 3, True, "33 %")
    assert plan.samples == ["Pro"]


@pytest.mark.parametrize(
    ("filled", "records", "words"),
    [(0, 0, "0 %"), (0, 9, "0 %"), (1, 1000, "< 1 %"), (999, 1000, "> 99 %"), (9, 9, "100 %"), (995, 1000, "> 99 %")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(filled: int, records: int, words: str) -> None:
    assert Holding(None, filled, records).share == words  # type: ignore[arg-type]


def test_at_most_three_different_samples_the_last_written_first(workspace: Workspace) -> None:
    attribute(workspace, "plan")
    for plan in ("a", "b", "b", "c", "d"):
        offer(PersonFactory(workspace=workspace), Source.PING, plan=plan)

    assert taken(workspace)["plan"].samples == ["d", "c", "b"]


def test_the_last_write_tells_its_door_and_its_time(workspace: Workspace, ann: Person) -> None:
    attribute(workspace, "plan")
    attribute(workspace, "idle")
    offer(ann, Source.PING, plan="Free")
    later = NOW + timedelta(hours=1)
    fresh = Workspace.objects.get(pk=workspace.pk)
    write(Person, fresh, {ann.pk: {"plan": "Pro"}}, Source.MANUAL, by=Hand("Tess"), now=later)

    held = taken(workspace)

    assert held["plan"].last == Write(Source.MANUAL, "Tess", later)
    assert (held["idle"].last, held["idle"].silent_since) == (None, None)


def test_the_platforms_own_lines_are_no_writes(workspace: Workspace, ann: Person) -> None:
    attribute(workspace, "plan")
    offer(ann, Source.PING, plan="Free")
    RecordChange.objects.create(
        workspace=workspace, about="person", record_id=ann.pk, changes={"plan": [1, None]}, source=Source.AUTO, at=NOW
    )

    assert taken(workspace)["plan"].last == Write(Source.PING, "", NOW)


def test_a_write_too_long_ago_to_be_looked_up_is_said_so(
    workspace: Workspace, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "REMEMBERED", 1)
    attribute(workspace, "plan")
    attribute(workspace, "idle")
    offer(ann, Source.PING, idle="x")
    offer(ann, Source.PING, plan="Free")

    idle = taken(workspace)["idle"]

    assert (idle.last, idle.silent_since, idle.samples) == (None, NOW, ["x"])


def test_a_share_of_the_records_stands_for_all(workspace: Workspace) -> None:
    """BEY-10"""
    PersonFactory.create_batch(20, workspace=workspace)

    chosen = inventory.sampled(Person.objects.of(workspace).listed())

    assert chosen.count() == 20  # a table this small is looked at whole


def test_a_query_is_stopped_after_its_time() -> None:
    with pytest.raises(OutOfPatience), patience(0.01), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_after_the_patience_queries_take_their_time_again() -> None:
    with patience(0.01):
        pass

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.1)")


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_counted_in_time_is_not_counted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that somebody holds does not keep the page waiting."""
    monkeypatch.setattr(inventory, "PATIENCE", 0.1)
    attribute(workspace, "tier", about="company")
    offer(CompanyFactory(workspace=workspace), Source.PING, tier="gold")
    held, over = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {Company._meta.db_table} IN ACCESS EXCLUSIVE MODE")
                held.set()
                over.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        try:
            assert held.wait(30)
            tier = taken(workspace, "company")["tier"]
        finally:
            over.set()
        holding.result()

    assert (tier.filled, tier.samples) == (None, [])


def test_counting_too_many_is_concluded_from_some(
    workspace: Workspace, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BEY-10: who starts a long job does not wait for an exact number"""
    attribute(workspace, "plan")
    offer(ann, Source.PING, plan="Free")
    exact = sampling.counted(Person, "workspace_id = %s", [workspace.pk])

    slow = "workspace_id = %s AND pg_sleep(0.005) IS NOT NULL"
    monkeypatch.setattr(sampling, "PATIENCE", 0.001)

    assert (exact, sampling.counted(Person, slow, [workspace.pk])) == (1, 1)
