"""All counts of the sidebar, at once and exactly, beside one hand-written pass; and the badges of a profile."""

from typing import Any

from . import serving
from .measuring import Outcome, asked, compare, grown, times
from .population import Population
from .questions import people, questions

MOST_MS = 300.0
EXACT_WITHIN = 60.0
COUNTS, BADGES = "SELECT count(*) FILTER", '"in_0"'  # how the statements of both are known


def predefined(there: Population) -> dict[str, str]:
    """The segments that every workspace has, by hand."""
    now = f"timestamptz '{there.now.isoformat()}'"
    return {
        "users": "p.role = 'user'",
        "leads": "p.role = 'lead'",
        "new": f"p.signed_up_at > {now} - interval '1 day'",
        "active": f"p.last_seen_at > {now} - interval '30 days'",
        "slipping-away": f"p.last_seen_at < {now} - interval '30 days' AND p.last_seen_at > {now} - interval '60 days'",
    }


def measure(rounds: int, durable: bool, size: int, grow: bool) -> list[dict[str, Any]]:
    """Rows for the predefined segments alone, and with a saved one for every filter that is measured."""
    with serving.databases(durable=durable):

        def at(size: int) -> list[dict[str, Any]]:
            there = Population(size)
            by_hand = predefined(there)
            rows = [*counts(there, "predefined", by_hand, rounds), badges(there, "predefined", by_hand, rounds)]
            by_hand |= save(there)
            name = "with saved ones"  # one round: by hand this takes a minute with a million people
            return [*rows, *counts(there, name, by_hand, 1), badges(there, name, by_hand, rounds)]

        return grown(at, size, grow)


def save(there: Population) -> dict[str, str]:
    """Save a segment for every filter. Returns what they ask, by hand."""
    from apps.segments import language, saving
    from apps.workspace.hands import NOBODY

    saved: dict[str, str] = {}
    for question in questions(there):
        read = language.read(question.written)
        segment = saving.create(there.workspace, "person", question.name, read, by=NOBODY, now=there.now)
        saved[str(segment.pk)] = question.by_hand
    there.workspace.refresh_from_db()
    return saved


def counts(there: Population, name: str, by_hand: dict[str, str], rounds: int) -> list[dict[str, Any]]:
    from apps.people.models import Person
    from apps.segments import counting
    from apps.segments.standing import questions as standing_questions

    segments, broken = standing_questions(there.workspace, "person", there.moment)
    assert not broken, broken
    records = Person.objects.of(there.workspace).listed()
    each = ", ".join(f"count(*) FILTER (WHERE {by_hand[slug]})" for slug in segments)
    works = {
        "quick": lambda: counting.quick_counts(records, segments),
        "exact": lambda: counting.exact_counts(records, segments, EXACT_WITHIN),
        "hand": asked(f"SELECT {each} FROM people_person p WHERE {people(there)}"),
    }
    outcomes = compare(works, rounds, COUNTS)
    quick, exact, hand = (outcomes[one] for one in works)
    agree(exact, hand)
    return [
        line(there, f"{name}: counts at once", quick.whole, quick.statements, None, None),
        line(there, f"{name}: exact counts", exact.whole, exact.statements, exact.marked, hand.sql),
    ]


def agree(exact: Outcome, hand: Outcome) -> None:
    ours = [count.number for count in exact.last.values()]
    assert ours == list(hand.last[0]), (exact.last, hand.last)


def badges(there: Population, name: str, by_hand: dict[str, str], rounds: int) -> dict[str, Any]:
    from apps.people.models import Person
    from apps.segments.membership import badges as badges_of
    from apps.segments.standing import all_of

    person = Person.objects.of(there.workspace).listed().order_by("pk")[there.size // 3]
    person.workspace = there.workspace
    each = ", ".join(f"({by_hand[one.slug]})" for one in all_of(there.workspace, "person") if one.is_badge)
    one = f"SELECT {each} FROM people_person p WHERE p.workspace_id = %s AND p.id = %s"
    works = {
        "ours": lambda: badges_of(person, there.moment),
        "hand": asked(one, [there.workspace.pk, person.pk]),
    }
    outcomes = compare(works, max(rounds, 5), BADGES)
    ours, hand = outcomes["ours"], outcomes["hand"]
    return line(there, f"{name}: badges of one person", ours.whole, ours.statements, ours.marked, hand.sql)


def line(
    there: Population, what: str, ms: float, statements: int, sql: float | None, hand: float | None
) -> dict[str, Any]:
    return {
        "what": what,
        "people": there.size,
        "ms": round(ms, 1),
        "most": MOST_MS if "at once" in what else "",
        "statements": statements,
        "sql_ms": "" if sql is None else round(sql, 2),
        "hand_ms": "" if hand is None else round(hand, 2),
        "of_hand": "" if sql is None or hand is None else times(sql, hand),
    }
