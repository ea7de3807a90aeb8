"""From a request's bytes to a ping. Nothing here asks the database.

bytes ──▶ Sent (the fields beside each other) ──▶ two halves: what the browser says, and what a token signed
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.http import HttpRequest

from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.sources import Source
from apps.attributes.standard import is_standard_name
from apps.attributes.writing import is_blank
from apps.companies.arrivals import company_id_of
from apps.people import identity
from apps.people.identity import Claim
from apps.workspace.problems import Problem

LONGEST_BODY = 64 * 1024
LONGEST_COOKIE = 255
MOST_FORM_FIELDS = 100
MOST_COMPANIES = 30  # of one ping: each of them is some twenty statements, in one transaction that others wait for
FORM = "application/x-www-form-urlencoded"
OBJECTS = ("user_data", "metadata", "page", "utm")  # which a form carries as JSON
IN_PIECES = "_messenger_body"  # on a request: what was read of a body that came in pieces, which comes once

# JSON's escapes: a whole emoji, half of one, any other
ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)

# How the Messenger looks and where it is loaded from: never data about a person (MSG-03).
MESSENGER_ONLY = frozenset(
    {
        *("app_id", "api_base", "region", "widgetUrl", "installation_type", "page_title", "session_duration"),
        *("alignment", "horizontal_padding", "vertical_padding", "z_index", "custom_launcher_selector"),
        *("hide_default_launcher", "hide_notifications", "theme_mode"),
        *("action_color", "background_color", "link_color"),
    }
)
BESIDE = frozenset({"user_data", "session", "referer", "page", "page_title", "utm", "language"})
OF_AN_EVENT = frozenset({"event_name", "metadata", "created_at"})
APART = frozenset({"user_hash", "intercom_user_jwt", "anonymous_id"})
TOO_MANY = f"was ignored: a ping names at most {MOST_COMPANIES} companies; send the others through the REST API"


class TooLarge(Problem):
    status = 413
    code = "parameter_invalid"


@dataclass(frozen=True, slots=True)
class Page:
    """What the script says of the page that somebody is on, as it came: `visiting` makes sense of it."""

    url: Any = None
    referrer: Any = None
    utm: Any = None
    language: Any = None


NO_PAGE = Page()


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields of a ping, before anybody has looked at who sends it."""

    app_id: str
    user_data: dict[str, Any]
    user_hash: Any = None
    token: Any = None
    anonymous_id: Any = None
    page: Page = NO_PAGE


@dataclass(slots=True)
class Half:
    """What one hand says about a person and their companies: the browser's, or that of whoever signed a token."""

    source: Source
    values: dict[str, Any] = field(default_factory=dict)
    companies: dict[str, dict[str, Any]] = field(default_factory=dict)  # company_id → its keys
    report: Report = field(default_factory=Report)  # what cannot even be offered, and why

    def refuse(self, key: str, raw: Any, reason: Reason, message: str) -> None:
        self.report.refused[key], self.report.raw[key] = Refusal(reason, message), raw


@dataclass(frozen=True, slots=True)
class Ping:
    """Who is meant, and what is said of them."""

    claim: Claim
    unsigned: Half
    signed: Half

    @property
    def halves(self) -> tuple[Half, Half]:
        return self.unsigned, self.signed


# ---- bytes -----------------------------------------------------------------------------------------------------------


