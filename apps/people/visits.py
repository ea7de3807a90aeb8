"""What a visit tells beside its time: browser, language, place, and where somebody came from (MSG-14, ATT-51…55).

Browser, language and place are those of the latest visit. A visit that does not tell one of them leaves what stands: an
address that no database knows says nothing of where somebody is, and their city has not become wrong by it. Where
somebody came from is told once, by the first visit that came from somewhere. None of it has a history.

What is told together is kept together: a city never stands beside the country of another visit.
"""

from collections.abc import Mapping

Values = Mapping[str, str | None]  # by column
Group = tuple[str, ...]

PLACE = ("city", "region", "country", "country_code", "continent_code", "postal_code", "timezone")
BROWSER = ("browser", "browser_version", "os")
LANGUAGE = ("browser_language",)
REFERRER = ("referrer",)
PAGE = ("page_url",)  # no attribute: it is shown on the profile alone
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


def _latest(group: Group) -> str:
    return ", ".join(f"{column} = moment.{_under(column)}" for column in group)


def _first(group: Group) -> str:
    stands = f"coalesce({', '.join(group)}) IS NOT NULL"
    told = {DATED_BY[group[0]]: "moment.now"} | {column: f"moment.{_under(column)}" for column in group}
    return ", ".join(f"{column} = CASE WHEN {stands} THEN {column} ELSE {new} END" for column, new in told.items())


GROUPS: dict[Group, str] = {
    **{group: _latest(group) for group in (PLACE, BROWSER, LANGUAGE, PAGE)},
    **{group: _first(group) for group in (REFERRER, UTM)},
}


def changes(values: Values) -> str:
    """What a SET clause says more for what a visit tells. What it does not tell costs nothing: every column that a
    statement sets, new or not, takes its time in the most frequent statement of all."""
    return "".join(f", {GROUPS[group]}" for group in _told(values))


def told(values: Values) -> dict[str, str | None]:
    """What `changes` finds under its own names."""
    return {_under(column): values.get(column) for group in _told(values) for column in group}


def _told(values: Values) -> list[Group]:
    return [group for group in GROUPS if any(map(values.get, group))]


def place_name(told: Values) -> str | None:
    """Where somebody is, as a pseudonym says it: the city, else the region, else the country (NAME-10)."""
    seen = (told.get(_under(column)) for column in ("city", "region", "country"))
    return next((name for name in seen if name), None)
