"""What visits leave, one after the other, told by the statement and by the rules in plain Python."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.people import sessions
from apps.people.models import Person
from apps.people.visits import BROWSER, LANGUAGE, LATEST, OBSERVED, PLACE, REFERRER, UTM
from tests.factories import NOW, PersonFactory

pytestmark = pytest.mark.django_db

COLUMNS = PLACE + BROWSER + LANGUAGE + REFERRER + UTM
TIMES = {"referred_at": REFERRER, "campaign_at": UTM}
VISITS = st.lists(
    st.dictionaries(st.sampled_from(COLUMNS), st.sampled_from(["a", "b", "c"]), max_size=8), min_size=1, max_size=6
)


def ruled(visits: list[dict[str, str]]) -> dict[str, str | None]:
    """MSG-14, ATT-53: the latest visit that tells anything of a group; ATT-55: the first."""
    left: dict[str, str | None] = dict.fromkeys(COLUMNS)
    for group in (PLACE, BROWSER, LANGUAGE, REFERRER, UTM):
        telling = [visit for visit in visits if any(column in visit for column in group)]
        chosen = telling[-1 if group[0] in LATEST else 0] if telling else {}
        left |= {column: chosen.get(column) for column in group}
    return left


def dated(visits: list[dict[str, str]]) -> dict[str, datetime | None]:
    """UPD-04: when the first was told"""
    told: dict[str, datetime | None] = {}
    for name, group in TIMES.items():
        days = [day for day, visit in enumerate(visits) if any(column in visit for column in group)]
        told[name] = NOW + timedelta(days=days[0]) if days else None
    return told


@settings(max_examples=60, deadline=None, derandomize=True)
@given(visits=VISITS)
def test_visits_leave_what_the_rules_say(visits):
    """MSG-14, ATT-53, ATT-55, UPD-04"""
    ann = PersonFactory()

    for day, visit in enumerate(visits):
        sessions.touch(ann.pk, sessions.in_browser(NOW + timedelta(days=day), visit))

    assert Person.objects.values(*COLUMNS, *TIMES).get(pk=ann.pk) == ruled(visits) | dated(visits)


def test_everything_that_a_visit_tells_says_what_it_is_based_on():
    """ATT-53"""
    assert OBSERVED.keys() == set(COLUMNS)
