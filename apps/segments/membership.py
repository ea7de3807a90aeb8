"""Which segments a record is in: every one a column of one query over that one row (SEG-05, UPD-05)."""

from django.db.models import BooleanField, ExpressionWrapper

from apps.attributes.models import Attributed

from .comparisons import Moment
from .standing import Standing, all_of, questions


def badges(record: Attributed, moment: Moment) -> list[Standing]:
    """The segments that a record is in, but for those that only repeat what it is. One query, none where there are
    no segments; it is asked anew whenever a page shows it, for the clock alone moves records in and out (SEG-11)."""
    asked, _ = questions(record.workspace, record.about, moment)
    worn = [one for one in all_of(record.workspace, record.about) if one.is_badge and one.slug in asked]
    if not worn:
        return []
    columns = {f"in_{place}": asked[one.slug] for place, one in enumerate(worn)}
    answers = {name: ExpressionWrapper(question, BooleanField()) for name, question in columns.items()}
    rows = type(record)._default_manager.filter(workspace=record.workspace, pk=record.pk)
    row = rows.annotate(**answers).values_list(*answers).first()
    return [one for one, is_in in zip(worn, row or (), strict=False) if is_in]
