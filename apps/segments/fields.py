"""What filters may ask about segments: is a record in this one, or not (FILT-15)."""

from collections.abc import Iterable, Sequence
from functools import partial

from django.db.models import BooleanField, ExpressionWrapper, Func, Q

from apps.attributes.models import About
from apps.workspace.models import Workspace

from .catalogue import SEGMENTS, Choice, Field, Provider, register
from .comparisons import Moment
from .compiling import Unanswerable, compiled
from .language import Condition, Unreadable
from .nesting import ADDRESS, TOO_DEEP
from .standing import Standing, all_of, book_of


def register_fields() -> None:
    for about in About.values:
        register(about, Provider(ADDRESS, partial(_find, about), partial(_every, about)))


def _find(about: str, workspace: Workspace, address: str) -> Field | None:
    return _field(workspace, about) if address == ADDRESS else None


def _every(about: str, workspace: Workspace) -> Iterable[Field]:
    return [_field(workspace, about)]


def _field(workspace: Workspace, about: str) -> Field:
    return Field(
        address=ADDRESS,
        label="Segment",
        group=SEGMENTS,
        kind="segment",
        ask=partial(_ask, workspace, about),
        choices=partial(_choices, workspace, about),
        gone=lambda value: "one that was deleted",
        description="Those who are in another segment, or those who are not",
        icon="chart-pie",
    )


def _choices(workspace: Workspace, about: str) -> Sequence[Choice]:
    return [(one.slug, one.name) for one in all_of(workspace, about)]


def _ask(workspace: Workspace, about: str, condition: Condition, moment: Moment) -> Q:
    inside = _inside(workspace, about, inner(workspace, about, condition), condition, moment)
    return Q(_Untrue(inside)) if condition.comparison == "not_in" else inside


def inner(workspace: Workspace, about: str, condition: Condition) -> Standing:
    """The segment that a condition asks for. Raises Unanswerable where it is gone, or asks for itself."""
    book, slug = book_of(workspace, about), str(condition.value)
    asked = book.by_slug.get(slug)
    if asked is None:
        raise Unanswerable("A segment that is asked for is gone. Choose another one.", condition)
    if book.depths.get(slug, 0) >= TOO_DEEP:
        raise Unanswerable(f"Segment “{asked.name}” asks for too many segments inside one another.", condition)
    return asked


def _inside(workspace: Workspace, about: str, asked: Standing, condition: Condition, moment: Moment) -> Q:
    try:
        return compiled(workspace, about, asked.filter, moment)
    except Unreadable as problem:
        raise Unanswerable(f"Segment “{asked.name}” is broken: {problem.message}", condition) from None


class _Untrue(Func):
    """Whether something is not so. A comparison with the unknown is neither true nor false, so NOT will not do."""

    template = "(%(expressions)s) IS NOT TRUE"
    output_field = BooleanField()

    def __init__(self, asked: Q) -> None:
        super().__init__(ExpressionWrapper(asked, BooleanField()))
