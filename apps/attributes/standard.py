"""The attributes that every workspace has (rules §1.1 and §1.2), as two tables."""

from .definitions import Definition
from .kinds import KINDS
from .sources import Source

PING = frozenset({Source.PING, Source.SIGNED_PING})
REST = frozenset({Source.REST, Source.OPERATOR})
CSV = frozenset({Source.CSV})
HAND = frozenset({Source.MANUAL})
AUTO = frozenset({Source.AUTO})
EVERYONE = PING | REST | CSV | HAND

# key, label, kind, who writes it, and the names the snippet and REST know it by where they differ
Row = tuple[str, str, str, frozenset[Source], dict[str, str | None]]

PEOPLE: list[Row] = [
    ("id", "ID", "text", AUTO, {"column": "public_id"}),
    ("role", "Type", "text", AUTO, {}),
    ("external_id", "User ID", "identifier", EVERYONE, {"ping": "user_id"}),
    ("name", "Name", "line", EVERYONE, {"ping": "name"}),
    ("first_name", "First name", "text", AUTO, {}),
    ("last_name", "Last name", "text", AUTO, {}),
    ("pseudonym", "Pseudonym", "text", AUTO, {}),
    ("email", "Email", "email", EVERYONE, {"ping": "email"}),
    ("email_domain", "Email domain", "text", AUTO, {}),
    ("phone", "Phone", "line", EVERYONE, {"ping": "phone"}),
    ("owner_id", "Owner", "member", REST | HAND, {}),
    ("avatar", "Avatar image URL", "web_address", PING | REST, {"ping": "avatar"}),
    ("created_at", "First seen", "date", AUTO, {}),
    ("signed_up_at", "Signed up", "date", PING | REST | CSV | AUTO, {"ping": "created_at"}),
    ("last_seen_at", "Last seen", "date", REST | AUTO, {}),
    ("last_contacted_at", "Last contacted", "date", AUTO, {}),
    ("last_replied_at", "Last heard from", "date", AUTO, {}),
    ("last_email_opened_at", "Last opened email", "date", AUTO, {}),
    ("last_email_clicked_at", "Last clicked on link in email", "date", AUTO, {}),
    ("session_count", "Web sessions", "number", AUTO, {}),
    ("city", "City", "text", AUTO, {"rest": "location.city"}),
    ("region", "Region", "text", AUTO, {"rest": "location.region"}),
    ("country", "Country", "text", AUTO, {"rest": "location.country"}),
    ("country_code", "Country code", "text", AUTO, {"rest": "location.country_code"}),
    ("continent_code", "Continent code", "text", AUTO, {"rest": "location.continent_code"}),
    ("postal_code", "Postal code", "text", AUTO, {"rest": "location.postal_code"}),
    ("timezone", "Timezone", "text", AUTO, {"rest": "location.timezone"}),
    ("browser", "Browser", "text", AUTO, {}),
    ("browser_version", "Browser version", "text", AUTO, {}),
    ("browser_language", "Browser language", "text", AUTO, {}),
    ("os", "OS", "text", AUTO, {}),
    ("language_override", "Language override", "line", PING | REST, {"ping": "language_override"}),
    (
        "unsubscribed_from_emails",
        "Unsubscribed from emails",
        "boolean",
        PING | REST | CSV,
        {"ping": "unsubscribed_from_emails"},
    ),
    ("marked_email_as_spam", "Marked email as spam", "boolean", AUTO, {}),
    ("has_hard_bounced", "Has hard bounced", "boolean", AUTO, {}),
    ("referrer", "Referral URL", "text", AUTO, {}),
    ("utm_campaign", "UTM Campaign", "text", AUTO, {}),
    ("utm_content", "UTM Content", "text", AUTO, {}),
    ("utm_medium", "UTM Medium", "text", AUTO, {}),
    ("utm_source", "UTM Source", "text", AUTO, {}),
    ("utm_term", "UTM Term", "text", AUTO, {}),
    ("ios_last_seen_at", "Last seen on iOS", "date", AUTO, {}),
    ("ios_sessions", "iOS sessions", "number", AUTO, {}),
    ("ios_app_name", "iOS app name", "text", AUTO, {}),
    ("ios_app_version", "iOS app version", "text", AUTO, {}),
    ("ios_device", "iOS device", "text", AUTO, {}),
    ("ios_os_version", "iOS OS version", "text", AUTO, {}),
    ("ios_sdk_version", "iOS SDK version", "text", AUTO, {}),
    ("android_last_seen_at", "Last seen on Android", "date", AUTO, {}),
    ("android_sessions", "Android sessions", "number", AUTO, {}),
    ("android_app_name", "Android app name", "text", AUTO, {}),
    ("android_app_version", "Android app version", "text", AUTO, {}),
    ("android_device", "Android device", "text", AUTO, {}),
    ("android_os_version", "Android OS version", "text", AUTO, {}),
    ("android_sdk_version", "Android SDK version", "text", AUTO, {}),
    ("enabled_push_messaging", "Enabled push messaging", "boolean", AUTO, {}),
    ("is_mobile_unidentified", "Is mobile unidentified", "boolean", AUTO, {}),
    ("updated_at", "Updated at", "date", AUTO, {}),
]

