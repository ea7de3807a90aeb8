"""Most of a file says once more what stands there: that is seen at a look, and comes to the same as judging it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.attributes.sources import Source
from apps.attributes.writing import FEW, Cells, write
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, attribute

pytestmark = pytest.mark.django_db

STOOD = {
    "plan": "pro",
    "seats": "12",
    "ratio": "0.125",
    "paid_at": "1700000000",
    "vip": "true",
    "stage": "A",
    "name": "Ann Lee",
    "phone": "+353 1 5",
}
OTHERWISE = {
    "plan": ["pro", " pro", "PRO", "", "null"],
    "seats": ["12", "12.0", "012", "13", "x", "1e1"],
    "ratio": ["0.125", ".125", "0.1250", "1e15"],
    "paid_at": ["1700000000", "2023-11-14T22:13:20Z", "14/11/2023", "-1", "soon"],
    "vip": ["true", "TRUE", "false", "yes"],
    "stage": ["A", "B", "Z"],
    "name": ["Ann Lee", "Ann Lee ", "Ben"],
    "phone": ["+353 1 5", ""],
}
KINDS = {"plan": "text", "seats": "number", "ratio": "decimal", "paid_at": "date", "vip": "boolean"}
ROW = st.fixed_dictionaries({}, optional={key: st.sampled_from(cells) for key, cells in OTHERWISE.items()})
HAND = st.sampled_from([Source.CSV, Source.REST, Source.MANUAL])


@pytest.fixture
def people(workspace: Workspace) -> list[int]:
    for name, kind in KINDS.items():
        attribute(workspace, name, kind)
    attribute(workspace, "stage", "list", options=["A", "B"])
    return [person.pk for person in PersonFactory.create_batch(FEW + 4, workspace=workspace, name=None)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=st.lists(ROW, min_size=FEW + 4, max_size=FEW + 4), hand=HAND, stood=st.sets(st.sampled_from([*STOOD])))
def test_a_batch_comes_to_what_each_row_comes_to(workspace, people, rows, hand, stood):
    """IMP-05, UPD-03: whoever set it, and however it is written"""
    fresh = Workspace.objects.get(pk=workspace.pk)
    write(Person, fresh, {pk: {key: STOOD[key] for key in stood} for pk in people}, hand, now=NOW)
    offers = dict(zip(people, rows, strict=True))

    at_once = write(Person, fresh, offers, Source.CSV, now=NOW, rehearsed=True)

    one_by_one = {}
    for pk, offer in offers.items():
        one_by_one |= write(Person, fresh, {pk: offer}, Source.CSV, now=NOW, rehearsed=True)
    assert at_once == one_by_one


def test_what_stands_already_is_seen_without_judging(workspace, people, monkeypatch):
    """BEY-04: so a file that changes nothing costs next to nothing"""
    fresh = Workspace.objects.get(pk=workspace.pk)
    cells = {key: cell for key, cell in STOOD.items() if key != "stage"}
    write(Person, fresh, dict.fromkeys(people, cells), Source.CSV, now=NOW)
    seen = []
    looked = Cells.stand_already
    monkeypatch.setattr(Cells, "stand_already", lambda *told: seen.append(looked(*told)) or seen[-1])

    reports = write(Person, fresh, dict.fromkeys(people, cells), Source.CSV, now=NOW)

    assert seen == [True] * len(people)
    assert not any(report.changed or report.refused for report in reports.values())
