"""Which segments records are in: every one a column of one query over just those rows (SEG-05, UPD-05)."""

from collections.abc import Collection

from django.db.models import BooleanField, ExpressionWrapper

from apps.attributes.models import Attributed
from apps.workspace.models import Workspace

from .comparisons import Moment
from .standing import Standing, all_of, questions


def badges(record: Attributed, moment: Moment) -> list[Standing]:
    """The segments that a record is in, but for those that only repeat what it is. One query, none where there are
    no segments; it is asked anew whenever a page shows it, for the clock alone moves records in and out (SEG-11)."""
    return badges_of_each(type(record), record.workspace, [record.pk], moment)[record.pk]


def badges_of_each(
    model: type[Attributed], workspace: Workspace, pks: Collection[int], moment: Moment
) -> dict[int, list[Standing]]:
    """The same for several records, still in one query."""
    found: dict[int, list[Standing]] = {pk: [] for pk in pks}
    asked, _ = questions(workspace, model.about, moment)
    worn = [one for one in all_of(workspace, model.about) if one.is_badge and one.slug in asked]
    if not worn or not found:
        return found
    columns = {f"in_{place}": asked[one.slug] for place, one in enumerate(worn)}
    answers = {name: ExpressionWrapper(question, BooleanField()) for name, question in columns.items()}
    rows = model._default_manager.filter(workspace=workspace, pk__in=found)
    for pk, *row in rows.annotate(**answers).values_list("pk", *answers):
        found[pk] = [one for one, is_in in zip(worn, row, strict=True) if is_in]
    return found
