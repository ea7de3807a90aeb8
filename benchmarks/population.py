"""A workspace as large as asked, made by the database itself: people, companies, memberships, tags, events.

What is in it looks like what a product's users look like: most were last seen a while ago, few pay, many values are
unknown, whoever came early has come often. The same numbers are drawn on every run.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

APP_ID = "bench"
EMAIL, PASSWORD = "tess@example.test", "correct horse battery"
PEOPLE_PER_COMPANY = 30
LEADS, VISITORS, ARCHIVED = 0.10, 0.03, 0.02
DAYS = 900  # how long the workspace has been in use
TIERS = ("free", "pro", "enterprise")
TAGS = {"Beta": 0.15, "Newsletter": 0.40, "VIP": 0.004}  # the share of people that carry each
EVENTS = {"signed-in": 0.70, "exported-csv": 0.12, "invited-teammate": 0.05, "cancelled": 0.003}


def one_of(*texts: str) -> str:
    """One of some texts, each as likely as it stands there often. (Texts are never compared to what somebody sent.)"""
    return f"(ARRAY[{', '.join(map(repr, texts))}])[1 + floor(random() * {len(texts)})::int]"


def often(text: str, share: float) -> str:
    """A value, known of that share of the people."""
    return f"CASE WHEN random() < {share} THEN {text} END"


def ago(days: float) -> str:
    """A moment up to so many days ago, the most recent the likeliest."""
    return f"now() - {days} * power(random(), 3) * interval '1 day'"


WORDS = [f"word {number}" for number in range(40)]
# Name → kind and how it is drawn: a few dozen attributes of all kinds.
PEOPLE_HAVE: dict[str, tuple[str, str]] = {
    "plan": ("text", often(one_of(*["free"] * 12, *["trial"] * 4, *["pro"] * 3, "enterprise"), 0.95)),
    "campaign": ("text", often("'campaign ' || floor(random() * 500)", 0.6)),
    "team": ("text", often("'team ' || floor(random() * 9973)", 0.7)),
    "coupon": ("text", often("'coupon ' || floor(random() * 20)", 0.002)),
    **{f"text {number}": ("text", often(one_of(*WORDS), 0.6)) for number in range(8)},
    "files": ("number", often("floor(power(random(), 6) * 1000)", 0.8)),
    "logins": ("number", often("floor(random() * 100000)", 0.9)),
    "seats": ("number", often("floor(random() * 40)", 0.5)),
    **{f"number {number}": ("number", often("floor(random() * 1000)", 0.6)) for number in range(3)},
    "score": ("decimal", often("round((random() * 100)::numeric, 2)::float8", 0.9)),
    "feature_usage": ("decimal", often("round((power(random(), 2) * 200)::numeric, 1)::float8", 0.8)),
    "trial_ends_at": ("date", often("now() + (random() * 60 - 40) * interval '1 day'", 0.3)),
    "renewed_at": ("date", often(ago(700), 0.4)),
    "invoiced_at": ("date", often(ago(90), 0.3)),
    "onboarded": ("boolean", often("random() < 0.7", 0.9)),
    "vip": ("boolean", often("random() < 0.01", 0.9)),
    **{f"flag {number}": ("boolean", often("random() < 0.5", 0.7)) for number in range(3)},
    "stage": ("list", often(one_of("trying", "buying", "using", "leaving"), 0.8)),
    "tier": ("list", often(one_of(*TIERS), 0.8)),
}
COMPANIES_HAVE: dict[str, tuple[str, str]] = {
    "contract_tier": ("list", often(one_of(*TIERS), 0.8)),
    "region": ("text", often(one_of("north", "east", "south", "west"), 0.8)),
    "contract": ("text", often("'contract ' || n", 0.5)),
    "credit": ("decimal", often("round((random() * 10000)::numeric, 2)::float8", 0.5)),
    "renews_at": ("date", often("now() + random() * 365 * interval '1 day'", 0.6)),
    "audited": ("boolean", often("random() < 0.3", 0.8)),
}
OPTIONS = {"stage": ["trying", "buying", "using", "leaving"], "tier": list(TIERS), "contract_tier": list(TIERS)}

# How often and when somebody came, drawn once and used by several columns.
DRAWN = f"""
    SELECT n, now() - {DAYS} * (1 - n / %(size)s::float8) * interval '1 day' AS created_at,
        random() AS seen, random() AS who, floor(power(random(), 4) * 200)::int AS sessions
    FROM generate_series(1, %(size)s) AS n
