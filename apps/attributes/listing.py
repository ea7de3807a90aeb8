"""What Settings → People data shows: the custom attributes that were looked for, the archived ones, and the counts."""

from dataclasses import dataclass

from django.conf import settings

from apps.workspace.models import Workspace

from .definitions import Definition
from .kinds import KINDS, Kind
from .limits import in_use
from .models import Attribute
from .sources import Source
from .standard import STANDARD

ORIGINS = {
    Source.MANUAL: "Created",
    Source.PING: "Created by the Messenger",
    Source.SIGNED_PING: "Created by the Messenger",
    Source.REST: "Created through the REST API",
    Source.OPERATOR: "Created by a workflow",
    Source.CSV: "Created by a CSV import",
    Source.AUTO: "Created by the platform",
}
WRITERS = {
    Source.MANUAL: "Teammates",
    Source.PING: "Messenger",
    Source.REST: "REST API",
    Source.CSV: "CSV imports",
}


@dataclass(frozen=True)
class Row:
    """One custom attribute of the list."""

    attribute: Attribute

    @property
    def kind(self) -> Kind:
        return KINDS[self.attribute.kind]

    @property
    def origin(self) -> str:
        """Where it came from and by whose hand, in words."""
        by = f" by {self.attribute.created_by}" if self.attribute.created_by else ""
        return ORIGINS[Source(self.attribute.created_from)] + by


@dataclass(frozen=True)
class Listing:
    """The rows that the search box lets through, beside the numbers of all."""

    query: str
    active: list[Row]
    archived: list[Row]
    active_count: int
    in_use: int  # of people and companies together (ATT-12)
    limit: int

    @property
    def nearly_full(self) -> int:
        """From where on the meter warns."""
        return self.limit * 9 // 10

    @property
    def last_free(self) -> int:
        return max(self.limit - 1, 0)


def people_listing(workspace: Workspace, query: str) -> Listing:
    """The custom attributes of people, active and archived, by name (ATT-40, ATT-41)."""
    attributes = Attribute.objects.filter(workspace=workspace, about="person").select_related("created_by")
    rows = sorted(map(Row, attributes), key=lambda row: (row.attribute.name.lower(), row.attribute.name))
    active = [row for row in rows if not row.attribute.archived_at]
    return Listing(
        query=query,
        active=[row for row in active if _speaks_of(query, row.attribute.name, row.attribute.description)],
        archived=[
            row
            for row in rows
            if row.attribute.archived_at and _speaks_of(query, row.attribute.name, row.attribute.description)
        ],
        active_count=len(active),
        in_use=in_use(workspace),
        limit=settings.ATTRIBUTE_LIMIT,
    )


def standard_listing(query: str) -> list[tuple[Definition, str]]:
    """The standard attributes of people that speak of what is looked for, each with who may write it."""
    return [
        (definition, written_by(definition))
        for definition in STANDARD["person"]
        if _speaks_of(query, definition.label, definition.key, definition.ping_key or "")
    ]


def written_by(definition: Definition) -> str:
    """Who may write an attribute, in words."""
    writers = [words for source, words in WRITERS.items() if source in definition.writable]
    return ", ".join(writers) or "Set by the platform"


def _speaks_of(query: str, *texts: str) -> bool:
    return any(query.casefold() in text.casefold() for text in texts)
