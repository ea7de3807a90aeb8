"""All that is kept of one person, for themselves: a zip of one JSON file and of the same as tables (DEL-10, BEY-09).

What there is to tell is what there would be to destroy: every place of `deletion.reach` whose rows go with a person is
a section here, in words of its own or as its rows stand; or is left out for a reason. A test compares the two.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import chain
from typing import IO, Any

from django.db.models import Model

from apps.attributes.catalogue import catalogue_of
from apps.attributes.csv_cells import escaped
from apps.attributes.facts import facts_of
from apps.attributes.models import OtherId, RecordChange, RefusedWrite
from apps.attributes.sources import Source
from apps.bulk.models import Former
from apps.companies.models import Membership
from apps.deletion.models import Deletion
from apps.deletion.reach import Fate, places
from apps.events.models import Event, EventSummary
from apps.people.following import rows_of
from apps.people.models import Merge, Person
from apps.people.surviving import predecessors
from apps.segments.comparisons import Moment
from apps.segments.membership import badges
from apps.subscriptions.models import Choice
from apps.tags.models import Note, Tagging
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand

Row = dict[str, Any]
AT_ONCE = 2_000  # rows that are read from the database at a time
README = """Everything that {workspace} keeps of one person, as of {now} UTC.

package.json holds all of it. The other files hold the same, a table each: comma-separated, in UTF-8, times in UTC.
profile.csv says of every value where it comes from; history.csv what it was before.
"""


@dataclass(frozen=True)
class Whole:
    """Somebody with everybody who was merged into them: one person, though in several rows."""

    person: Person
    now: datetime

    @cached_property
    def rows(self) -> list[Person]:
        merged = predecessors(self.person.workspace, [self.person.pk])
        return [self.person, *Person.objects.filter(pk__in=merged).select_related("workspace").order_by("pk")]

    def of(self, model: type[Model]) -> Any:
        """A model's rows about them, in the order in which they came."""
        return rows_of(model, self.person.workspace, [one.pk for one in self.rows]).order_by("pk")


# ---- sections --------------------------------------------------------------------------------------------------------


def _profile(whole: Whole) -> Iterator[Row]:
    """Every value, archived attributes included, with its source, hand and time (AUD-05)."""
    for person in whole.rows:
        known = catalogue_of(person.workspace, "person")
        for fact in facts_of(person, known.by_key.values()).values():
            origin = fact.provenance
            yield {
                "profile": person.public_id,
                "key": fact.definition.full_name,
                "label": fact.definition.label,
                "value": fact.name or fact.value,
                "source": origin.source if origin else None,
                "by": origin.by if origin else None,
                "at": origin.at if origin else None,
            }


def _state(whole: Whole) -> Iterator[Row]:
    """What stands in the row and is no attribute."""
    for person in whole.rows:
        yield {
            "profile": person.public_id,
            "role": person.role,
            "state": person.state,
            "visitor_id": person.visitor_id,
            "last_page": person.page_url,
            "web_session_started_at": person.session_started_at,
            "web_seen_at": person.web_seen_at,
        }


def _history(whole: Whole) -> Iterator[Row]:
    for write in whole.of(RecordChange).iterator(AT_ONCE):
        for key, (old, new, *_) in write.changes.items():
            yield {
                "at": write.at,
                "attribute": key,
                "old": old,
                "new": new,
                "source": Source(write.source),
                "by": write.hand,
            }


def _refused(whole: Whole) -> Iterator[Row]:
    for one in whole.of(RefusedWrite).iterator(AT_ONCE):
        yield {
            "attribute": one.key,
            "sent": one.raw,
            "why": one.message,
            "source": Source(one.source),
            "times": one.count,
            "first_at": one.first_at,
            "last_at": one.last_at,
        }


def _other_ids(whole: Whole) -> Iterator[Row]:
    return ({"id": one.public_id} for one in whole.of(OtherId))


def _events(whole: Whole) -> Iterator[Row]:
    for one in whole.of(Event).select_related("name").iterator(AT_ONCE):
        yield {
            "at": one.at,
            "event": one.name.name,
            "metadata": one.metadata,
            "received_at": one.created_at,
            "source": Source(one.source),
            "by": one.hand,
        }


def _event_counts(whole: Whole) -> Iterator[Row]:
    for one in whole.of(EventSummary).select_related("name"):
        yield {"event": one.name.name, "count": one.count, "first_at": one.first_at, "last_at": one.last_at}


def _notes(whole: Whole) -> Iterator[Row]:
    for one in whole.of(Note).select_related("author"):
        yield {"at": one.created_at, "changed_at": one.updated_at, "by": str(one.author or one.hand), "text": one.text}


def _tags(whole: Whole) -> Iterator[Row]:
    for one in whole.of(Tagging).select_related("tag", "applied_by").filter(tag__pk__gt=0):
        yield {"tag": one.tag.name, "at": one.applied_at, "by": str(one.applied_by or one.hand)}


