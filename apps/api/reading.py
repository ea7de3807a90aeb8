"""What was sent, as what the core takes. A call that makes no sense stops here, before anything is touched."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import HttpRequest

from apps.attributes.definitions import Catalogue
from apps.attributes.models import About, Attribute
from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.sources import Source
from apps.attributes.standard import STANDARD
from apps.people.models import Role
from apps.workspace.problems import Problem

from .errors import Refused, TooLarge

LARGEST_BODY = 1024 * 1024
WITH_BODY = {"POST", "PUT"}
NAME_OF_MODEL: dict[str, str] = {About.PERSON: "contact", About.COMPANY: "company"}
ABOUT = {model: about for about, model in NAME_OF_MODEL.items()}

WRITABLE = {about: {d.key for d in rows if Source.REST in d.writable} for about, rows in STANDARD.items()}
# What stands in answers and cannot be written: left out in silence, so that an object that was read can be sent back.
READ_ONLY = {
    "person": {d.key for d in STANDARD["person"]}
    | {"type", "workspace_id", "location", "social_profiles", "tags", "notes", "companies", "segments"}
    | {"opted_in_subscription_types", "opted_out_subscription_types", "formatted_phone", "email_verified"}
    | {"sms_consent", "unsubscribed_from_sms"},
    "company": {d.key for d in STANDARD["company"]} | {"type", "app_id", "user_count", "tags", "segments"},
}
OF_DATA_TYPE = {
    "string": "text",
    "integer": "number",
    "float": "decimal",
    "boolean": "boolean",
    "date": "date",
    "datetime": "date",
    "options": "list",
}
LONGEST_DESCRIPTION = Attribute._meta.get_field("description").max_length or 0


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The body as an object; none at all is an empty one."""
    if request.method not in WITH_BODY:
        return {}
    try:
        body = orjson.loads(_bytes(request) or b"{}")
    except orjson.JSONDecodeError as error:
        raise Problem(f"The body is not valid JSON: {error}") from None
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise Problem("The body must be a JSON object.")
    return body


def query_of(request: HttpRequest) -> dict[str, str]:
    """What stands behind the `?`."""
    query = request.GET.dict()
    for name, value in query.items():
        if "\x00" in value:
            raise Problem(f"{name} has a NUL character in it; take it out.", field=name)
    return query


def _bytes(request: HttpRequest) -> bytes:
    """The body as it came. One that is sent in pieces says no length, and Django would take it for an empty one."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdigit() and int(announced) > LARGEST_BODY:
        raise _too_large()
    if announced or not request.META.get("wsgi.input_terminated"):
        return request.body
    raw: bytes = request.META["wsgi.input"].read(LARGEST_BODY + 1)
    if len(raw) > LARGEST_BODY:
        raise _too_large()
    return raw


def _too_large() -> TooLarge:
    return TooLarge(f"The body is larger than {LARGEST_BODY} bytes; send less at once.")


def said_true(raw: str | None) -> bool:
    """Whether an address says yes to something."""
    return (raw or "").lower() in ("true", "1")


# ---- people and companies --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Sent:
    """What a body says of one record: its role where it names one, the values, and the keys that mean nothing."""

    offer: dict[str, Any] = field(default_factory=dict)
    role: str | None = None
    unknown: Report = field(default_factory=Report)

    def check_known(self, known: Catalogue, record_id: int | None) -> None:
        """Raises Refused where a custom attribute is named that nobody has made (ATT-22, ATT-23)."""
        if self.unknown.refused:
            raise Refused(known, record_id, self.unknown)


def contact(body: dict[str, Any], known: Catalogue) -> Sent:
    """A contact's body."""
    sent = _sent(body, known, also={"role"})
    sent.role = _role(body.get("role"))
    if isinstance(avatar := sent.offer.get("avatar"), dict) and "image_url" in avatar:
        sent.offer["avatar"] = avatar["image_url"]  # AVA-02
    return sent


