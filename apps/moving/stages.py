"""The two long stages of a move: companies, then people with all that hangs on them. A page at a time.

`read` asks the other server and touches nothing here; `take` writes what was read, in the transaction that also moves
the stage's cursor. Whatever dies between the two is asked for again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from apps.companies import newcomers as companies_newcomers
from apps.companies.models import Company
from apps.people import newcomers as people_newcomers
from apps.people.models import Person

from . import reading
from .acquaintance import owner_of
from .belongings import (
    Setting,
    hang_tags,
    join_companies,
    leave_notes,
    note_refusals,
    take_choices,
    tell_sums,
)
from .elsewhere import Elsewhere, Refused, Unreachable
from .forgetting import forgotten
from .reading import Json, count_of, is_whole, listed

PEOPLE_AT_ONCE = 50
NOTES_AT_ONCE = 150
SCROLL_WAIT, SCROLL_TRIES = 5, 30  # a scroll that somebody left lapses after a minute
WITH_COMPANY_NOTES = "2.15"


@dataclass(slots=True)
class Page:
    """Records of the other server with what hangs on them; where to go on, if there is more; how many there are."""

    records: list["Fetched"]
    following: str | None
    total: int | None = None


@dataclass(slots=True)
class Fetched:
    """One record, and what had to be asked for besides."""

    record: Json
    tags: list[Json] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)


class Moving(Protocol):
    """A sort of what is moved page by page."""

    name: ClassVar[str]
    resumes: ClassVar[bool]  # whether its cursor is good for another run
    tells: ClassVar[tuple[str, ...]]  # of what it may have to say that it could not be taken

    def read(self, elsewhere: Elsewhere, cursor: str) -> Page: ...

    def take(self, setting: Setting, page: Page) -> None: ...


# ---- companies -------------------------------------------------------------------------------------------------------


class Companies:
    """By a scroll: the only list that has those without people too. It cannot be taken up again, and need not be."""

    name = "companies"
    resumes = False
    tells = ("company", "company value", "company tag", "company note")

    def __init__(self) -> None:
        self.notes_are_told = True

    def read(self, elsewhere: Elsewhere, cursor: str) -> Page:
        answer = self._scrolled(elsewhere, cursor)
        found = listed(answer)
        notes = elsewhere.side_by_side(lambda one: self._notes(elsewhere, one), found)
        records = [Fetched(one, tags=_tags_of_company(one), notes=left) for one, left in zip(found, notes, strict=True)]
        return Page(records, answer.get("scroll_param") if found else None)

    def _scrolled(self, elsewhere: Elsewhere, cursor: str) -> Json:
        for _ in range(SCROLL_TRIES):
            try:
                return elsewhere.get("/companies/scroll", {"scroll_param": cursor} if cursor else None)
            except Refused as refused:
                if refused.code != "scroll_exists":
                    raise
                elsewhere.sleep(SCROLL_WAIT)
        raise Unreachable("Somebody else scrolls through the companies there all the time. Run this again later.")

    def _notes(self, elsewhere: Elsewhere, company: Json) -> list[Json]:
        if not self.notes_are_told:
            return []
        try:
            return _all_notes(elsewhere, f"/companies/{company['id']}/notes", version=WITH_COMPANY_NOTES)
        except Refused:  # a server without them says so of the first company already
            self.notes_are_told = False
            return []

    def take(self, setting: Setting, page: Page) -> None:
        renamed = setting.known.renamed["company"]
        records = _with_fit_ids(setting, "company", page.records)
        newcomers = [reading.company(one.record, renamed) for one in records]
        settled = companies_newcomers.settle(setting.workspace, newcomers, by=setting.by, now=setting.now)
        here: list[tuple[int, Fetched]] = []
        for newcomer, one, fetched in zip(newcomers, settled, records, strict=True):
            if one.pk is None:
                setting.ledger.note("company", newcomer.public_id, one.why, newcomer.public_id)
            else:
                note_refusals(setting, "company", one.refused, newcomer.public_id)
                here.append((one.pk, fetched))
        hang_tags(setting, Company, ((pk, tag) for pk, fetched in here for tag in fetched.tags))
        leave_notes(setting, Company, ((pk, note) for pk, fetched in here for note in fetched.notes))
        if not self.notes_are_told:
            setting.ledger.note("company note", "", "the server does not tell the notes of companies")


def _with_fit_ids(setting: Setting, what: str, records: list[Fetched]) -> list[Fetched]:
    fit = [fetched for fetched in records if reading.has_fit_id(fetched.record)]
    for fetched in records:
        if not reading.has_fit_id(fetched.record):
            setting.ledger.note(what, str(fetched.record.get("id")), "has an id that cannot be kept")
    return fit


def _tags_of_company(company: Json) -> list[Json]:
    tags = company.get("tags")
    return list(tags.get("tags") or []) if isinstance(tags, dict) else []


# ---- people ----------------------------------------------------------------------------------------------------------


class People:
    """Users and leads, the newest first: who is archived or blocked is on no list there."""

    name = "people"
    resumes = True
    tells = (
        *("person", "person value", "person tag", "person note"),
        *("owner", "membership", "subscription", "event"),
    )

    def read(self, elsewhere: Elsewhere, cursor: str) -> Page:
        query: dict[str, Any] = {"per_page": PEOPLE_AT_ONCE} | ({"starting_after": cursor} if cursor else {})
        answer = elsewhere.get("/contacts", query)
        records = elsewhere.side_by_side(lambda one: _with_belongings(elsewhere, one), listed(answer))
        return Page(records, _cursor_of(answer), answer.get("total_count"))

    def take(self, setting: Setting, page: Page) -> None:
        fetched_ones = _less_the_destroyed(setting, _with_fit_ids(setting, "person", page.records))
        newcomers = [_newcomer(setting, fetched.record) for fetched in fetched_ones]
        settled = people_newcomers.settle(setting.workspace, newcomers, by=setting.by, now=setting.now)
        here: list[tuple[int, Fetched]] = []
        for newcomer, one, fetched in zip(newcomers, settled, fetched_ones, strict=True):
            if one.pk is None:
                setting.ledger.note("person", newcomer.public_id, one.why, newcomer.public_id)
            else:
                note_refusals(setting, "person", one.refused, newcomer.public_id)
                here.append((one.pk, fetched))
        _settle_in(setting, here)


def _less_the_destroyed(setting: Setting, records: list[Fetched]) -> list[Fetched]:
    """Who was forgotten here does not come back by a move."""
    ids = {str(fetched.record["id"]) for fetched in records}
    destroyed = forgotten(setting.workspace, ids)
    for public_id in sorted(destroyed):
        setting.ledger.note("person", public_id, "was deleted for good here", public_id)
    return [fetched for fetched in records if str(fetched.record["id"]) not in destroyed]


def _newcomer(setting: Setting, contact: Json) -> people_newcomers.Newcomer:
    owner, unknown = owner_of(setting.known, contact.get("owner_id"))
    if unknown:
        setting.ledger.note("owner", unknown, "is no teammate here", str(contact["id"]))
    return reading.person(contact, setting.known.renamed["person"], owner)


def _settle_in(setting: Setting, here: list[tuple[int, Fetched]]) -> None:
    people = Person.objects.select_related("workspace").in_bulk([pk for pk, _ in here])
    hang_tags(setting, Person, ((pk, tag) for pk, fetched in here for tag in fetched.tags))
    leave_notes(setting, Person, ((pk, note) for pk, fetched in here for note in fetched.notes))
    join_companies(setting, people, ((pk, one) for pk, fetched in here for one in fetched.companies))
    take_choices(setting, people, ((pk, one) for pk, fetched in here for one in fetched.choices))
    tell_sums(setting, people, ((pk, event) for pk, fetched in here for event in fetched.events))


def _cursor_of(answer: Json) -> str | None:
    pages = answer.get("pages")
    following = pages.get("next") if isinstance(pages, dict) else None
    return (following.get("starting_after") or None) if isinstance(following, dict) else None


def _with_belongings(elsewhere: Elsewhere, contact: Json) -> Fetched:
    """A contact carries the first ten of each; of the rest, and of when and by whom, its own lists tell."""
    here = f"/contacts/{contact['id']}"
    fetched = Fetched(contact)
    try:
        if count_of(contact.get("tags")):
            fetched.tags = listed(elsewhere.get(f"{here}/tags"))
        if count_of(contact.get("notes")):
            fetched.notes = _all_notes(elsewhere, f"{here}/notes")
        fetched.companies = list(_companies_of(elsewhere, here, contact))
        fetched.choices = list(_choices_of(elsewhere, here, contact))
        query = {"type": "user", "intercom_user_id": contact["id"], "summary": "true"}
        fetched.events = list(elsewhere.get("/events", query).get("events") or [])
    except Refused as refused:
        if refused.status != 404:  # deleted there since the page was read: what was asked for so far is kept
            raise
    return fetched


def _all_notes(elsewhere: Elsewhere, path: str, version: str = "") -> list[Json]:
    notes: list[Json] = []
    for number in range(1, 1000):
        answer = elsewhere.get(path, {"page": number, "per_page": NOTES_AT_ONCE}, version=version)
        page = listed(answer)
        notes += page
        if len(page) < NOTES_AT_ONCE:
            break
    return notes


def _companies_of(elsewhere: Elsewhere, here: str, contact: Json) -> Iterator[str]:
    nested = contact.get("companies")
    if is_whole(nested):
        yield from (str(one["id"]) for one in listed(nested))
        return
    for number in range(1, 1000):
        page = listed(elsewhere.get(f"{here}/companies", {"page": number, "per_page": NOTES_AT_ONCE}))
        yield from (str(one["id"]) for one in page)
        if len(page) < NOTES_AT_ONCE:
            return


def _choices_of(elsewhere: Elsewhere, here: str, contact: Json) -> Iterator[str]:
    nested = [contact.get(f"opted_{way}_subscription_types") for way in ("out", "in")]
    whole = all(is_whole(one) for one in nested)
    lists = nested if whole else [elsewhere.get(f"{here}/subscriptions")]
    yield from (str(one["id"]) for told in lists for one in listed(told))


STAGES: tuple[type[Any], ...] = (Companies, People)
