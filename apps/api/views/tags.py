"""Tags: made, renamed, deleted, and hung on people and companies (TAG-01…05)."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.attributes.models import Attributed, State
from apps.companies.models import Company
from apps.people.models import Person, Role
from apps.tags import tagging
from apps.tags.models import Tag
from apps.workspace.problems import Missing, Problem

from .. import reading, replying
from ..calls import Answer, Call, Empty
from ..finding import find_contact, find_tag, given, no_such_company, no_such_contact
from ..versions import at_least

# ---- tags ------------------------------------------------------------------------------------------------------------


def list_tags(call: Call) -> Answer:
    """GET /tags."""
    return replying.listed(replying.tag(tag) for tag in tagging.matching(call.workspace))


def show_tag(call: Call, tag_id: str) -> Answer:
    """GET /tags/{id}."""
    return replying.tag(find_tag(call, tag_id))


def delete_tag(call: Call, tag_id: str) -> Empty:
    """DELETE /tags/{id}, unless a segment asks for it (TAG-03, TAG-05)."""
    with transaction.atomic():
        tagging.delete(find_tag(call, tag_id), by=call.by, now=call.now)
    return Empty()


@transaction.atomic
def write_tag(call: Call) -> Answer:
    """POST /tags: makes or fetches the one of a name (TAG-02), renames the one of an id, tags and untags many."""
    name = call.body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Problem("invalid tag parameters: a tag needs a name.", field="name")
    if call.body.get("id") is not None:
        tag = tagging.rename(find_tag(call, call.body["id"]), name, by=call.by, now=call.now)
    else:
        tag = tagging.find_or_create(call.workspace, name, by=call.by, now=call.now)
    told = {many.name: _tag_many(call, tag, many) for many in MANY if call.body.get(many.name) is not None}
    return replying.tag(tag) | (told if at_least(call.version, "2.16") else {})


# ---- on many records -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Many:
    """A list of records in a body: what it is called, and by what its items name them, the first that is given."""

    name: str
    model: type[Attributed]
    columns: dict[str, str]
    seen: Q

    def missing(self) -> Missing:
        return no_such_contact() if self.model is Person else no_such_company()


MANY = (
    Many("companies", Company, {"id": "public_id", "company_id": "company_id"}, Q(state=State.ACTIVE)),
    Many(
        "users",
        Person,
        {"id": "public_id", "user_id": "external_id"},
        ~Q(state__in=[State.MERGED, State.PENDING_DELETION]) & ~Q(role=Role.VISITOR),
    ),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One of them, and what is to be done with it."""

    column: str
    value: str
    untag: bool


def _tag_many(call: Call, tag: Tag, many: Many) -> list[dict[str, Any]]:
    """Tag and untag what a list names; what is not there stops it all, from 2.16 on it is left out."""
    items = _items(call.body[many.name], many)
    found = _found(call, items, many)
    if len(found) < len(items) and not at_least(call.version, "2.16"):
        raise many.missing()
    tagged = {record.pk for item, record in found if not item.untag}
    untagged = {record.pk for item, record in found if item.untag}
    tagging.add(many.model, call.workspace, tagged, tag, by=call.by, now=call.now)
    tagging.remove(many.model, call.workspace, untagged, tag)
    return [{"id": record.public_id, "tagged": not item.untag} for item, record in found]


def _items(raw: Any, many: Many) -> list[Item]:
    if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
        raise Problem(f"invalid tag parameters: {many.name} must be an array of objects.", field=many.name)
    return [_item(item, many) for item in raw]


def _item(raw: dict[str, Any], many: Many) -> Item:
    for name, column in many.columns.items():
        value = raw.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            if "\x00" in str(value):
                raise many.missing()
            return Item(column, str(value), bool(reading.flag(raw, "untag")))
    names = " or ".join(many.columns)
    raise Problem(f"invalid tag parameters: each of {many.name} needs an {names}.", field=many.name)


def _found(call: Call, items: list[Item], many: Many) -> list[tuple[Item, Attributed]]:
    """The records that are there, each with its item: a query for each way of naming them."""
    by_name: dict[tuple[str, str], Attributed] = {}
    for column in {item.column for item in items}:
        wanted = [item.value for item in items if item.column == column]
        rows = many.model._default_manager.filter(many.seen, workspace=call.workspace, **{f"{column}__in": wanted})
        by_name |= {(column, getattr(row, column)): row for row in rows.only("public_id", column)}
    named = ((item, by_name.get((item.column, item.value))) for item in items)
    return [(item, record) for item, record in named if record is not None]


# ---- on one contact --------------------------------------------------------------------------------------------------


def list_contact_tags(call: Call, contact_id: str) -> Answer:
    """GET /contacts/{id}/tags."""
    return replying.listed(map(replying.applied_tag, tagging.tags_of(find_contact(call, contact_id))))


def tag_contact(call: Call, contact_id: str) -> Answer:
    """POST /contacts/{id}/tags (TAG-01, TAG-04)."""
    person, tag = find_contact(call, contact_id), find_tag(call, given(call, "id", "the id of a tag"))
    tagging.add(Person, call.workspace, [person.pk], tag, by=call.by, now=call.now)
    carried = tagging.taggings(call.workspace, Person.about).get(record_id=person.pk, tag=tag)
    return replying.applied_tag(carried)


def untag_contact(call: Call, contact_id: str, tag_id: str) -> Answer:
    """DELETE /contacts/{id}/tags/{tag id}. Twice is harmless."""
    person, tag = find_contact(call, contact_id), find_tag(call, tag_id)
    carried = tagging.taggings(call.workspace, Person.about).filter(record_id=person.pk, tag=tag).first()
    tagging.remove(Person, call.workspace, [person.pk], tag)
    return replying.applied_tag(carried) if carried else replying.tag(tag)
