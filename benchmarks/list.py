"""Pages of the people list, as the server answers a teammate's browser: beside a bare template page of fifty rows, and
their rows' SQL beside a hand-written query for the same fifty.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import serving
from .measuring import Work, asked, compare, grown, times
from .population import Population
from .questions import Question, people, questions

COLUMNS = (
    "p.id, p.public_id, p.role, p.avatar, p.name, p.email, p.external_id, p.pseudonym, p.last_seen_at, p.created_at, "
    "p.signed_up_at, p.session_count, p.city, p.country"
)
ROWS = "LIMIT 51"  # what the statement of a page's rows has and no other
INDEXED = {"filter: rare", "sorted by a number", "sorted by email"}  # what is slow at first, and soon is not
MOST_OF_BARE = 3.0
MOST_OF_HAND = 1.2
MOST_GROWTH = 1.5
PAGE = 51


def measure(rounds: int, durable: bool, size: int, grow: bool) -> list[dict[str, Any]]:
    """A row for each page: milliseconds, statements, both ratios."""
    with serving.databases(durable=durable), bare_page():

        def at(size: int) -> list[dict[str, Any]]:
            there = Population(size)
            measured = [row(there, name, address, by_hand, rounds) for name, address, by_hand in pages(there)]
            index()
            return [
                *measured,
                *(
                    row(there, f"{name}, indexed", address, by_hand, rounds)
                    for name, address, by_hand in pages(there)
                    if name in INDEXED
                ),
            ]

        return grown(at, size, grow)


def index() -> None:
    """What the queue does a minute after a list was slow."""
    from apps.segments import indexing
    from apps.workspace import clock

    indexing.maintain(clock.now())


@contextmanager
def bare_page() -> Iterator[None]:
    """The product's pages as they are served, and the bare one among them."""
    from django.core.management import call_command
    from django.test.utils import override_settings

    call_command("collectstatic", verbosity=0, interactive=False)
    with override_settings(ROOT_URLCONF="benchmarks.pages"):
        yield


# ---- the pages -------------------------------------------------------------------------------------------------------


def pages(there: Population) -> Iterator[tuple[str, str, Work]]:
    """Name, address, and the query that somebody would write for its rows."""
    users = f"{people(there)} AND p.role = 'user'"
    latest, score = "p.last_seen_at DESC NULLS LAST, p.id DESC", f"p.{there.column('score')}"

    def rows(condition: str, order: str = latest) -> Work:
        return asked(f"SELECT {COLUMNS}, {score} FROM people_person p WHERE {condition} ORDER BY {order} LIMIT {PAGE}")

    yield "first page", there.address(), rows(users)
    seen_at, pk = middle(there, users)
    beyond = rows(f"{users} AND (p.last_seen_at, p.id) < ('{seen_at}', {pk})")
    yield "deep page", there.address(after=place(seen_at, pk)), beyond
    back = f"{users} AND (p.last_seen_at, p.id) > ('{seen_at}', {pk})"
    ahead = rows(back, "p.last_seen_at NULLS FIRST, p.id")
    yield "deep page, backwards", there.address(before=place(seen_at, pk)), ahead
    for question in questions(there):
        yield f"filter: {question.name}", there.address(filter=question.address), best(rows, there, question)
    by_score = "custom_attributes.score"
    yield "sorted by a number", there.address(sort=f"-{by_score}"), rows(users, f"{score} DESC NULLS LAST, p.id DESC")
    yield "sorted by email", there.address(sort="email"), rows(users, "lower(p.email), p.id")
    for name, text in (("search, one found", f"person{there.size // 2}@"), ("search, many found", "ann ")):
        anywhere = " OR ".join(f"lower(p.{column}) LIKE '%%{text}%%'" for column in ("name", "email", "external_id"))
        found = asked(
            f"WITH found AS MATERIALIZED (SELECT {COLUMNS}, {score} FROM people_person p WHERE {users} AND "
            f"({anywhere})) SELECT * FROM found p ORDER BY {latest} LIMIT {PAGE}"
        )
        plain = rows(f"{users} AND ({anywhere})")
        yield name, there.address(q=text), found if "one" in name else plain


def best(rows: Callable[..., Work], there: Population, question: Question) -> Work:
    """Somebody who writes by hand knows whether to walk in order or to find first, for having tried both."""
    condition = f"{people(there)} AND {question.by_hand}"
    latest = "p.last_seen_at DESC NULLS LAST, p.id DESC"
    score = f"p.{there.column('score')}"
    walked = rows(condition)
    found = asked(
        f"WITH found AS MATERIALIZED (SELECT {COLUMNS}, {score} FROM people_person p WHERE {condition}) "
        f"SELECT * FROM found p ORDER BY {latest} LIMIT {PAGE}"
    )
    outcomes = compare({"walked": walked, "found": found}, 1)
    return walked if outcomes["walked"].whole < outcomes["found"].whole else found


def middle(there: Population, users: str) -> tuple[Any, int]:
    half = f"SELECT p.last_seen_at, p.id FROM people_person p WHERE {users} ORDER BY p.last_seen_at DESC, p.id DESC"
    return asked(f"{half} OFFSET {there.size // 3} LIMIT 1")()[0]


def place(seen_at: Any, pk: int) -> str:
    """A place in the list, as the address of its next page has it."""
    from apps.attributes.paging import Place

    return str(Place(seen_at, pk, 1_000))


# ---- the comparison --------------------------------------------------------------------------------------------------


def row(there: Population, name: str, address: str, by_hand: Work, rounds: int) -> dict[str, Any]:
    works = {
        "page": lambda: there.page(address),
        "bare": lambda: there.page(there.address("bare")),
        "hand": by_hand,
    }
    outcomes = compare(works, rounds, ROWS)
    page, bare, hand = (outcomes[one] for one in works)
    return {
        "what": name,
        "people": there.size,
        "ms": round(page.whole, 1),
        "statements": page.statements,
        "sql_ms": round(page.sql, 1),
        "rows_ms": round(page.marked, 2),
        "hand_ms": round(hand.sql, 2),
        "of_hand": times(page.marked, hand.sql),
        "bare_ms": round(bare.whole, 1),
        "of_bare": times(page.whole, bare.whole),
        "target": f"of_bare <= {MOST_OF_BARE:g}, of_hand <= {MOST_OF_HAND:g}, growth <= {MOST_GROWTH:g}",
    }
