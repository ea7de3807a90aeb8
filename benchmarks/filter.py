"""Counts under filters: at once, and exactly; beside the count that somebody would write by hand."""

from typing import Any

from . import serving
from .measuring import asked, compare, grown, times
from .population import Population
from .questions import Question, people, questions

MOST_MS = 300.0
MOST_OF_HAND = 1.2
EXACT_WITHIN = 60.0
COUNT = "SELECT (SELECT count(*)"  # how an exact count begins


def measure(rounds: int, durable: bool, size: int, grow: bool) -> list[dict[str, Any]]:
    """A row for each filter: what is said at once and how soon, the truth, both ways to count it."""
    with serving.databases(durable=durable):

        def at(size: int) -> list[dict[str, Any]]:
            there = Population(size)
            return [row(there, question, rounds) for question in questions(there)]

        return grown(at, size, grow)


def row(there: Population, question: Question, rounds: int) -> dict[str, Any]:
    from apps.segments import counting

    records = matching(there, question)
    works = {
        "quick": lambda: counting.quick(records),
        "exact": lambda: counting.exact(records, EXACT_WITHIN),
        "hand": asked(f"SELECT count(*) FROM people_person p WHERE {people(there)} AND ({question.by_hand})"),
    }
    outcomes = compare(works, rounds, COUNT)
    quick, exact, hand = (outcomes[one] for one in works)
    ((truth,),) = hand.last
    assert exact.last == truth, f"{question.name}: {exact.last} counted, {truth} by hand"
    return {
        "what": question.name,
        "people": there.size,
        "ms": round(quick.whole, 1),
        "most": MOST_MS,
        "said": str(quick.last),
        "truth": truth,
        "error_%": round(100 * abs(quick.last.number - truth) / max(1, truth)),
        "statements": quick.statements,
        "exact_ms": round(exact.marked, 1),
        "hand_ms": round(hand.sql, 1),
        "of_hand": times(exact.marked, hand.sql),
        "most_of_hand": MOST_OF_HAND,
    }


def matching(there: Population, question: Question) -> Any:
    """The people that the product finds."""
    from apps.people.models import Person
    from apps.segments import language
    from apps.segments.compiling import compiled

    met = compiled(there.workspace, "person", language.read(question.written), there.moment)
    return Person.objects.of(there.workspace).listed().filter(met)
