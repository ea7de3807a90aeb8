"""Finding people by what is known of them: filters in groups (API-07).

Filters are asked in the language of the app's own lists. What is not understood is refused, never ignored: a filter
that is dropped in silence would find the wrong people.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from apps.attributes.catalogue import catalogue_of
from apps.attributes.kinds import KINDS, Setting
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.people.models import Person
from apps.segments import catalogue, travelling
from apps.segments.catalogue import CUSTOM, Field
from apps.segments.comparisons import COMPARISONS, READERS, Moment
from apps.segments.compiling import Unanswerable
from apps.segments.language import Condition
from apps.workspace.models import Workspace
from apps.workspace.problems import Problem

from . import segment_ids

DEEPEST, MOST_FILTERS, MOST_VALUES = 2, 15, 500
GROUPS = {"AND": Q.AND, "OR": Q.OR}
ANY_OF = {"IN": Q.OR, "NIN": Q.AND}
EXACT = ("=", "!=")
# By sort of field: the names of our comparisons by operator, and the kind whose table they stand in.
ASKED = {sort: {operator: name for name, operator in names.items()} for sort, names in travelling.OPERATORS.items()}
ASKED["flag"] = {"=": "is", "!=": "is_not"}
TABLES = {"text": "text", "number": "number", "flag": "list", "date": "date", "tag": "tag", "segment": "segment"}
# Beside those: one of several values, and what two of our comparisons say together.
MORE = {"text": [*ANY_OF], "number": [*ANY_OF, ">=", "<="], "flag": [*ANY_OF], "segment": [*ANY_OF]}
EITHER = {">=": (">", "="), "<=": ("<", "=")}
# Other names of fields: of what is no attribute, and what the published list misspells.
ALIASES = {name: address for address, name in travelling.OTHERS.items()} | {
    "ios_app_device": "ios_device",
    "andoid_sdk_version": "android_sdk_version",
    "formatted_phone": "phone",
}


# ---- the filter ------------------------------------------------------------------------------------------------------


def matching(workspace: Workspace, query: Any, now: datetime) -> QuerySet[Person]:
    """The people whom a query means; archived, blocked and deleted ones never match. Raises Problem."""
    if not isinstance(query, dict):
        raise Problem("A search needs a query: {field, operator, value}.", code="parameter_missing", field="query")
    asked = _part(workspace, query, Moment(now, workspace.zone), DEEPEST)
    return Person.objects.of(workspace).listed().filter(asked)


def _part(workspace: Workspace, raw: Any, moment: Moment, deeper: int) -> Q:
    """A group, or a single filter. `deeper`: how many groups may still stand inside one another."""
    if not isinstance(raw, dict):
        raise Problem("Each filter of a group is an object: {field, operator, value}.", field="query")
    operator = raw.get("operator")
    if isinstance(operator, str) and operator in GROUPS:
        return _group(workspace, raw.get("value"), operator, moment, deeper)
    return _filter(workspace, raw, moment)


def _group(workspace: Workspace, parts: Any, operator: str, moment: Moment, deeper: int) -> Q:
    if not deeper:
        raise Problem(f"Groups of filters can stand inside one another {DEEPEST} deep, not deeper.", field="query")
    if not isinstance(parts, list) or not parts:
        raise Problem(f"A group needs its filters as an array: {{operator: {operator!r}, value: […]}}.", field="value")
    if len(parts) > MOST_FILTERS:
        raise Problem(f"A group holds at most {MOST_FILTERS} filters.", field="value")
    return Q(*(_part(workspace, part, moment, deeper - 1) for part in parts), _connector=GROUPS[operator])


def _filter(workspace: Workspace, raw: Mapping[str, Any], moment: Moment) -> Q:
    if raw.get("field") is None:
        wrong = "A filter needs a field: {field, operator, value}. A group has the operator AND or OR."
        raise Problem(wrong, code="invalid_field", field="field")
    value = raw.get("value")
    field = field_of(workspace, raw["field"])
    if "value" in raw and value is None and raw.get("operator") in EXACT:
        return _presence(field, raw["operator"])
    operator = checked_operator(field, raw.get("operator"))
    if "value" not in raw:
        raise Problem("The filter needs a value; null finds people without one.", code="parameter_missing")
    if field.kind == "segment":
        value = [_slug(workspace, one) for one in value] if isinstance(value, list) else _slug(workspace, value)
    try:
        if operator in ANY_OF:
            return _any_of(field, operator, value, moment)
        return _compared(field, operator, value, moment)
    except Unanswerable as problem:  # a segment that is gone
        raise Problem(problem.message, field="value") from None


def _slug(workspace: Workspace, segment_id: Any) -> Any:
    """What a filter names a segment by, from its id; what is no id is for the filter to refuse."""
    found = segment_ids.find(workspace, Person.about, segment_id) if isinstance(segment_id, str) else None
    return found.slug if found else segment_id


def field_of(workspace: Workspace, name: Any) -> Field:
    """What a filter is about. Raises Problem."""
    is_custom = isinstance(name, str) and name.startswith(CUSTOM)
    address = name if is_custom else _addresses(workspace).get(name) if isinstance(name, str) else None
    field = catalogue.find(workspace, "person", address) if address else None
    if field is None and is_custom:
        missing = f"Custom attribute '{name.removeprefix(CUSTOM)}' does not exist"
        raise Problem(missing, code="invalid_field", field="field")
    if field is None:
        raise Problem(f"{name!r} is not a field that contacts can be searched by.", code="invalid_field", field="field")
    return field


def _addresses(workspace: Workspace) -> dict[str, str]:
    known = catalogue_of(workspace, "person")
    return {known[key].full_name: key for key in travelling.SEARCHABLE} | ALIASES


def checked_operator(field: Field, operator: Any) -> str:
    """An operator that is one, and one for this sort of field. Raises Problem."""
    sort = travelling.sort_of(field)
    fitting = [*ASKED[sort], *MORE.get(sort, ())]
    if not isinstance(operator, str) or operator not in fitting:
        names = ", ".join(fitting)
        wrong = f"The operator {operator!r} does not fit {name_of(field)}; use one of: {names}."
        raise Problem(wrong, field="operator")
    return operator


def name_of(field: Field) -> str:
    return field.definition.full_name if field.definition else travelling.OTHERS[field.address]


def _presence(field: Field, operator: str) -> Q:
    """null: `=` finds people without a value, `!=` those with one, whatever the sort of field."""
    if field.value is None:
        raise Problem(f"null does not fit {name_of(field)}; send an id.", field="value")
    return Q(IsNull(field.value, operator == "="))


def _any_of(field: Field, operator: str, values: Any, moment: Moment) -> Q:
    if not isinstance(values, list) or not values:
        raise Problem(f"The operator {operator!r} needs an array of values.", field="value")
    if len(values) > MOST_VALUES:
        raise Problem(f"The operator {operator!r} takes at most {MOST_VALUES} values.", field="value")
    each = "=" if operator == "IN" else "!="
    return Q(*(_one_of(field, each, value, moment) for value in values), _connector=ANY_OF[operator])


def _one_of(field: Field, operator: str, value: Any, moment: Moment) -> Q:
    """One of several. Of true and false, nothing is the third: `NIN [true, null]` is known to be false."""
    if value is None and travelling.sort_of(field) == "flag":
        return _presence(field, operator)
    return _compared(field, operator, value, moment)


def _compared(field: Field, operator: str, raw: Any, moment: Moment) -> Q:
    """One of our comparisons, or two of which either will do."""
    value = _sought(field, operator, raw, moment)
    if field.address in travelling.FALSE_UNTIL_KNOWN:  # found by what contacts are told to be
        field = replace(field, value=Coalesce(field.value, False))
    asked = [_ask(field, one, value, moment) for one in EITHER.get(operator, (operator,))]
    return Q(*asked, _connector=Q.OR)


def _ask(field: Field, operator: str, value: Any, moment: Moment) -> Q:
    sort = travelling.sort_of(field)
    name = ASKED[sort][operator]
    if field.ask:
        return field.ask(Condition(field.address, name, value), moment)
    table = COMPARISONS["decimal" if field.kind == "decimal" else TABLES[sort]]
    return next(one for one in table if one.name == name).ask(field.value, value, moment)


# ---- values ----------------------------------------------------------------------------------------------------------


def _sought(field: Field, operator: str, raw: Any, moment: Moment) -> Any:
    """What a filter compares with. Raises Problem."""
    if raw is None:
        raise Problem(f"null does not fit the operator {operator!r}; it goes with '=' and '!=' alone.", field="value")
    try:
        return READ[travelling.sort_of(field)](field, operator, raw, moment)
    except Refusal as refusal:
        raise Problem(f"The value for {name_of(field)} {refusal.message}", field="value") from None


def _text(field: Field, operator: str, raw: Any, moment: Moment) -> str:
    """What no address or option can be is simply nobody's."""
    if (field.kind == "email" or field.address == "email_domain") and operator in EXACT and isinstance(raw, str):
        raw = raw.strip().lower()  # as it is kept (IDN-08)
    return KINDS["text"].clean(raw, Setting(Source.REST, moment.zone))


def _number(field: Field, operator: str, raw: Any, moment: Moment) -> float:
    return READERS["number"](raw)


def _flag(field: Field, operator: str, raw: Any, moment: Moment) -> bool:
    raw = str(raw) == "1" if str(raw) in ("0", "1") else raw  # clients send 1 for true
    return KINDS["boolean"].clean(raw, Setting(Source.REST, moment.zone))


def _day(field: Field, operator: str, raw: Any, moment: Moment) -> str:
    """A date means the whole of its day in the workspace's zone."""
    instant = KINDS["date"].clean(raw, Setting(Source.REST, moment.zone))
    return READERS["day"](instant.astimezone(moment.zone).date().isoformat())


def _tag(field: Field, operator: str, raw: Any, moment: Moment) -> int:
    return READERS["key"](raw)


READ = {"text": _text, "number": _number, "flag": _flag, "date": _day, "tag": _tag, "segment": _text}
