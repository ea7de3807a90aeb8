"""From a request to what the visit tells of itself: browser, language, place, and where somebody came from (MSG-14).

None of it is what a page says of a person: keys of that name in user_data are reserved (ATT-55). Whatever cannot be
made sense of is unknown, and stops no ping.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.http import HttpRequest
from ua_parser import Domain, parser

from apps.attributes.kinds import LONGEST_TEXT
from apps.people.visits import UTM
from apps.workspace.callers import address_of

from .locating import Place, locate
from .reading import Page

LONGEST_AGENT = 512  # what is longer is no browser's, and takes long to be read
MOST_IN_ADDRESS = 200  # parts of an address's query
UNKEEPABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,3}")

Visit = dict[str, str]  # by column of a person; what is not known is left out


def visit_of(request: HttpRequest, page: Page) -> Visit:
    """Everything that a visit in a browser tells."""
    visit = {**place_of(request), **_browser(request), **_origin(request, page)}
    if language := _language(request, page):
        visit["browser_language"] = language
    return visit


def place_of(request: HttpRequest) -> Place:
    """Where the caller is, by their address, which goes no further than this (ATT-54)."""
    return locate(address_of(request))


# ---- the browser -----------------------------------------------------------------------------------------------------


def _browser(request: HttpRequest) -> Visit:
    return dict(_described(request.headers.get("User-Agent", "")[:LONGEST_AGENT]))


@lru_cache(1024)
def _described(agent: str) -> tuple[tuple[str, str], ...]:
    """Browser, its version and the system, as far as a user agent tells them."""
    read = parser(agent, Domain.USER_AGENT | Domain.OS)
    described = {}
    if browser := read.user_agent:
        numbers = (browser.major, browser.minor, browser.patch, browser.patch_minor)
        described = {"browser": browser.family, "browser_version": ".".join(one for one in numbers if one)}
    if read.os:
        described["os"] = read.os.family
    return tuple((column, kept) for column, said in described.items() if (kept := _kept(said)))


def _language(request: HttpRequest, page: Page) -> str | None:
    """The browser's first language: as the script says it, else as the request does."""
    accepted = request.headers.get("Accept-Language", "")[:LONGEST_TEXT].split(",")
    accepted.sort(key=_weight, reverse=True)  # of equal weight, the first stays first
    for said in (page.language, *(part.partition(";")[0] for part in accepted)):
        if isinstance(said, str) and LANGUAGE.fullmatch(said.strip()):
            return said.strip()
    return None


def _weight(part: str) -> float:
    try:
        return float(part.partition(";")[2].strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0


# ---- where somebody came from ----------------------------------------------------------------------------------------


def _origin(request: HttpRequest, page: Page) -> Visit:
    """The page itself, the one that led here, and the campaign that the landing page's own address names (ATT-55)."""
    here = _split(page.url) or _split(request.headers.get("Origin"))
    page_url = _plain(_split(page.url))
    utm = _campaign(_query(here)) or _campaign(page.utm.items() if isinstance(page.utm, dict) else ())
    referrer = _referrer(page.referrer, here)
    return utm | {name: text for name, text in (("referrer", referrer), ("page_url", page_url)) if text}


def _campaign(said: Iterable[tuple[Any, Any]]) -> Visit:
    """What is said twice counts the first time."""
    found: Visit = {}
    for name, raw in said:
        if name in UTM and isinstance(raw, str) and (kept := _kept(raw)):
            found.setdefault(name, kept)
    return found


def _query(address: SplitResult | None) -> Iterable[tuple[str, str]]:
    if address is None:
        return ()
    try:
        return parse_qsl(address.query, errors="replace", max_num_fields=MOST_IN_ADDRESS)
    except ValueError:
        return ()


def _referrer(raw: Any, here: SplitResult | None) -> str | None:
    """Another site's page."""
    address = _split(raw)
    return None if address and here and _site(address) == _site(here) else _plain(address)


def _plain(address: SplitResult | None) -> str | None:
    """An address without the name and password that it may carry, and within bounds.

    One that is too long is told without its query: cut anywhere else it would be another one.
    """
    if address is None:
        return None
    plain = address._replace(netloc=address.netloc.rpartition("@")[2], fragment="")
    for told in (plain, plain._replace(query=""), plain._replace(query="", path="/")):
        text = UNKEEPABLE.sub("", told.geturl())
        if len(text) <= LONGEST_TEXT:
            return text
    return None


def _split(raw: Any) -> SplitResult | None:
    """A page's address; None for what is none."""
    if not isinstance(raw, str):
        return None
    try:
        address = urlsplit(raw.strip())
        return address if address.scheme in ("http", "https") and address.hostname else None
    except ValueError:
        return None


def _site(address: SplitResult) -> str:
    return (address.hostname or "").removeprefix("www.")


def _kept(text: str) -> str:
    """A text as a column keeps it."""
    return UNKEEPABLE.sub("", text).strip()[:LONGEST_TEXT].strip()