"""
PERSON: dict[str, str] = {
    "workspace_id": "%(workspace)s",
    "public_id": "lpad(to_hex(extract(epoch FROM created_at)::bigint), 8, '0') || substr(md5(n::text), 1, 16)",
    "state": f"CASE WHEN random() < {ARCHIVED} THEN 'archived' ELSE 'active' END",
    "created_at": "created_at",
    "updated_at": "now()",
    "role": f"CASE WHEN who < {LEADS} THEN 'lead' WHEN who > {1 - VISITORS} THEN 'visitor' ELSE 'user' END",
    "external_id": f"CASE WHEN who BETWEEN {LEADS} AND {1 - VISITORS} THEN 'user-' || n END",
    "name": often(
        one_of("Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen") + " || ' ' || initcap(substr(md5(n::text), 1, 7))",
        0.9,
    ),
    "email": "'person' || n || '@' || 'example' || n %% 997 || '.test'",
    "email_domain": "'example' || n %% 997 || '.test'",
    "pseudonym": f"CASE WHEN who NOT BETWEEN {LEADS} AND {1 - VISITORS} THEN 'Teal kite ' || n END",
    "signed_up_at": f"CASE WHEN who BETWEEN {LEADS} AND {1 - VISITORS} THEN created_at + interval '1 hour' END",
    "last_seen_at": "now() - (now() - created_at) * power(seen, 2.5)",
    "last_contacted_at": often(ago(60), 0.1),
    "session_count": "sessions",
    "city": often(one_of("Dublin", "London", "Paris", "Berlin", "Lyon", "Oslo", "Riga"), 0.8),
    "country": often(one_of("Ireland", "United Kingdom", "France", "Germany", "Norway"), 0.8),
    "browser": often(one_of("chrome", "firefox", "safari"), 0.9),
    "os": often(one_of("OS X", "Windows", "Linux"), 0.9),
    "browser_language": often(one_of("en", "fr", "de"), 0.9),
    "utm_source": often(one_of("search", "letter", "friend"), 0.3),
    "unsubscribed_from_emails": often("random() < 0.1", 0.9),
}
COMPANY: dict[str, str] = {
    "workspace_id": "%(workspace)s",
    "public_id": "lpad(to_hex(extract(epoch FROM created_at)::bigint), 8, '0') || substr(md5('c' || n), 1, 16)",
    "created_at": "created_at",
    "updated_at": "now()",
    "company_id": "'company-' || n",
    "name": one_of("Acme", "Globex", "Initech", "Umbrella", "Hooli") + " || ' ' || n",
    "remote_created_at": "created_at",
    "last_request_at": "now() - (now() - created_at) * power(seen, 2.5)",
    "session_count": "sessions",
    "plan": often(one_of(*["free"] * 12, *["pro"] * 7, "enterprise"), 0.9),
    "monthly_spend": often("floor(power(random(), 4) * 20000)::int", 0.8),
    "size": often("floor(power(random(), 4) * 3000)::bigint", 0.8),
    "industry": often(one_of("software", "retail", "finance"), 0.7),
}


@dataclass
class Population:
    """A workspace of `size` people, `having` more attributes than the usual. Making the object makes the people."""

    size: int
    having: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from django.core.management import call_command

        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
        self.now, self.workspace = self._found()
        self._define("person", PEOPLE_HAVE | self.having)
        self._define("company", COMPANIES_HAVE)
        with _connection().cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
            self.cursor = cursor
            cursor.execute("SELECT setseed(0.42)")
            with unindexed(cursor, *TABLES):
                self._people()
                self._companies()
                self._tags()
                self._events()
            cursor.execute("RESET maintenance_work_mem; RESET work_mem")
            cursor.execute("VACUUM ANALYZE")

    def column(self, key: str, about: str = "person") -> str:
        """The table's column in which an attribute lives: what somebody who writes SQL by hand has to know."""
        from apps.attributes.catalogue import catalogue_of

        return catalogue_of(self.workspace, about)[key].column

    def key(self, table: str, name: str) -> int:
        """The key of a tag or of an event, by its name."""
        with _connection().cursor() as cursor:
            cursor.execute(f"SELECT id FROM {table} WHERE workspace_id = %s AND name = %s", [self.workspace.pk, name])
            return cursor.fetchone()[0]

    def address(self, name: str = "people:list", *parts: Any, **params: Any) -> str:
        """The address of a page of the workspace."""
        from django.urls import reverse

        path = reverse(name, args=[APP_ID, *parts])
        return f"{path}?{urlencode(params)}" if params else path

    def page(self, address: str) -> Any:
        """What a teammate's browser is sent. Raises where that is no page."""
        response = self.client.get(address)
        assert response.status_code == 200, (response.status_code, address)
        return response

    @property
    def moment(self) -> Any:
        """When everything is asked: the same instant in both ways to ask."""
        from apps.segments.comparisons import Moment

        return Moment(self.now, self.workspace.zone)

    @cached_property
    def client(self) -> Any:
        """A teammate's browser, signed in."""
        from django.test import Client

        client = Client()
        assert client.login(username=EMAIL, password=PASSWORD)
        return client

    def _found(self) -> tuple[datetime, Any]:
        from apps.workspace import clock
        from apps.workspace.founding import found
        from apps.workspace.hands import NOBODY
        from apps.workspace.models import Teammate

        now = clock.now()
        tess = Teammate.objects.create_user(email=EMAIL, password=PASSWORD, name="Tess")
        return now, found("Bench", APP_ID, "UTC", tess, by=NOBODY, now=now)

    def _define(self, about: str, having: dict[str, tuple[str, str]]) -> None:
        from apps.attributes.defining import define
        from apps.attributes.sources import Source
        from apps.workspace.hands import NOBODY

        for name, (kind, _) in having.items():
            options = OPTIONS[name] if kind == "list" else ()
            define(self.workspace, about, name, kind, source=Source.REST, by=NOBODY, now=self.now, options=options)
        self.workspace.refresh_from_db()

    def _people(self) -> None:
        own = {self.column(name): drawn for name, (_, drawn) in (PEOPLE_HAVE | self.having).items()}
        self._insert("people_person", PERSON | own, DRAWN, self.size)

    def _companies(self) -> None:
        own = {self.column(name, "company"): drawn for name, (_, drawn) in COMPANIES_HAVE.items()}
        amount = max(1, self.size // PEOPLE_PER_COMPANY)
        self._insert("companies_company", COMPANY | own, DRAWN, amount)
        # a person is in two companies on the average, some in none
        membership = {"workspace_id": "%(workspace)s", "created_at": "created_at"}
        membership |= {"person_id": "id", "company_id": "%(first)s + (id * k * 7919) %% %(amount)s"}
        people = (
            "SELECT id, created_at, k FROM people_person, generate_series(1, 3) k WHERE workspace_id = %(workspace)s"
        )
        first = self._one("SELECT min(id) FROM companies_company WHERE workspace_id = %s", [self.workspace.pk])
        self._insert(
            "companies_membership",
            membership,
            f"{people} AND random() < 0.667",
            self.size,
            then="ON CONFLICT DO NOTHING",
            first=first,
            amount=amount,
        )

    def _tags(self) -> None:
        tagging = {"workspace_id": "%(workspace)s", "tag_id": "%(tag)s", "about": "'person'", "record_id": "id"}
        tagging |= {"applied_at": "now()", "hand": "''"}
        for name, share in TAGS.items():
            self._insert("tags_tag", {"workspace_id": "%(workspace)s", "name": f"'{name}'", "created_at": "now()"})
            tag = self._one("SELECT max(id) FROM tags_tag")
            drawn = f"SELECT id FROM people_person WHERE workspace_id = %(workspace)s AND random() < {share}"
            self._insert("tags_tagging", tagging, drawn, self.size, tag=tag)

    def _events(self) -> None:
        """The summaries, and the last 90 days' occurrences, three at most of each."""
        event = {"workspace_id": "%(workspace)s", "name": "", "description": "''", "created_at": "now()"}
        summary = {"workspace_id": "%(workspace)s", "person_id": "id", "name_id": "%(event)s", "count": "times"}
        summary |= {"first_at": "last_at - times * interval '1 day'", "last_at": "last_at"}
        drawn = (
            f"SELECT id, {ago(200)} AS last_at, 1 + floor(power(random(), 3) * 30)::int AS times FROM people_person "
            "WHERE workspace_id = %(workspace)s AND random() < "
        )
        occurrence = {"workspace_id": "workspace_id", "person_id": "person_id", "name_id": "name_id"}
        occurrence |= {"at": "last_at - k * interval '1 day'", "created_at": "now()", "metadata": "'{}'"}
        occurrence |= {"source": "'rest'", "hand": "''"}
        for name, share in EVENTS.items():
            self._insert("events_eventname", event | {"name": f"'{name}'"})
            key = self._one("SELECT max(id) FROM events_eventname")
            self._insert("events_eventsummary", summary, f"{drawn} {share}", self.size, event=key)
        recent = (
            "SELECT s.*, k FROM events_eventsummary s, generate_series(0, 2) k WHERE k < s.count "
            "AND s.workspace_id = %(workspace)s AND s.last_at > now() - interval '80 days'"
        )
        self._insert("events_event", occurrence, recent, self.size)

    def _insert(
        self, table: str, values: dict[str, str], drawn: str = "SELECT 1", size: int = 1, *, then: str = "", **more: Any
    ) -> None:
        given = {"workspace": self.workspace.pk, "size": size, **more}
        chosen = f"SELECT {', '.join(values.values())} FROM ({drawn}) AS drawn"
        self.cursor.execute(f"INSERT INTO {table} ({', '.join(values)}) {chosen} {then}", given)

    def _one(self, query: str, given: Sequence[Any] = ()) -> Any:
        self.cursor.execute(query, given)
        return self.cursor.fetchone()[0]


TABLES = (
    *("people_person", "companies_company", "companies_membership", "tags_tagging"),
    *("events_eventsummary", "events_event"),
)


@contextmanager
def unindexed(cursor: Any, *tables: str) -> Iterator[None]:
    """Let tables be filled without their indexes, and make those at the end: several times as fast.

    Indexes that hold a constraint stay.
    """
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid "
        "WHERE c.oid IS NULL AND i.indrelid = ANY(%s::regclass[])",
        [list(tables)],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)


def _connection() -> Any:
    from django.db import connection

    return connection