def company(body: dict[str, Any], known: Catalogue, also: frozenset[str] = frozenset()) -> Sent:
    """A company's body, without what identifies the company. `also`: what a version knows beside its values."""
    sent = _sent(body, known, also={"id", "company_id", *also})
    if isinstance(plan := sent.offer.get("plan"), dict):
        sent.offer["plan"] = plan.get("name")  # as it is read
    return sent


def _sent(body: dict[str, Any], known: Catalogue, also: set[str]) -> Sent:
    writable, read_only = WRITABLE[known.about], READ_ONLY[known.about]
    sent = Sent({key: raw for key, raw in body.items() if key in writable})
    for key in body.keys() - writable - read_only - also - {"custom_attributes"}:
        raise Problem(f"bad '{key}' parameter", code="bad_request", field=key)
    custom = body.get("custom_attributes") or {}
    if not isinstance(custom, dict):
        raise Problem("custom_attributes must be an object of names and values.", field="custom_attributes")
    for key, raw in custom.items():
        definition = known.get(key)
        if definition is not None and definition.custom:
            sent.offer[key] = raw
        else:
            sent.unknown.refused[key] = Refusal(Reason.UNKNOWN, "does not exist; create it as a data attribute first")
            sent.unknown.raw[key] = raw
    return sent


def _role(raw: Any) -> str | None:
    if raw is None:
        return None
    if raw not in (Role.USER.value, Role.LEAD.value):
        raise Problem("The role must be either user or lead.", field="role")
    return str(raw)


# ---- data attributes -------------------------------------------------------------------------------------------------


def model(raw: Any) -> str:
    """What an attribute is about, from the API's word for it."""
    if not isinstance(raw, str) or raw not in ABOUT:
        raise Problem("The Data Attribute model field must be either contact or company", field="model")
    return ABOUT[raw]


def attribute_name(body: dict[str, Any]) -> str:
    name = body.get("name")
    if name is None:
        raise Problem("A data attribute needs a name.", code="parameter_missing", field="name")
    if not isinstance(name, str):
        raise Problem("The name of a data attribute must be text.", field="name")
    return name


def kind(body: dict[str, Any]) -> str:
    """The kind of a new attribute. One with options is a list, whether its type says so or not."""
    raw = body.get("data_type")
    if body.get("options") is not None and raw in (None, "string", "options"):
        return "list"
    if not isinstance(raw, str) or raw not in OF_DATA_TYPE:
        raise Problem("Data Type isn't an option", field="data_type")
    if OF_DATA_TYPE[raw] != "list" and body.get("options"):
        raise Problem("Only a list has options; leave them out, or make the data_type options.", field="options")
    return OF_DATA_TYPE[raw]


def options(body: dict[str, Any]) -> list[str] | None:
    """The options of a list: objects with a value, as they are written, or plain values, as they are read."""
    raw = body.get("options")
    if raw is None:
        return None
    if not isinstance(raw, list):
        raise Problem("Options isn't an array", field="options")
    values = [item.get("value") if isinstance(item, dict) else item for item in raw]
    if not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in values):
        raise Problem('Every option needs a value: {"value": "text"}.', field="options")
    return [str(value) for value in values]


def description(body: dict[str, Any]) -> str | None:
    """None where it is not given; an explicit null empties it."""
    if "description" not in body:
        return None
    raw = body["description"]
    if raw is None:
        return ""
    if not isinstance(raw, str) or "\x00" in raw:
        raise Problem("The description must be text.", field="description")
    if len(raw) > LONGEST_DESCRIPTION:
        raise Problem(f"The description is longer than {LONGEST_DESCRIPTION} characters.", field="description")
    return raw


def flag(body: dict[str, Any], key: str) -> bool | None:
    """A true or a false; None where it is not given."""
    raw = body.get(key)
    if raw is not None and not isinstance(raw, bool):
        raise Problem(f"{key} must be true or false.", field=key)
    return raw
