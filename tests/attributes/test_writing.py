"""The one write path, at the core."""

from datetime import timedelta

import pytest

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import history_of, refusals_of
from apps.attributes.models import Attribute, Attributed
from apps.attributes.reports import Reason, Report
from apps.attributes.sources import Source
from apps.attributes.values import read
from apps.attributes.writing import write
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db


def offer(record: Attributed, source: Source, **values: object) -> Report:
    workspace = Workspace.objects.get(pk=record.workspace_id)
    return write(type(record), workspace, {record.pk: values}, source, now=NOW)[
        record.pk
    ]


def value(record: Attributed, key: str) -> object:
    workspace = Workspace.objects.get(pk=record.workspace_id)
    definition = catalogue_of(workspace, record.about)[key]
    return read(type(record), [record.pk], [definition])[record.pk][key]


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace)


@pytest.fixture
def plan(workspace: Workspace) -> Attribute:
    return attribute(workspace, "plan")


def test_a_ping_leaves_a_teammates_value_alone(ann, plan):
    """QUAL-08"""
    offer(ann, Source.MANUAL, plan="pro")

    report = offer(ann, Source.PING, plan="free")

    assert value(ann, "plan") == "pro"
    assert report.refused["plan"].reason == Reason.YIELDED


def test_every_channel_in_turn_stands_in_the_history(ann, plan):
    """UPD-01, UPD-04, AUD-05"""
    for number, source in enumerate(
        [
            Source.PING,
            Source.REST,
            Source.MANUAL,
            Source.OPERATOR,
            Source.CSV,
            Source.REST,
        ]
    ):
        offer(ann, source, plan=f"value {number}")

    assert [line.source for line in reversed(history_of(ann, "plan"))] == [
        "ping",
        "rest",
        "manual",
        "csv",
        "rest",
    ]
    assert [(line.source, line.reason) for line in refusals_of(ann)] == [
        ("operator", "yielded")
    ]


def test_a_pings_unknown_keys_become_attributes_of_the_kind_their_values_show(ann):
    """ATT-21, ATT-24, ATT-25, ATT-29"""
    offer(
        ann,
        Source.PING,
        **{
            "teammates": 4,
            "ratio": 1.5,
            "vip": True,
            "last_order_at": 1350466020,
            "custom_domain": None,
            "plan.name$": "a",
        },
    )

    kinds = dict(Attribute.objects.values_list("name", "kind"))
    assert kinds == {
        "teammates": "number",
        "ratio": "decimal",
        "vip": "boolean",
        "last_order_at": "date",
        "plan_name_": "text",
    }
    assert value(ann, "last_order_at").isoformat() == "2012-10-17T09:27:00+00:00"


def test_a_batch_of_a_thousand_costs_the_statements_of_a_batch_of_one(
    workspace, plan, django_assert_num_queries
):
    """Six statements: savepoint, lock and read, update within its own savepoint, history."""
    one, *many = PersonFactory.create_batch(101, workspace=workspace)
    workspace.refresh_from_db()
    catalogue_of(workspace, "person")
    with django_assert_num_queries(7):
        write(
            Person,
            workspace,
            {one.pk: {"plan": "a", "name": "Ann"}},
            Source.PING,
            now=NOW,
        )

    with django_assert_num_queries(7):
        write(
            Person,
            workspace,
            {person.pk: {"plan": "a", "name": "Ann"} for person in many},
            Source.PING,
            now=NOW,
        )

    assert value(many[-1], "plan") == "a"


def test_what_changes_nothing_writes_nothing(ann, plan):
    offer(ann, Source.PING, plan="pro")
    Person.objects.update(updated_at=NOW - timedelta(days=1))

    report = offer(ann, Source.PING, plan="pro")

    assert report.changed == {}
    assert len(history_of(ann, "plan")) == 1
    assert Person.objects.get().updated_at == NOW - timedelta(days=1)
