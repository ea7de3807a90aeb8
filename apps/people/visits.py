"""What a visit tells beside its time: browser, language, place, and where somebody came from (MSG-14, ATT-51…55).

Browser, language and place are those of the latest visit. A visit that does not tell one of them leaves what stands: an
address that no database knows says nothing of where somebody is, and their city has not become wrong by it. Where
somebody came from is told once, by the first visit that came from somewhere. None of it has a history.

What is told together is kept together: a city never stands beside the country of another visit.
"""

from collections.abc import Mapping

Values = Mapping[str, str | None]  # by column

PLACE = ("city", "region", "country", "country_code", "continent_code", "postal_code", "timezone")
BROWSER = ("browser", "browser_version", "os")
LANGUAGE = ("browser_language",)
REFERRER = ("referrer",)
UTM = ("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term")

LATEST = PLACE + BROWSER + LANGUAGE
FIRST = REFERRER + UTM
DATED_BY = (
    dict.fromkeys(LATEST, "last_seen_at") | dict.fromkeys(REFERRER, "referred_at") | dict.fromkeys(UTM, "campaign_at")
)

# What each is based on, and what that means (ATT-53).
BY_ADDRESS = "Based on IP address", "Approximate: who travels or uses a VPN may be elsewhere. The latest visit counts."
BY_BROWSER = "Seen at a visit", "What the browser said of itself. The latest visit counts."
BY_FIRST = "Seen at a visit", "The first visit that came from somewhere; later ones leave it."
OBSERVED = (
    dict.fromkeys(PLACE, BY_ADDRESS) | dict.fromkeys(BROWSER + LANGUAGE, BY_BROWSER) | dict.fromkeys(FIRST, BY_FIRST)
)


# ---- as part of the UPDATE of a `sessions.Sighting` ------------------------------------------------------------------


def _under(column: str) -> str:
    """The name under which a statement finds what was seen, apart from what stands."""
    return f"seen_{column}"


def _known(group: tuple[str, ...], prefix: str) -> str:
    return f"coalesce({', '.join(prefix + column for column in group)}) IS NOT NULL"


def _latest(group: tuple[str, ...]) -> str:
    seen = _known(group, "moment.seen_")
    return ", ".join(f"{one} = CASE WHEN {seen} THEN moment.{_under(one)} ELSE {one} END" for one in group)


def _first(group: tuple[str, ...]) -> str:
    is_new = f"NOT ({_known(group, '')}) AND {_known(group, 'moment.seen_')}"
    told = {DATED_BY[group[0]]: "moment.now"} | {one: f"moment.{_under(one)}" for one in group}
    return ", ".join(f"{column} = CASE WHEN {is_new} THEN {new} ELSE {column} END" for column, new in told.items())


PLACE_CHANGES = _latest(PLACE)
CHANGES = ", ".join([PLACE_CHANGES, *map(_latest, (BROWSER, LANGUAGE)), *map(_first, (REFERRER, UTM))])


def told(values: Values) -> dict[str, str | None]:
    """What a visit in a browser tells, as `CHANGES` finds it: every column, so that the statement has one shape."""
    return _told(LATEST + FIRST, values)


def place_told(place: Values) -> dict[str, str | None]:
    """Where somebody is, as `PLACE_CHANGES` finds it."""
    return _told(PLACE, place)


def _told(columns: tuple[str, ...], values: Values) -> dict[str, str | None]:
    return {_under(column): values.get(column) for column in columns}


def place_name(told: Values) -> str | None:
    """Where somebody is, as a pseudonym says it: the city, else the region, else the country (NAME-10)."""
    seen = (told.get(_under(column)) for column in ("city", "region", "country"))
    return next((name for name in seen if name), None)
