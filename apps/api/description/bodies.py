"""What the endpoints read out of a body, by name: as it is meant to be sent. More than this is understood."""

from apps.attributes.definitions import Definition
from apps.attributes.kinds import (
    EARLIEST,
    LARGEST_EXACT_WHOLE,
    LARGEST_SPEND,
    LONGEST_TEXT,
    MILLISECONDS_FROM,
    WebAddress,
)
from apps.attributes.standard import STANDARD
from apps.people.models import Role
from apps.segments.travelling import SEARCHABLE
from apps.subscriptions.models import Consent

from .. import paging, reading, searching, sorting
from .answers import MODELS
from .schemas import (
    DIGITS,
    FLAG,
    HEX,
    SCALAR,
    TEXT,
    TIME,
    WHOLE,
    Schema,
    either,
    many,
    mapping,
    maybe,
    of_attribute,
    one_of,
    record,
    ref,
    said,
)

VALUES = said(mapping(SCALAR | {"type": [*SCALAR["type"], "null"]}), "Only what is named changes; null empties it.")
ROLES = one_of([Role.USER, Role.LEAD])


# What a kind asks of a value, beyond its type.
ASKED: dict[str, Schema] = {
    "identifier": {"maxLength": LONGEST_TEXT},
    "line": {"maxLength": LONGEST_TEXT},
    "email": {"maxLength": LONGEST_TEXT, "format": "email"},
    "web_address": {"maxLength": WebAddress.longest, "format": "uri", "pattern": "^https?://"},
    "date": {"minimum": EARLIEST, "maximum": MILLISECONDS_FROM - 1},
    "number": {"minimum": -LARGEST_EXACT_WHOLE, "maximum": LARGEST_EXACT_WHOLE},
    "spend": {"minimum": -LARGEST_SPEND, "maximum": LARGEST_SPEND},
}
NAME: Schema = {"type": "string", "minLength": 1}
SENT_TIME = TIME | ASKED["date"]


def _writable(about: str) -> dict[str, Schema]:
    """The standard attributes that a call may write, as the catalogue has them."""
    allowed = reading.WRITABLE[about]
    return {d.key: maybe(_sent(d)) for d in STANDARD[about] if d.key in allowed}


def _sent(definition: Definition) -> Schema:
    return of_attribute(definition) | ASKED.get(definition.kind.name, {})


CONTACT = record(
    {},
    role=ROLES,
    **_writable("person")
    | {
        "owner_id": said({"type": ["integer", "string", "null"]}, "The id of a teammate."),
        "custom_attributes": VALUES,
    },
)
COMPANY_VALUES = _writable("company") | {
    "custom_attributes": VALUES,
    "update_last_request_at": said(FLAG, "From version 2.16 on: it was seen just now."),
}
COMPANY = record(
    {},
    company_id=said(TEXT, "The customer's own id, by which the company is found or made."),
    id=said(TEXT, "The same, or Intercom's id, where there is no company_id."),
    **COMPANY_VALUES,
)

# ---- searching -------------------------------------------------------------------------------------------------------

_FULL_NAMES = {d.key: d.full_name for d in STANDARD["person"]}
FIELDS = sorted({_FULL_NAMES[key] for key in SEARCHABLE} | searching.ALIASES.keys())
OPERATORS = sorted(
    {*searching.ANY_OF, *searching.EITHER} | {one for named in searching.ASKED.values() for one in named}
)
VALUE = SCALAR | {"type": [*SCALAR["type"], "null"]}
FILTERED = either(one_of(FIELDS), {"type": "string", "pattern": "^custom_attributes[.].+$"})
FILTER = record(
    {
        "field": FILTERED,
        "operator": one_of(OPERATORS),
        "value": said(
            either(VALUE, many(VALUE) | {"minItems": 1, "maxItems": searching.MOST_VALUES}),
            "An array for IN and NIN. null with = finds who has no value, with != who has one.",
        ),
    }
)


def _group(part: Schema) -> Schema:
    parts = many(part) | {"minItems": 1, "maxItems": searching.MOST_FILTERS}
    return record({"operator": one_of(searching.GROUPS), "value": parts})


# ---- the rest --------------------------------------------------------------------------------------------------------

CARRIER = {"untag": said(FLAG, "true takes the tag off.")}
SUM = record(
    {
        "event_name": NAME,
        "count": WHOLE | {"minimum": 1},
        "first": SENT_TIME,
        "last": SENT_TIME,
    }
)
OPTIONS = said(many(either(record({"value": TEXT}), TEXT)), "Of a list: two or more.")
PERSON_NAMED = {
    "id": said(HEX, "Intercom's id of the contact."),
    "user_id": said(TEXT, "Its external_id."),
    "email": TEXT,
}
DESCRIBED = {
    "description": maybe(TEXT | {"maxLength": reading.LONGEST_DESCRIPTION}),
    "options": OPTIONS,
    "messenger_writable": FLAG,
}

BODIES: dict[str, Schema] = {
    "contact_body": CONTACT,
    "merge_body": record({"from": said(HEX, "The lead that ends."), "into": said(HEX, "The user who stays.")}),
    "search_body": record(
        {"query": ref("search_query")},
        pagination=record({}, per_page=WHOLE | {"minimum": 1, "maximum": paging.LARGEST_SIZE}, starting_after=TEXT),
        sort=record({"field": FILTERED}, order=said(one_of(sorting.WAYS), "descending where it is not said.")),
    ),
    "search_query": either(ref("search_filter"), _group(either(ref("search_filter"), ref("search_group")))),
    "search_group": _group(ref("search_filter")),
    "search_filter": FILTER,
    "company_body": COMPANY,
    "company_values": record({}, **COMPANY_VALUES),
    "attach_body": record({"id": said(TEXT, "The id of what is attached.")}),
    "subscription_body": record({"id": DIGITS, "consent_type": one_of(Consent.values)}),
    "note_body": record(
        {"body": said(NAME, "Text, or simple HTML.")}, admin_id=said(TEXT, "Its author; else the token's.")
    ),
    "tag_body": record(
        {"name": NAME},
        id=said(either(DIGITS, WHOLE), "Renames the tag of this id."),
        companies=many(record({}, id=HEX, company_id=TEXT, **CARRIER)),
        users=many(record({}, id=HEX, user_id=TEXT, **CARRIER)),
    ),
    "event_body": record({"event_name": NAME, "created_at": SENT_TIME}, **PERSON_NAMED, metadata={"type": "object"}),
    "event_summaries_body": record({"event_summaries": either(SUM, many(SUM) | {"minItems": 1})}, **PERSON_NAMED),
    "visitor_body": record({}, id=HEX, user_id=TEXT, name=maybe(TEXT), custom_attributes=VALUES),
    "convert_body": record(
        {
            "type": ROLES,
            "visitor": record({}, id=HEX, user_id=TEXT, email=TEXT),
        },
        user=said(record({}, **PERSON_NAMED), "Who they are; it may be an empty object where type is lead."),
    ),
    "content_export_body": record({"created_at_after": SENT_TIME, "created_at_before": SENT_TIME}),
    "data_attribute_body": record(
        {"name": NAME, "model": one_of(MODELS)},
        data_type=said(one_of(reading.OF_DATA_TYPE), "Left out, it is a list that has options."),
        **DESCRIBED,
    ),
    "data_attribute_changes": record({}, archived=FLAG, **DESCRIBED),
}
