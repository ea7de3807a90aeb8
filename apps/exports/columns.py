"""Which columns a file has, what stands above them, and how the database writes their cells (EXP-02…04, EXP-06).

A file is written by the database itself. Most columns are an expression each in a query over the records, whose columns
are numbered `c0, c1, …`; around it stands another query that makes text of them. Tags, and the company of a person, are
found there for all records at once: see `writing`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, Func, OuterRef, Subquery, TextField, When
from django.db.models import Value as Constant
from django.db.models.functions import Coalesce, NullIf

from apps.attributes.catalogue import catalogue_of
from apps.attributes.kinds import KINDS, Kind
from apps.lists import columns as listed
from apps.lists.kinds import ListKind
from apps.segments import catalogue, standing
from apps.segments.catalogue import COMPANY, CUSTOM, EVENTS, Field
from apps.segments.comparisons import Moment
from apps.workspace.models import Teammate, Workspace
from apps.workspace.problems import Conflict

from .cells import cell_sql

TAG, SEGMENT = "tag", "segment"
LED_BY = ("first_name", "last_name", "name", "owner_id")  # what a file of people starts with (EXP-02)
JOINED = ","  # between the names of several tags or segments (EXP-04)


@dataclass(frozen=True)
class Column:
    """A column of a file. `value`: its expression over the records; `joined`: its name if it is found beside them."""

    address: str
    label: str
    kind: Kind
    value: Any = None
    joined: str = ""

    @property
    def known_by(self) -> list[str]:
        """What makes it the same column in the next step of a job."""
        return [self.address, self.label, self.kind.name]

    def header(self, now: datetime) -> str:
        """What stands above it; above dates the abbreviation of the workspace's zone (EXP-03). `now`: in that zone."""
        return f"{self.label} ({now.tzname()})" if self.kind.column == "date" else self.label

    def sql(self, place: int, zone: str) -> str:
        """SQL of its cell, out of the row that the query around the records has."""
        return cell_sql(self.kind, self.joined or f"record.c{place}", zone)


# ---- which -----------------------------------------------------------------------------------------------------------


def displayed(workspace: Workspace, kind: ListKind, addresses: Iterable[str], moment: Moment) -> list[Column]:
    """What a list shows: its first column, then those beside it. What is gone meanwhile is left out."""
    shown = [kind.first_field, *(address for address in addresses if address != kind.first_field)]
    return _known(workspace, kind, shown, moment)


def every(workspace: Workspace, kind: ListKind, moment: Moment) -> list[Column]:
    """All there is to know: standard attributes, tags, segments, custom attributes; of people their company's last."""
    fields = [field for field in catalogue.fields(workspace, kind.about) if field.definition]
    of_company = [field.address for field in fields if field.group == COMPANY]
    own = {field.address for field in fields if field.group not in (COMPANY, EVENTS)}
    known = catalogue_of(workspace, kind.about)
    standard = [one.key for one in known.standard if one.key in own]
    counted = [address for address in own if address not in known.by_key and not address.startswith(CUSTOM)]
    custom = [CUSTOM + one.key for one in known.custom]
    first = LED_BY if kind.about == "person" else (kind.first_field,)
    ordered = dict.fromkeys([*first, *standard, *counted, TAG, SEGMENT, *custom, *of_company])
    return _known(workspace, kind, ordered, moment)


def again(workspace: Workspace, kind: ListKind, kept: Sequence[Sequence[str]], moment: Moment) -> list[Column]:
    """The columns that a file began with, for the next of its rows; `kept` is what each of them is `known_by`.

    Raises Conflict where one is another by now: its rows would not stand under its header.
    """
    found = _known(workspace, kind, [address for address, *_ in kept], moment)
    if [column.known_by for column in found] != [list(one) for one in kept]:
        raise Conflict("An attribute was archived, or given another type, while the file was written. Export again.")
    return found


def _known(workspace: Workspace, kind: ListKind, addresses: Iterable[str], moment: Moment) -> list[Column]:
    found = (column_of(workspace, kind, address, moment) for address in addresses)
    return _told_apart([column for column in found if column])


def _told_apart(columns: Sequence[Column]) -> list[Column]:
    """No two columns of a file have the same header."""
    taken: set[str] = set()
    apart: list[Column] = []
    for column in columns:
        label, number = column.label, 1
        while label in taken:
            number += 1
            label = f"{column.label} ({number})"
        taken.add(label)
        apart.append(replace(column, label=label))
    return apart


# ---- one of them -----------------------------------------------------------------------------------------------------


def column_of(workspace: Workspace, kind: ListKind, address: str, moment: Moment) -> Column | None:
    """The column of a field; None where there is nothing to show any more."""
    if address == TAG:
        return Column(TAG, "Tag", KINDS["text"], joined="tagged.names")
    if address == SEGMENT:
        return Column(SEGMENT, "Segment", KINDS["text"], _segments(workspace, kind, moment))
    field = listed.found(workspace, kind.about, address)
    if field is None:
        return None
    if field.group == COMPANY and field.definition and kind.about == "person" and field.kind != "member":
        return Column(address, field.label, field.definition.kind, joined=f'company."{field.definition.column}"')
    return _of_record(field)


def _of_record(field: Field) -> Column:
    definition = field.definition
    kind = definition.kind if definition else KINDS.get(field.kind, KINDS["text"])
    if field.kind == "member" and definition and field.relation is None:
        return Column(field.address, field.label, KINDS["text"], _teammate(definition.column))
    if field.kind == "role":
        return Column(field.address, field.label, KINDS["text"], _choice(field))
    return Column(field.address, field.label, kind, field.column)


def _teammate(column: str) -> Subquery:
    """A teammate by name, as they are called on screens."""
    name = Coalesce(NullIf("name", Constant(""), output_field=CharField()), "email", output_field=CharField())
    return Subquery(Teammate.objects.filter(pk=OuterRef(column)).annotate(called=name).values("called")[:1])


def _choice(field: Field) -> Case:
    """A value by what stands for it on the screen: "User"."""
    known = field.choices() if field.choices else ()
    said = [When(**{field.address: value}, then=Constant(label)) for value, label in known]
    return Case(*said, default=F(field.address), output_field=TextField())


def _segments(workspace: Workspace, kind: ListKind, moment: Moment) -> Func:
    """The segments that a record is in, but for those that only say what it is (EXP-04, SEG-05)."""
    asked, _ = standing.questions(workspace, kind.about, moment)
    worn = [one for one in standing.all_of(workspace, kind.about) if one.is_badge and one.slug in asked]
    if not worn:
        return NullIf(Constant(""), Constant(""), output_field=TextField())
    said = [Case(When(asked[one.slug], then=Constant(one.name)), output_field=TextField()) for one in worn]
    names = Func(Constant(JOINED), *said, function="concat_ws", output_field=TextField())
    return NullIf(names, Constant(""), output_field=TextField())
