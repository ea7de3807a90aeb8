"""The other server's words for people, companies and what hangs on them, as ours."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apps.api.reading import OF_DATA_TYPE, WRITABLE
from apps.attributes.standard import STANDARD
from apps.companies import newcomers as companies
from apps.people import newcomers as people
from apps.people.models import Role
from apps.workspace.problems import Problem

Json = Mapping[str, Any]
Renamed = Mapping[str, str]  # a custom attribute's name there → here

# What only a birth can set, by where an answer has it.
SEEN = {key: key for key in ("browser", "browser_version", "browser_language", "os", "referrer")}
SEEN |= {f"utm_{part}": f"utm_{part}" for part in ("campaign", "content", "medium", "source", "term")}
MOBILE = ("app_name", "app_version", "device", "os_version", "sdk_version")
SEEN |= {f"{system}_{part}": f"{system}_{part}" for system in ("ios", "android") for part in MOBILE}
PLACE = ("country", "region", "city", "country_code", "continent_code")
TIMES = (
    *("created_at", "updated_at", "last_contacted_at", "last_replied_at"),
    *("last_email_opened_at", "last_email_clicked_at", "ios_last_seen_at", "android_last_seen_at"),
)
FLAGS = ("marked_email_as_spam", "has_hard_bounced")
WRITTEN = {about: WRITABLE[about] - {"owner_id"} for about in STANDARD}
LONGEST = 255
FIT_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)


def person(contact: Json, renamed: Renamed, owner: int | None) -> people.Newcomer:
    """A contact; its owner as the teammate here."""
    offer = _offer("person", contact, renamed)
    if isinstance(avatar := offer.get("avatar"), Mapping):
        offer["avatar"] = avatar.get("image_url")
    if owner is not None:
        offer["owner_id"] = owner
    role = Role.USER if contact.get("role") == "user" else Role.LEAD
    if role == Role.LEAD:
        offer.pop("external_id", None)  # a lead's is the server's own
    return people.Newcomer(str(contact["id"]), role, _said(offer), _past(contact))


def company(found: Json, renamed: Renamed) -> companies.Newcomer:
    offer = _offer("company", found, renamed)
    if isinstance(plan := offer.get("plan"), Mapping):
        offer["plan"] = plan.get("name")
    past: dict[str, Any] = {key: moment(found.get(key)) for key in ("created_at", "updated_at", "last_request_at")}
    sessions = found.get("session_count")
    past["session_count"] = sessions if type(sessions) is int and 0 <= sessions < 2**31 else 0
    known = {key: value for key, value in past.items() if value is not None}
    return companies.Newcomer(str(found["id"]), found.get("company_id"), _said(offer), known)


def _offer(about: str, record: Json, renamed: Renamed) -> dict[str, Any]:
    offer = {key: record[key] for key in sorted(WRITTEN[about]) if key in record}
    custom = record.get("custom_attributes")
    if isinstance(custom, Mapping):
        offer |= {renamed.get(name, name): value for name, value in custom.items()}
    return offer


def _said(offer: dict[str, Any]) -> dict[str, Any]:
    """What is known: an empty value there empties nothing here."""
    return {key: value for key, value in offer.items() if value is not None and value != "" and value != {}}


def _past(contact: Json) -> dict[str, Any]:
    """The columns that the platform itself keeps, as they were there."""
    past: dict[str, Any] = {ours: _text(contact.get(theirs)) for ours, theirs in SEEN.items()}
    place = contact.get("location")
    if isinstance(place, Mapping):
        past |= {key: _text(place.get(key)) for key in PLACE}
    past |= {key: moment(contact.get(key)) for key in TIMES}
    past |= {key: contact[key] for key in FLAGS if isinstance(contact.get(key), bool)}
    return {key: value for key, value in past.items() if value is not None}


def _text(raw: Any) -> str | None:
    return kept(raw)[:LONGEST] if isinstance(raw, str) and raw else None


def kept(text: str) -> str:
    """Without what no database keeps: NUL characters, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def moment(raw: Any) -> datetime | None:
    """Unix seconds as a time; None for what is none."""
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw < 253_402_300_800:
        return None
    return datetime.fromtimestamp(raw, UTC)


def kind_of(attribute: Json) -> str:
    """What an attribute is here. A list reads as a text with options. Raises Problem for what there is not here."""
    data_type = str(attribute.get("data_type"))
    if data_type not in OF_DATA_TYPE:
        raise Problem(f"is of the type {data_type}, which is not here")
    return "list" if attribute.get("options") else OF_DATA_TYPE[data_type]


def has_fit_id(record: Json) -> bool:
    """Whether a record can be known by its id at all."""
    return bool(FIT_ID.fullmatch(str(record.get("id") or "")))


def listed(nested: Any) -> list[Json]:
    """The items of `{"data": […]}`."""
    data = nested.get("data") if isinstance(nested, Mapping) else None
    return [item for item in data if isinstance(item, Mapping)] if isinstance(data, list) else []


def is_whole(nested: Any) -> bool:
    """Whether all items stand in a nested list, and not only the first of them."""
    return not (isinstance(nested, Mapping) and nested.get("has_more"))


def count_of(nested: Any) -> int:
    total = nested.get("total_count") if isinstance(nested, Mapping) else None
    return total if isinstance(total, int) else len(listed(nested))
