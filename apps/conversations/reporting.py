"""How many conversations there were each month, and how content people were: those of deleted people count (DEL-09)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Avg, Count
from django.db.models.functions import TruncMonth

from apps.workspace.models import Workspace

from .models import Month, Rating


@dataclass(frozen=True, slots=True)
class Line:
    """One month of the report."""

    begins_on: date
    opened: int
    ratings: int
    average: float | None


def report(workspace: Workspace) -> list[Line]:
    """Every month with a conversation or a rating, the latest first. Two queries."""
    opened = dict(Month.objects.filter(workspace=workspace).values_list("begins_on", "opened"))
    rated = {month.date(): (number, average) for month, number, average in _ratings(workspace)}
    months = sorted(opened.keys() | rated.keys(), reverse=True)
    return [Line(month, opened.get(month, 0), *rated.get(month, (0, None))) for month in months]


def _ratings(workspace: Workspace) -> list[tuple]:
    by_month = TruncMonth("rated_at", tzinfo=workspace.zone)
    ratings = Rating.objects.filter(workspace=workspace).annotate(month=by_month).values("month")
    return list(ratings.annotate(number=Count("pk"), average=Avg("score")).values_list("month", "number", "average"))