def _segments(whole: Whole) -> Iterator[Row]:
    return ({"segment": one.name} for one in badges(whole.person, Moment(whole.now, whole.person.workspace.zone)))


def _companies(whole: Whole) -> Iterator[Row]:
    for one in whole.of(Membership).select_related("company"):
        company = one.company
        yield {
            "company_id": company.company_id,
            "name": company.name,
            "id": company.public_id,
            "since": one.created_at,
            "last_seen_with_at": one.last_seen_at,
        }


def _subscriptions(whole: Whole) -> Iterator[Row]:
    for one in whole.of(Choice).select_related("subscription", "teammate"):
        yield {
            "subscription": str(one.subscription),
            "chosen": one.subscription.consent_type,
            "at": one.chosen_at,
            "by": str(one.teammate or one.hand),
        }


def _merges(whole: Whole) -> Iterator[Row]:
    """Who was merged into them; what that merge moved stands in all the other sections."""
    for one in whole.of(Merge).select_related("lead", "by"):
        yield {
            "merged_profile": one.lead.public_id,
            "at": one.at,
            "by": str(one.by or one.hand),
            "visitor_id": one.visitor_id,
            "undo": {"until": one.undo_until, "values": one.formers, "visits": one.visits} if one.undo_until else None,
        }


Section = Callable[[Whole], Iterable[Row]]
SECTIONS: dict[str, Section] = {
    "state": _state,
    "profile": _profile,
    "history": _history,
    "refused_values": _refused,
    "former_ids": _other_ids,
    "companies": _companies,
    "segments": _segments,
    "tags": _tags,
    "notes": _notes,
    "events": _events,
    "event_counts": _event_counts,
    "subscriptions": _subscriptions,
    "merges": _merges,
}
TOLD: frozenset[type[Model]] = frozenset(
    {
        *(Person, RecordChange, RefusedWrite, OtherId, Membership, Tagging, Note),
        *(Event, EventSummary, Choice, Merge),
    }
)
LEFT_OUT: Mapping[type[Model], str] = {
    Deletion: "who waits to be destroyed is found by nobody",
    Former: "what they were before a bulk change stands in the history, and who carried a tag then was shown it",
}


def sections() -> dict[str, Section]:
    """By the name of its table: those above, then whatever else would go with a person, as its rows stand."""
    others = [one.model for one in places() if one.fate is Fate.GOES and one.model]
    plain = {
        model._meta.model_name or "": _rows_as_they_stand(model)
        for model in others
        if model not in TOLD and model not in LEFT_OUT
    }
    return {**SECTIONS, **plain}


def _rows_as_they_stand(model: type[Model]) -> Section:
    fields = [field for field in model._meta.concrete_fields if field.name not in ("id", "workspace")]
    return lambda whole: whole.of(model).values(*(field.attname for field in fields)).iterator(AT_ONCE)


# ---- the file --------------------------------------------------------------------------------------------------------


def write(person: Person, file: IO[bytes], *, by: Hand, now: datetime) -> None:
    """Write the zip, a row at a time, and say in the activity log who has it (AUD-01)."""
    whole = Whole(person, now)
    found = sections()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("README.txt", README.format(workspace=person.workspace, now=f"{now:%Y-%m-%d %H:%M:%S}"))
        with package.open("package.json", "w", force_zip64=True) as into:
            _write_json(whole, found, into)
        for name, section in found.items():
            _write_table(section(whole), package, f"{name}.csv")
    record(Activity.PERSON_EXPORT, workspace=person.workspace, by=by, now=now, person=person.public_id)


def _write_json(whole: Whole, found: Mapping[str, Section], into: IO[bytes]) -> None:
    head = {"person": whole.person.public_id, "workspace": whole.person.workspace.app_id, "made_at": whole.now}
    into.write(_json(head)[:-1].encode())
    for name, section in found.items():
        into.write(f",\n{json.dumps(name)}: [".encode())
        for place, row in enumerate(section(whole)):
            into.write(f"{',' if place else ''}\n{_json(row)}".encode())
        into.write(b"]")
    into.write(b"}\n")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _write_table(rows: Iterable[Row], package: zipfile.ZipFile, name: str) -> None:
    """A table of what there is; no file where there is nothing."""
    found = iter(rows)
    first = next(found, None)
    if first is None:
        return
    with package.open(name, "w", force_zip64=True) as into:
        text = io.TextIOWrapper(into, encoding="utf-8", newline="")
        lines = csv.writer(text)
        lines.writerow(first)
        lines.writerows([_cell(value) for value in row.values()] for row in chain([first], found))
        text.flush()
        text.detach()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        return escaped(_json(value))
    return escaped(str(_plain(value)))


def _plain(value: Any) -> Any:
    """Times in UTC as they are written everywhere; whatever else JSON does not know, as text."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat() if isinstance(value, date) else str(value)
