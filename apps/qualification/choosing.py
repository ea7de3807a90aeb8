"""Which attributes are qualification data, and in what order (QUAL-02, QUAL-03, QUAL-25, QUAL-29)."""

from django.db import transaction
from django.db.models import Max

from apps.attributes.definitions import Definition
from apps.attributes.models import Attribute
from apps.workspace.models import Workspace

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


@transaction.atomic
def add(workspace: Workspace, definition: Definition) -> Question:
    """Put an attribute at the end of the set; one that is in it already stays where it is."""
    last = Question.objects.filter(workspace=workspace).aggregate(last=Max("position"))["last"]
    question, _ = Question.objects.get_or_create(
        workspace=workspace,
        about=definition.about,
        key=definition.key,
        defaults={"position": 0 if last is None else last + 1},
    )
    return question


def remove(workspace: Workspace, about: str, key: str) -> None:
    """Take an attribute out of the set; its values stay (QUAL-02)."""
    Question.objects.filter(workspace=workspace, about=about, key=key).delete()


@transaction.atomic
def reorder(workspace: Workspace, pks: list[int]) -> None:
    """Put the questions in this order; those not named follow in the order they had."""
    questions = {question.pk: question for question in Question.objects.select_for_update().filter(workspace=workspace)}
    ordered = [questions.pop(pk) for pk in pks if pk in questions] + list(questions.values())
    for position, question in enumerate(ordered):
        question.position = position
    Question.objects.bulk_update(ordered, ["position"])


def uses(attribute: Attribute) -> list[str]:
    """For `attributes.usage`: whether the set uses the attribute (ATT-42)."""
    asked = Question.objects.filter(workspace=attribute.workspace, about=attribute.about, key=attribute.name)
    return ["qualification settings"] if asked.exists() else []
