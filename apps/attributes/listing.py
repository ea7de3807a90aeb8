"""What Settings → People data and Company data show: the attributes looked for, the archived ones, the counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.workspace.models import Workspace

from .definitions import Definition
from .inventory import Holding
from .kinds import KINDS, Kind
from .limits import in_use
from .models import Attribute
from .progress import Work, work_of, works_of
from .sources import Source
from .standard import STANDARD
from .subjects import SUBJECTS, Subject
from .usage import uses_of, uses_of_each

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
    """One custom attribute of the list, what uses it, and what goes on with it."""

    attribute: Attribute
    uses: list[str]
    work: Work | None = None
    holding: Holding | None = None

    @property
    def subject(self) -> Subject:
        return SUBJECTS[self.attribute.about]

    @property
    def is_changing(self) -> bool:
        """While it is, its options stay what they are and it is not archived."""
        return bool(self.work and self.work.under_way and not self.work.swapped)

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

    subject: Subject
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


def listing_of(workspace: Workspace, about: str, query: str, now: datetime) -> Listing:
    """The custom attributes of people or of companies, active and archived, by name (ATT-40, ATT-41)."""
    attributes = list(Attribute.objects.filter(workspace=workspace, about=about).select_related("created_by"))
    found = [it for it in attributes if speaks_of(query, it.name, it.description)]
    rows = rows_of(sorted(found, key=lambda it: (it.name.lower(), it.name)), now)
    return Listing(
        subject=SUBJECTS[about],
        query=query,
        active=[row for row in rows if not row.attribute.archived_at],
        archived=[row for row in rows if row.attribute.archived_at],
        active_count=sum(not it.archived_at for it in attributes),
        in_use=in_use(workspace),
        limit=settings.ATTRIBUTE_LIMIT,
    )


def rows_of(attributes: Sequence[Attribute], now: datetime) -> list[Row]:
    """Rows of some attributes of one workspace: the queries are as many for one as for all."""
    works, uses = works_of(attributes, now), uses_of_each(attributes)
    return [Row(attribute, uses[attribute.pk], works.get(attribute.pk)) for attribute in attributes]


def row_of(attribute: Attribute, now: datetime) -> Row:
    return Row(attribute, uses_of(attribute), work_of(attribute, now))


def standard_listing(about: str, query: str) -> list[tuple[Definition, str]]:
    """The standard attributes that speak of what is looked for, each with who may write it."""
    return [
        (definition, written_by(definition))
        for definition in STANDARD[about]
        if speaks_of(query, definition.label, definition.key, definition.ping_key or "")
    ]


def written_by(definition: Definition) -> str:
    """Who may write an attribute, in words."""
    writers = [words for source, words in WRITERS.items() if source in definition.writable]
    return ", ".join(writers) or "Set by the platform"


def speaks_of(query: str, *texts: str) -> bool:
    """Whether what was typed into the search box stands in one of the texts."""
    return any(query.casefold() in text.casefold() for text in texts)
