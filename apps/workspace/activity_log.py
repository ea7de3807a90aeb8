"""Reading the activity log: what is asked of it, and an entry in words (AUD-01, AUD-02)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from .activities import Activity
from .models import AccessToken, AuditEntry, Seat, Teammate, Workspace

SHOWN = 50  # entries on a page
TEAMMATE, TOKEN = "teammate-", "token-"  # before the key of whom an entry is by


@dataclass(frozen=True)
class Asked:
    """What the log is asked for; days are those of the workspace's time zone, the last one included."""

    activity: str = ""
    who: str = ""  # "teammate-7" or "token-3"
    since: date | None = None
    until: date | None = None

    @property
    def said(self) -> dict[str, str]:
        """The same as an address carries it."""
        days = {"since": self.since, "until": self.until}
        return {"activity": self.activity, "who": self.who, **{name: str(day or "") for name, day in days.items()}}


def matching(workspace: Workspace, asked: Asked) -> QuerySet[AuditEntry]:
    """The entries that are asked for, newest first."""
    met = Q(workspace=workspace)
    if asked.activity:
        met &= Q(activity=asked.activity)
    if asked.who.startswith(TEAMMATE):
        met &= Q(teammate=int(asked.who.removeprefix(TEAMMATE)))
    if asked.who.startswith(TOKEN):
        met &= Q(token=int(asked.who.removeprefix(TOKEN)))
    if asked.since:
        met &= Q(at__gte=_midnight(asked.since, workspace))
    if asked.until:
        met &= Q(at__lt=_midnight(asked.until + timedelta(days=1), workspace))
    return AuditEntry.objects.filter(met).select_related("teammate", "token").order_by("-at", "-pk")


def _midnight(day: date, workspace: Workspace) -> datetime:
    return datetime.combine(day, time(), workspace.zone).astimezone(UTC)


def page_of(entries: QuerySet[AuditEntry], older: AuditEntry | None) -> tuple[Sequence[AuditEntry], AuditEntry | None]:
    """The entries of a page, which begins below `older`; and the one below which the next page begins."""
    if older:
        entries = entries.filter(Q(at__lt=older.at) | Q(at=older.at, pk__lt=older.pk))
    found = list(entries[: SHOWN + 1])
    return found[:SHOWN], found[SHOWN - 1] if len(found) > SHOWN else None


# ---- what can be asked for -------------------------------------------------------------------------------------------


def activity_choices() -> list[tuple[str, str]]:
    return sorted(((one.value, one.label) for one in Activity), key=lambda one: one[1].lower())


def who_choices(workspace: Workspace) -> list[tuple[str, str]]:
    """Whoever has a seat or ever did something here, then the tokens."""
    did = (
        AuditEntry.objects.filter(workspace=workspace, teammate=OuterRef("pk")).order_by("-at", "-pk").values("pk")[:1]
    )
    seated = Seat.objects.filter(workspace=workspace).values("teammate")
    # the latest entry of each, by its index: EXISTS beside an OR would read the whole log, and on every page
    known = Teammate.objects.annotate(did=Subquery(did)).filter(Q(did__isnull=False) | Q(pk__in=seated))
    teammates = known.order_by("name", "email")
    tokens = AccessToken.objects.filter(workspace=workspace).order_by("name", "pk")
    return [
        *((f"{TEAMMATE}{one.pk}", str(one)) for one in teammates),
        *((f"{TOKEN}{one.pk}", f"{one} (token)") for one in tokens),
    ]


# ---- an entry in words -----------------------------------------------------------------------------------------------


def by(entry: AuditEntry) -> str:
    """Whose hand it was: "Tess", "Tess, by the token backend"."""
    hand = str(entry.teammate) if entry.teammate else "" if entry.token else "The platform"
    token = f"by the token {entry.token}" if entry.token else ""
    return ", ".join(filter(None, [hand, token]))


def details(entry: AuditEntry) -> list[tuple[str, str]]:
    """What else the entry says: its metadata, a name and words each."""
    return [(name.replace("_", " "), _words(value)) for name, value in entry.metadata.items()]


def _words(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
