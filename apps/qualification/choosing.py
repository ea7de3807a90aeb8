"""Which attributes are qualification data, and in what order (QUAL-02, QUAL-03, QUAL-25, QUAL-29)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition
from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Missing, Problem

from .models import Question

# QUAL-25
DEFAULT_SET = [
    ("person", "name"),
    ("person", "email"),
    ("person", "phone"),
    ("company", "name"),
    ("company", "size"),
    ("company", "website"),
    ("company", "industry"),
]


def furnish(workspace: Workspace) -> None:
    """Give a new workspace the default set."""
    Question.objects.bulk_create(
        Question(workspace=workspace, about=about, key=key, position=position)
        for position, (about, key) in enumerate(DEFAULT_SET)
    )


def askable(workspace: Workspace, about: str) -> list[Definition]:
    """Every attribute that may be qualification data: what teammates may write, archived ones left out (ATT-46)."""
    return [definition for definition in catalogue_of(workspace, about).active if _may_be_asked(definition)]


def _may_be_asked(definition: Definition | None) -> bool:
    return bool(definition and not definition.archived and Source.MANUAL in definition.writable)


@transaction.atomic
def add(workspace: Workspace, definition: Definition, *, by: Hand, now: datetime) -> Question:
    """Put an attribute at the end of the set; one that is in it already stays where it is.

    Raises Problem for one that teammates may not write, or that has been archived meanwhile.
    """
    # Archiving asks under the same lock what uses the attribute.
    locked = Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    if not _may_be_asked(catalogue_of(locked, definition.about).get(definition.key)):
        raise Problem(f"{definition.label} cannot be qualification data: teammates cannot edit it, or it is archived.")
    last = Question.objects.filter(workspace=workspace).aggregate(last=Max("position"))["last"]
    question, created = Question.objects.get_or_create(
        workspace=workspace,
        about=definition.about,
        key=definition.key,
        defaults={"position": 0 if last is None else last + 1},
    )
    if created:
        _record("added", question, by, now)
    return question


@transaction.atomic
def remove(question: Question, *, by: Hand, now: datetime) -> None:
    """Take an attribute out of the set; its values stay (QUAL-02)."""
    removed, _ = Question.objects.filter(pk=question.pk).delete()
    if removed:
        _record("removed", question, by, now)


@transaction.atomic
def reorder(workspace: Workspace, pks: list[int], *, by: Hand, now: datetime) -> None:
    """Put the questions in this order; those not named follow in the order they had (QUAL-29)."""
    before = _locked(workspace)
    named = {question.pk: question for question in before}
    ordered = [named.pop(pk) for pk in pks if pk in named] + list(named.values())
    _arrange(workspace, before, ordered, by, now)


@transaction.atomic
def move(question: Question, steps: int, *, by: Hand, now: datetime) -> int:
    """Move a question up (-1) or down (1) and return its place, counted from 1; at the end of the list it stays."""
    before = _locked(question.workspace)
    others = [other for other in before if other.pk != question.pk]
    place = next((place for place, other in enumerate(before) if other.pk == question.pk), None)
    if place is None:
        raise Missing("This attribute is no longer qualification data.")
    place = min(max(place + steps, 0), len(others))
    _arrange(question.workspace, before, [*others[:place], question, *others[place:]], by, now)
    return place + 1


def _locked(workspace: Workspace) -> list[Question]:
    return list(Question.objects.select_for_update().filter(workspace=workspace))


def _arrange(workspace: Workspace, before: list[Question], ordered: list[Question], by: Hand, now: datetime) -> None:
    for position, question in enumerate(ordered):
        question.position = position
    Question.objects.bulk_update(ordered, ["position"])
    if before != ordered:
        order = [f"{question.about}.{question.key}" for question in ordered]
        record(Activity.QUALIFICATION_CHANGE, workspace=workspace, by=by, now=now, change="reordered", order=order)


def _record(change: str, question: Question, by: Hand, now: datetime) -> None:
    record(
        Activity.QUALIFICATION_CHANGE,
        workspace=question.workspace,
        by=by,
        now=now,
        change=change,
        about=question.about,
        attribute=question.key,
    )


def uses(attributes: Sequence[Attribute]) -> dict[int, list[str]]:
    """For `attributes.usage`: those of the attributes that the set asks for (ATT-42)."""
    asked = set(Question.objects.filter(workspace=attributes[0].workspace_id).values_list("about", "key"))
    return {it.pk: ["qualification settings"] for it in attributes if (it.about, it.name) in asked}
