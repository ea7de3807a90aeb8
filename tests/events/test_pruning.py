"""Occurrences go after 90 days; what they sum up to stays."""

from datetime import datetime, timedelta

import pytest

from apps.events import pruning
from apps.events.models import Event
from apps.events.pruning import prune
from apps.events.recording import Occurrence, Outcome
from apps.events.tasks import forget_occurrences
from tests.factories import NOW

from .conftest import happen, summaries

DAY = timedelta(days=1)


@pytest.fixture
def told(ann):
    """Record one occurrence that happened, and came, so many days ago."""

    def tell(happened: float, came: float | None = None) -> list[Outcome]:
        sent = Occurrence(ann.pk, "read-pricing", NOW - happened * DAY)
        return happen(ann.workspace, [sent], NOW - (happened if came is None else came) * DAY)

    return tell


def kept() -> list[datetime]:
    return list(Event.objects.order_by("-at").values_list("at", flat=True))


def test_an_occurrence_goes_after_90_days_and_its_summary_stays(ann, told):
    """EVT-07"""
    told(100)
    told(89)

    assert (prune(NOW), kept(), summaries(ann)) == (
        *(1, [NOW - 89 * DAY]),
        {"read-pricing": (2, NOW - 100 * DAY, NOW - 89 * DAY)},
    )


def test_an_old_one_that_came_lately_stands_against_duplicates(ann, told):
    """EVT-04: a file of last year's events, sent twice."""
    told(300, came=1)
    prune(NOW)

    assert (told(300, came=0), summaries(ann)["read-pricing"][0]) == ([Outcome.DUPLICATE], 1)


def test_90_days_after_it_came_it_goes(told):
    told(300, came=91)

    assert (prune(NOW), kept()) == (1, [])


def test_what_lies_ahead_stays_and_stands_in_nobodys_way(told):
    told(-1, came=100)
    told(95)

    assert (prune(NOW), kept()) == (1, [NOW + DAY])


def test_batches_follow_each_other_until_nothing_is_due(told, monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 3)
    for days in range(100, 80, -1):
        told(days)

    assert (prune(NOW), len(kept())) == (10, 10)
    assert prune(NOW) == 0


def test_the_boundary_is_90_days_to_the_second(told):
    told(90)
    told(90 + 1 / 86400)

    assert (prune(NOW), kept()) == (1, [NOW - 90 * DAY])


def test_the_task_prunes_by_the_clock(told, settings):
    told(0)
    settings.CLOCK_OFFSET = "+9000d"

    forget_occurrences()

    assert kept() == []