def read(request: HttpRequest) -> Sent:
    """The fields of a ping. Raises Problem for what is none."""
    return sent_of(_body(request))


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The fields of a request that comes from no browser: JSON, whatever type it says it is."""
    return _object(_bytes(request), "The body")


def _body(request: HttpRequest) -> dict[str, Any]:
    """The fields of a request, whichever way a browser could send them."""
    raw = _bytes(request)
    # text/plain spares the browser its preflight, so whatever is no form is read as JSON
    return _form(raw) if request.content_type == FORM else _object(raw, "The body")


def app_id_of(request: HttpRequest) -> str | None:
    """Whose page or app speaks, as far as it says so; what else is wrong with the request is not asked here."""
    try:
        raw = _bytes(request)
        body = _object(raw, "The body") if raw.lstrip().startswith(b"{") else _form(raw)
    except Problem:
        return None
    user_data = body.get("user_data")
    app_id = _named("app_id", body, user_data if isinstance(user_data, dict) else {})
    return app_id if isinstance(app_id, str) else None


def _named(name: str, *places: Mapping[str, Any]) -> Any:
    """What the first place that says something of this says; None where nobody does."""
    values = (place.get(name) for place in places)
    return next((raw for raw in values if not is_blank(raw, Source.PING)), None)


def sent_of(body: dict[str, Any], beside: frozenset[str] = BESIDE) -> Sent:
    """Who sends some fields, and what they say. `beside` may stand in them as well. Raises Problem for what is none."""
    user_data = body.get("user_data")
    if user_data is None:
        _check_nothing_beside(body, beside)
        user_data = {}
    if not isinstance(user_data, dict):
        raise Problem("user_data is not an object.", field="user_data")

    def said(name: str) -> Any:
        return _named(name, body, user_data)

    app_id = said("app_id")
    if app_id is None:
        raise Problem("app_id is missing.", code="parameter_missing", field="app_id")
    if not isinstance(app_id, str):
        raise Problem("app_id is not text.", field="app_id")
    return Sent(app_id, user_data, said("user_hash"), said("intercom_user_jwt"), said("anonymous_id"), _page(body))


def _page(body: Mapping[str, Any]) -> Page:
    """The page that the fields come from; `referer` is its address in the older form."""
    page = body.get("page")
    if not isinstance(page, dict):
        page = {}
    return Page(page.get("url") or body.get("referer"), page.get("referrer"), body.get("utm"), body.get("language"))


def _bytes(request: HttpRequest) -> bytes:
    """The body as it came. One that is sent in pieces says no length, and Django would take it for an empty one."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    if declared and not declared.isdecimal():
        raise Problem("Content-Length is not a number.")
    if declared or not request.META.get("wsgi.input_terminated"):
        return _of_fair_size(int(declared or 0), request)
    if IN_PIECES not in vars(request):
        vars(request)[IN_PIECES] = request.META["wsgi.input"].read(LONGEST_BODY + 1)
    raw: bytes = vars(request)[IN_PIECES]
    if len(raw) > LONGEST_BODY:
        raise TooLarge(f"A ping has at most {LONGEST_BODY} bytes.")
    return raw


def _of_fair_size(declared: int, request: HttpRequest) -> bytes:
    if declared > LONGEST_BODY:
        raise TooLarge(f"A ping has at most {LONGEST_BODY} bytes.")
    return request.body


def _check_nothing_beside(body: dict[str, Any], known: frozenset[str]) -> None:
    """A person's keys that are not in user_data would be lost without a word: raises Problem."""
    lost = body.keys() - MESSENGER_ONLY - APART - known
    if lost:
        raise Problem(
            f"user_data is missing: send {', '.join(sorted(lost)[:5])} in it.",
            code="parameter_missing",
            field="user_data",
        )


def _object(body: bytes | str, what: str) -> dict[str, Any]:
    try:
        read = _json(body)
    except orjson.JSONDecodeError as error:
        raise Problem(f"{what} is not JSON: {error}") from None
    if not isinstance(read, dict):
        raise Problem(f"{what} is not a JSON object.")
    return read


def _json(body: bytes | str) -> Any:
    """What some JSON says. Half an emoji, which a page that cuts a text leaves behind, is replaced (MSG-13)."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return orjson.loads(ESCAPE.sub(_whole, body.encode() if isinstance(body, str) else body))


def _whole(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["half"] else escape[0]


def _form(body: bytes) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = dict(
            parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FORM_FIELDS)
        )
    except ValueError:
        raise Problem("The body is not a form in UTF-8.") from None
    for name in OBJECTS:
        if said := fields.pop(name, None):
            fields[name] = _object(said, name)
    return fields


# ---- a visitor's email -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lead:
    """What a visitor left: an email, and a name where they gave one."""

    app_id: str
    visitor_id: str
    email: Any
    name: Any = None
    page: Page = NO_PAGE

    @property
    def values(self) -> dict[str, Any]:
        return {key: raw for key, raw in (("email", self.email), ("name", self.name)) if raw is not None}


def lead(request: HttpRequest) -> Lead:
    """The fields of a visitor who becomes a lead. Raises Problem for what is missing or cannot be kept."""
    body = _body(request)
    app_id, email = _needed(body, "app_id"), _needed(body, "email")
    if not isinstance(app_id, str):
        raise Problem("app_id is not text.", field="app_id")
    visitor_id = str(_cookie(_needed(body, "anonymous_id")))
    return Lead(app_id, visitor_id, email, body.get("name"), _page(body))


def _needed(body: Mapping[str, Any], name: str) -> Any:
    if is_blank(body.get(name), Source.PING):
        raise Problem(f"{name} is missing.", code="parameter_missing", field=name)
    return body[name]


# ---- an event --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did, before anybody has looked at who."""

    sent: Sent
    name: Any
    created_at: Any = None
    metadata: Any = None


