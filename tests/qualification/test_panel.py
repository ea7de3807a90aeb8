"""The qualification panel at the core: which cells, in what order, and who may edit them."""

from typing import Any

import pytest

from apps.attributes import defining
from apps.attributes.catalogue import catalogue_of
from apps.attributes.kinds import KINDS
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.people.models import Person
from apps.qualification import choosing
from apps.qualification.forms import WIDGETS
from apps.qualification.models import Question
from apps.qualification.panel import Cell, cell_of, panel_of
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat, Workspace
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace, role="agent")


@pytest.fixture
def ben(workspace: Workspace) -> Person:
    return LeadFactory(workspace=workspace, email="ben@example.test", name="Ben")


def ask(workspace: Workspace, name: str, kind: str = "text", about: str = "person") -> None:
    attribute(workspace, name, kind, about)
    workspace.refresh_from_db()
    choosing.add(workspace, catalogue_of(workspace, about)[name], by=NOBODY, now=NOW)


def panel(workspace: Workspace, seat: Seat, person: Person) -> list[Cell]:
    person.workspace = workspace
    return panel_of(seat, person).cells


def offer(person: Person, source: Source, **values: Any) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    write(type(person), workspace, {person.pk: values}, source, now=NOW)
    person.refresh_from_db()


def test_a_fresh_workspace_asks_people_then_company_questions(workspace, tess, ben):
    """QUAL-25"""
    assert [(cell.definition.label, cell.value) for cell in panel(workspace, tess, ben)] == [
        ("Name", "Ben"),
        ("Email", "ben@example.test"),
        ("Phone", None),
        ("Company name", None),
        ("Company size", None),
        ("Company website", None),
        ("Company industry", None),
    ]


def test_any_attribute_can_be_asked_and_the_order_is_the_sets(workspace, tess, ben):
    """ATT-46, QUAL-29"""
    ask(workspace, "budget", "number")
    budget = Question.objects.get(workspace=workspace, key="budget")
    choosing.reorder(workspace, [budget.pk], by=NOBODY, now=NOW)

    assert panel(workspace, tess, ben)[0].definition.key == "budget"


def test_what_is_taken_out_of_the_set_leaves_the_panel_at_once(workspace, tess, ben):
    """QUAL-02"""
    choosing.remove(Question.objects.get(workspace=workspace, key="phone"), by=NOBODY, now=NOW)

    assert "phone" not in [cell.definition.key for cell in panel(workspace, tess, ben)]


def test_an_archived_attribute_is_not_asked(workspace, tess, ben):
    """ATT-40"""
    ask(workspace, "budget")
    Question.objects.filter(key="budget").delete()
    defining.archive(workspace.attributes.get(name="budget"), by=NOBODY, now=NOW)
    Question.objects.create(workspace=workspace, about="person", key="budget", position=99)
    workspace.refresh_from_db()

    assert "budget" not in [cell.definition.key for cell in panel(workspace, tess, ben)]
    assert cell_of(tess, ben, "person", "budget") is None


def test_a_teammate_without_the_permission_edits_nothing(workspace, ben):
    """QUAL-19, PERM-01"""
    olaf = SeatFactory(workspace=workspace, role="read_only")

    assert not any(cell.editable for cell in panel(workspace, olaf, ben))


def test_without_a_company_only_its_name_can_be_given(workspace, tess, ben):
    """QUAL-26"""
    company_cells = [cell for cell in panel(workspace, tess, ben) if cell.definition.about == "company"]

    assert [cell.definition.key for cell in company_cells if cell.editable] == ["name"]


def test_the_company_is_the_one_the_person_was_last_seen_with(workspace, tess, ben):
    """QUAL-18"""
    join(ben, CompanyFactory(workspace=workspace, name="Blue Sun", size=85), now=NOW, seen=True)
    join(ben, CompanyFactory(workspace=workspace, name="Never seen"), now=NOW)

    shown = {cell.definition.label: cell.value for cell in panel(workspace, tess, ben)}

    assert (shown["Company name"], shown["Company size"]) == ("Blue Sun", 85)


def test_an_archived_company_is_not_spoken_of(workspace, tess, ben):
    """CO-08"""
    join(ben, CompanyFactory(workspace=workspace, name="Gone", state="archived"), now=NOW, seen=True)

    shown = {cell.definition.label: cell.value for cell in panel(workspace, tess, ben)}

    assert shown["Company name"] is None


@pytest.mark.parametrize(
    ("source", "offered"),
    [(Source.MANUAL, True), (Source.PING, False), (Source.OPERATOR, False), (Source.CSV, False), (Source.REST, False)],
)
def test_re_sync_is_offered_for_a_teammates_values_alone(workspace, tess, ben, source, offered):
    """QUAL-15, QUAL-16"""
    ask(workspace, "budget", "number")
    offer(ben, source, budget=500)

    cell = cell_of(tess, ben, "person", "budget")

    assert (cell.value, cell.can_release) == (500, offered)


def test_re_sync_is_offered_for_a_blank_that_a_teammate_left(workspace, tess, ben):
    """QUAL-17"""
    ask(workspace, "budget", "number")
    offer(ben, Source.MANUAL, budget="")

    assert cell_of(tess, ben, "person", "budget").can_release


def test_what_nobody_writes_by_hand_is_plain_text(workspace, tess, ben):
    """A computed attribute that is in the set all the same is shown, not asked."""
    Question.objects.create(workspace=workspace, about="person", key="last_seen_at", position=99)

    assert cell_of(tess, ben, "person", "last_seen_at").editable is False


def test_the_owner_can_be_picked_though_the_set_does_not_ask(workspace, tess, ben):
    """IDN-24"""
    ben.workspace = workspace

    assert cell_of(tess, ben, "person", "owner_id").editable
    assert cell_of(tess, ben, "person", "external_id") is None


def test_every_kind_has_a_field():
    assert WIDGETS.keys() == KINDS.keys()


@pytest.mark.parametrize("many", [3, 30])
def test_a_panel_costs_the_same_queries_whatever_it_asks(workspace, tess, many, django_assert_num_queries):
    """Questions; the person's values and their history; the company, its values and their history."""
    ann = PersonFactory(workspace=workspace)
    join(ann, CompanyFactory(workspace=workspace), now=NOW)
    for number in range(many):
        ask(workspace, f"question {number}")
    workspace.refresh_from_db()
    ann.workspace = workspace
    catalogue_of(workspace, "person")
    catalogue_of(workspace, "company")

    with django_assert_num_queries(6):
        found = panel_of(tess, ann).cells

    assert len(found) == 7 + many
