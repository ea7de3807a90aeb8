"""Whether what a condition asks for is there to be chosen: a tag that was deleted, an owner who has left (FILT-15, 16).

Nothing of this is asked when many segments are compiled: what a saved one asks for is not deleted from under it
(SEG-08, TAG-03). Addresses ask for what was there when they were kept.
"""

from apps.workspace.models import Workspace

from . import wording
from .compiling import Asked, Unanswerable, checked
from .language import Condition, Filter

CHOSEN = ("choice", "key")


def fitting(workspace: Workspace, about: str, condition: Condition) -> Asked:
    """A condition that can be asked here, of a thing that there is to choose. Raises Unanswerable.

    A list may hold values beside its options (FILT-08), more of them than are offered: any text will do there.
    """
    one = checked(workspace, about, condition)
    if problem := lapsed(one):
        raise Unanswerable(problem, condition)
    return one


def lapsed(one: Asked) -> str:
    """What to say of a condition that asks for what is not there any more; empty where it is there."""
    if one.comparison.takes not in CHOSEN or one.field.offers(one.value):
        return ""
    return f"{wording.named(one)} {wording.predicate(one)}: choose another one, or take this out of the filter."


def check_lasting(workspace: Workspace, about: str, asked: Filter) -> None:
    """Raises Unanswerable where a filter asks for what no record can have any more: nobody, or everybody, would be the
    wrong answer."""
    for condition in asked.conditions():
        one = checked(workspace, about, condition)
        if not one.field.outlives and (problem := lapsed(one)):
            raise Unanswerable(problem, condition)