def event(request: HttpRequest) -> Event:
    """The fields of a tracked event (MSG-15). Raises Problem for what is none."""
    return event_of(_body(request), BESIDE | OF_AN_EVENT)


def event_of(body: dict[str, Any], beside: frozenset[str]) -> Event:
    """The event in some fields. `beside` may stand beside it. Raises Problem for what is none."""
    sent = sent_of(body, beside)
    return Event(sent, _needed(body, "event_name"), body.get("created_at"), body.get("metadata"))


# ---- the two halves --------------------------------------------------------------------------------------------------


def ping(sent: Sent, signed: Mapping[str, Any]) -> Ping:
    """Who is meant by what was sent and signed, and what is said of them: said twice, the signed value counts.

    Raises Problem for identifiers that cannot be kept.
    """
    told, said = _half(signed, Source.SIGNED_PING), _half(sent.user_data, Source.PING)
    said.values = {key: raw for key, raw in said.values.items() if key not in told.values}
    user_id, email = (told.values.get(key, said.values.get(key)) for key in ("user_id", "email"))
    claim = identity.claim(user_id, email, _cookie(sent.anonymous_id), Source.PING)
    if not claim.is_named and not claim.visitor_id:
        claim = Claim(visitor_id=str(uuid.uuid4()))
    return Ping(claim, said, told)


def _cookie(raw: Any) -> str | None:
    """The browser's own id. Raises Problem for one that cannot be kept."""
    if is_blank(raw, Source.PING):
        return None
    if not isinstance(raw, str) or len(raw) > LONGEST_COOKIE or "\x00" in raw:
        raise Problem(f"anonymous_id is not text of at most {LONGEST_COOKIE} characters.", field="anonymous_id")
    return raw


def _half(data: Mapping[str, Any], source: Source) -> Half:
    half = Half(source)
    half.values = {key: raw for key, raw in data.items() if key not in MESSENGER_ONLY and key not in APART}
    offered = [half.values.pop(key) for key in ("company", "companies") if key in half.values]
    if isinstance(avatar := half.values.get("avatar"), dict):
        half.values["avatar"] = avatar.get("image_url")
    _flatten(half)
    _take_companies(half, offered)
    return half


def _flatten(half: Half) -> None:
    """`custom_attributes` says the same as keys beside it do, of custom attributes alone; beside wins."""
    if not isinstance(half.values.get("custom_attributes"), dict):
        return  # refused by name, like any reserved key
    for key, raw in half.values.pop("custom_attributes").items():
        if is_standard_name("person", key):
            half.refuse(key, raw, Reason.RESERVED, "is a standard attribute: send it beside custom_attributes")
        else:
            half.values.setdefault(key, raw)


def _take_companies(half: Half, offered: list[Any]) -> None:
    companies = [company for said in offered for company in (said if isinstance(said, list) else [said])]
    for company in companies:
        if is_blank(company, half.source):
            continue
        try:
            company_id, keys = _company(company, half.source)
        except Refusal as refusal:
            half.refuse("company", company, refusal.reason, refusal.message)
            continue
        if company_id not in half.companies and len(half.companies) >= MOST_COMPANIES:
            half.refuse("company", company, Reason.LIMIT, TOO_MANY)
            continue
        half.companies[company_id] = half.companies.get(company_id, {}) | keys


def _company(raw: Any, source: Source) -> tuple[str, dict[str, Any]]:
    """A company's id and its keys (MSG-11). Raises Refusal where there is no id."""
    if not isinstance(raw, dict):
        raise Refusal(Reason.INVALID, "was ignored: it is not an object")
    keys = dict(raw)
    company_id, alias = (keys.pop(name, None) for name in ("company_id", "id"))
    chosen = company_id_of(alias if is_blank(company_id, source) else company_id, source)
    if not chosen:
        raise Refusal(Reason.INVALID, "was ignored: it has no company_id")
    if isinstance(keys.get("custom_attributes"), dict):
        keys = keys.pop("custom_attributes") | keys
    if "remote_created_at" in keys:
        keys.setdefault("created_at", keys.pop("remote_created_at"))
    return chosen, keys