COMPANIES: list[Row] = [
    ("company_id", "Company ID", "identifier", AUTO, {"ping": "company_id"}),
    ("id", "ID", "text", AUTO, {"column": "public_id"}),
    ("name", "Company name", "line", PING | REST | HAND, {"ping": "name"}),
    ("remote_created_at", "Company created at", "date", PING | REST, {"ping": "created_at"}),
    ("last_request_at", "Company last seen", "date", AUTO, {}),
    ("session_count", "Company web sessions", "number", AUTO, {}),
    ("plan", "Plan", "line", PING | REST, {"ping": "plan"}),
    ("monthly_spend", "Monthly spend", "spend", PING | REST, {"ping": "monthly_spend"}),
    ("size", "Company size", "number", PING | REST | HAND, {"ping": "size"}),
    ("website", "Company website", "line", PING | REST | HAND, {"ping": "website"}),
    ("industry", "Company industry", "line", PING | REST | HAND, {"ping": "industry"}),
    ("created_at", "Created at", "date", AUTO, {}),
    ("updated_at", "Updated at", "date", AUTO, {}),
]

# Labels of what is not a column: memberships, enrichment that this product does not do (D-20), counts made at reading.
OTHER_LABELS = {
    "person": [
        "Segment",
        "Tag",
        "Company",
        "Social profiles",
        "Twitter followers",
        "Job title",
        "Lead category",
        "Conversation rating",
    ],
    "company": ["People", "Company segment", "Company tag"],
}
# Keys that mean something else at some door and so can name no attribute: reserved ones, identity proof, objects.
OTHER_KEYS = {
    "person": {
        *("user_id", "last_request_at", "company", "companies", "custom_attributes", "location", "social_profiles"),
        *("tags", "segments", "segment_id", "tag_id", "type", "workspace_id", "user_hash", "intercom_user_jwt"),
        *("anonymous_id", "app_id", "contact_id"),
    },
    "company": {"user_count", "app_id", "type", "tags", "segments", "custom_attributes", "people", "id"},
}


def _definition(about: str, row: Row) -> Definition:
    key, label, kind, writable, names = row
    return Definition(
        about=about,
        key=key,
        label=label,
        kind=KINDS[kind],
        column=names.get("column") or key,
        writable=writable,
        ping_key=names.get("ping"),
        rest_key=names.get("rest", key),
    )


STANDARD: dict[str, list[Definition]] = {
    "person": [_definition("person", row) for row in PEOPLE],
    "company": [_definition("company", row) for row in COMPANIES],
}

RESERVED_KEYS: dict[str, frozenset[str]] = {
    about: frozenset(
        {name for d in definitions for name in (d.key, d.ping_key, d.rest_key) if name} | OTHER_KEYS[about]
    )
    for about, definitions in STANDARD.items()
}
RESERVED_LABELS: dict[str, frozenset[str]] = {
    about: frozenset({d.label.lower() for d in definitions} | {label.lower() for label in OTHER_LABELS[about]})
    for about, definitions in STANDARD.items()
}


LOWER_KEYS = {about: frozenset(map(str.lower, keys)) for about, keys in RESERVED_KEYS.items()}


def is_standard_name(about: str, name: str) -> bool:
    """Whether a name is taken by a standard attribute: its keys exactly, its label ignoring case (ATT-10)."""
    return name in RESERVED_KEYS[about] or name.strip().lower() in RESERVED_LABELS[about]


def is_like_standard(about: str, key: str) -> bool:
    """Whether a ping's key is a standard one, or looks like one: it makes no attribute beside it (D-14)."""
    return is_standard_name(about, key) or key.strip().lower() in LOWER_KEYS[about]
