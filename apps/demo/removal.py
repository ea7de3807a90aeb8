"""Taking the demo away again: exactly what came with it, and nothing that has been added since."""

import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import connection, transaction

from apps.attributes import usage
from apps.attributes.models import Attribute, Attributed, RecordChange, RefusedWrite
from apps.companies.models import Company, Membership
from apps.events.fields import uses_of
from apps.events.models import Event, EventName, EventSummary
from apps.exports.keeping import let_go
from apps.exports.models import Export
from apps.imports.models import Import, RememberedColumns
from apps.people.models import Person
from apps.people.surviving import predecessors
from apps.qualification.models import Question
from apps.segments.usage import users_of
from apps.tags.models import Note, Tag, Tagging
from apps.tags.tagging import ADDRESS
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Notification, Workspace

from .models import DemoRecord, has_demo, remembered

HOLDERS: dict[str, type[Attributed]] = {"person": Person, "company": Company}


@dataclass(slots=True)
class Removed:
    """How much went, and by name what stayed because real data hangs on it."""

    people: int = 0
    companies: int = 0
    attributes: int = 0
    questions: int = 0
    kept_companies: list[str] = field(default_factory=list)
    kept_attributes: list[str] = field(default_factory=list)
    kept_tags: list[str] = field(default_factory=list)
    kept_events: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        went = f"Removed {self.people} people, {self.companies} companies and {self.attributes} attributes."
        kept = ", ".join(self.kept_companies + self.kept_attributes + self.kept_tags + self.kept_events)
        return f"{went} Kept, because your own data uses them: {kept}." if kept else went


@transaction.atomic
def remove(workspace: Workspace, *, by: Hand, now: datetime) -> Removed:
    """Delete what came with the demo: all of it, or nothing when something goes wrong. Twice is harmless.

    A company that has real members stays, and so does an attribute that real records hold a value of, a tag that they
    carry, an event that they had, and what something else uses. They are no longer the demo's then.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)  # nobody defines or removes meanwhile
    removed = Removed()
    if not has_demo(workspace):
        return removed
    removed.questions, _ = Question.objects.filter(workspace=workspace, pk__in=remembered(workspace, Question)).delete()
    _remove_files(workspace, now)
    removed.people = _remove_records(workspace, Person, _with_merged_leads(workspace, remembered(workspace, Person)))
    deserted, removed.kept_companies = _deserted(workspace)
    removed.companies = _remove_records(workspace, Company, deserted)
    removed.attributes, removed.kept_attributes = _remove_attributes(workspace)
    removed.kept_tags = _remove_tags(workspace)
    removed.kept_events = _remove_events(workspace)
    DemoRecord.objects.filter(workspace=workspace).delete()
    record(Activity.DEMO_REMOVAL, workspace=workspace, by=by, now=now, **asdict(removed))
    return removed


def _with_merged_leads(workspace: Workspace, people: list[int]) -> list[int]:
    """Who was merged into one of them goes with them: they are the same person."""
    return sorted({*people, *predecessors(workspace, people)})


def _remove_records(workspace: Workspace, model: type[Attributed], pks: list[int]) -> int:
    """Delete records with what hangs on them; history and refusals hang on them by number alone."""
    told_of = {"workspace": workspace, "about": model.about, "record_id__in": pks}
    RecordChange.objects.filter(**told_of).delete()
    RefusedWrite.objects.filter(**told_of).delete()
    Tagging.objects.filter(**told_of).delete()
    Note.objects.filter(**told_of).delete()
    if model is Person:  # by the workspace first, as their indexes go
        for happened in (Event, EventSummary):
            happened.objects.filter(workspace=workspace, person__in=pks).delete()
    _, by_model = model.objects.of(workspace).filter(pk__in=pks).delete()
    return by_model.get(model._meta.label, 0)


def _remove_files(workspace: Workspace, now: datetime) -> None:
    """The file that was imported with its report, the one that was exported, and what was told of them."""
    for export in Export.objects.filter(workspace=workspace, pk__in=remembered(workspace, Export)):
        let_go(export, "The demo was removed.", now)
        export.delete()
    for model in (Import, RememberedColumns, Notification):
        model.objects.filter(workspace=workspace, pk__in=remembered(workspace, model)).delete()


def _deserted(workspace: Workspace) -> tuple[list[int], list[str]]:
    """The demo's companies without members, now that its people are gone; and the names of the others."""
    ours = Company.objects.of(workspace).filter(pk__in=remembered(workspace, Company)).order_by("pk")
    joined = set(Membership.objects.filter(company__in=ours).values_list("company_id", flat=True))
    return (
        [company.pk for company in ours if company.pk not in joined],
        [company.label for company in ours if company.pk in joined],
    )


def _remove_attributes(workspace: Workspace) -> tuple[int, list[str]]:
    """Delete the attributes that nothing real hangs on.

    Attributes are never deleted otherwise (ATT-39). These can be: their columns are empty, so nothing is lost.
    """
    ours = Attribute.objects.filter(workspace=workspace, pk__in=remembered(workspace, Attribute)).order_by("pk")
    held = {about: _held(workspace, about, [a.column for a in ours if a.about == about]) for about in HOLDERS}
    kept = [a for a in ours if a.column in held[a.about] or _has_history(a) or usage.uses_of(a)]
    going = ours.exclude(pk__in=[attribute.pk for attribute in kept])
    _, by_model = going.delete()
    workspace.attributes_version = uuid.uuid4()
    workspace.save(update_fields=["attributes_version"])
    return by_model.get(Attribute._meta.label, 0), [attribute.name for attribute in kept]


def _remove_tags(workspace: Workspace) -> list[str]:
    """Delete the tags that nobody carries any more and no segment asks for. Returns the names of the others."""
    workspace.refresh_from_db(fields=["segments_version"])
    ours = Tag.objects.filter(workspace=workspace, pk__in=remembered(workspace, Tag)).order_by("name")
    kept = [tag for tag in ours if tag.taggings.exists() or users_of(workspace, ADDRESS, tag.pk)]
    ours.exclude(pk__in=[tag.pk for tag in kept]).delete()
    return [tag.name for tag in kept]


def _remove_events(workspace: Workspace) -> list[str]:
    """Delete the events that nobody has any more and no segment asks for. Returns the names of the others."""
    ours = EventName.objects.filter(workspace=workspace, pk__in=remembered(workspace, EventName)).order_by("name")
    kept = [name for name in ours.select_related("workspace") if name.summaries.exists() or uses_of(name)]
    ours.exclude(pk__in=[name.pk for name in kept]).delete()
    return [name.name for name in kept]


def _held(workspace: Workspace, about: str, columns: list[str]) -> set[str]:
    """Those of the columns in which some record of the workspace still has a value."""
    if not columns:
        return set()
    quote = connection.ops.quote_name
    counts = ", ".join(f"count({quote(column)})" for column in columns)
    table = quote(HOLDERS[about]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts} FROM {table} WHERE workspace_id = %s", [workspace.pk])  # noqa: S608 - our own columns
        return {column for column, count in zip(columns, cursor.fetchone(), strict=True) if count}


def _has_history(attribute: Attribute) -> bool:
    """Whether a real record once held a value of it: its history would speak of an attribute that is not there."""
    told = RecordChange.objects.filter(workspace=attribute.workspace, about=attribute.about)
    return told.filter(changes__has_key=attribute.name).exists()
