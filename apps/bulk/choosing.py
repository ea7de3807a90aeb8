"""Whom a bulk change is meant for: the rows that were ticked, or all that the list's filter finds."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Max, QuerySet
from django.http import QueryDict

from apps.attributes.searching import LONGEST_SEARCH
from apps.lists import asking
from apps.lists.asking import Asking
from apps.lists.kinds import ListKind, kind_of
from apps.segments import counting, language, standing
from apps.segments.comparisons import Moment
from apps.segments.counting import Count
from apps.segments.fitting import check_lasting
from apps.workspace.models import Workspace
from apps.workspace.problems import Problem

MOST_CHOSEN = 1_000  # rows that can be ticked; more are meant by their filter


@dataclass(frozen=True)
class Choice:
    """The records meant, and what a form has to carry to mean them again."""

    asked: Asking
    records: QuerySet
    everybody: bool  # all that match, not those that were ticked
    fields: list[tuple[str, str]]

    @property
    def count(self) -> Count:
        return counting.quick(self.records) if self.everybody else Count(self.records.count(), exact=True)

    def sample(self, most: int = 5) -> list[Any]:
        return list(self.records.only(*self.kind.face).order_by("-pk")[:most])

    @property
    def kind(self) -> ListKind:
        return self.asked.kind

    def keep(self) -> dict[str, Any]:
        """What a job keeps of it."""
        newest = self.kind.model._default_manager.filter(workspace=self.asked.workspace).aggregate(Max("pk"))["pk__max"]
        bounds: dict[str, Any] = {"last_pk": newest or 0}
        if self.everybody:
            asked = self.asked.filter
            segments = standing.frozen(self.asked.workspace, self.kind.about, asked)
            return {**bounds, "filter": language.written(asked), "segments": segments, "search": self.asked.search}
        return {**bounds, "chosen": sorted(self.records.values_list("pk", flat=True))}


def read(workspace: Workspace, about: str, params: QueryDict, moment: Moment) -> Choice:
    """Whom a form means. Raises Problem where it means nobody."""
    kind = kind_of(about)
    asked = asking.read(workspace, kind, params)
    carried = [(name, value) for name, value in asked.said.items() if value]
    if params.get("all"):
        _check_search(asked.search)
        return Choice(asked, asking.matching(asked, moment), True, [*carried, ("all", "1")])
    chosen = list(dict.fromkeys(params.getlist("chosen")))
    if not chosen:
        raise Problem(f"Nobody is selected. Tick some {kind.plural} in the list, or select all that match.")
    if len(chosen) > MOST_CHOSEN:
        raise Problem(f"More than {MOST_CHOSEN:,} rows are ticked. Select all that match a filter instead.")
    records = kind.listed(workspace).filter(public_id__in=chosen)
    return Choice(asked, records, False, [*carried, *(("chosen", one) for one in chosen)])


def _check_search(search: str) -> None:
    if len(search) > LONGEST_SEARCH:
        most = f"a search has at most {LONGEST_SEARCH} characters"
        raise Problem(f"Nobody is meant: {most}, and this one has {len(search):,}.")


class Kept(Protocol):
    """A job that keeps whom it is meant for, as `Choice.keep` has it."""

    workspace: Any
    about: Any
    chosen: Any
    filter: Any
    segments: Any
    search: Any
    last_pk: Any
    created_at: Any


def meant(job: Kept) -> QuerySet:
    """The records that a job is meant for, as they stand now: what was asked when it began, and nobody newer.

    Raises Unanswerable where the filter, or one of the segments that it asked for, asks for what is gone.
    """
    kind, workspace = kind_of(job.about), job.workspace
    records: QuerySet
    if job.chosen is not None:
        records = kind.listed(workspace).filter(pk__in=job.chosen)
    else:
        moment = Moment(job.created_at, workspace.zone)
        home = standing.find(workspace, job.about, kind.home)
        asked = Asking(workspace, kind, home, language.read(job.filter), job.search)
        with standing.as_they_were(workspace, job.about, job.segments):
            for one in job.segments.values():  # deleted meanwhile, they keep nothing from being deleted (TAG-05)
                check_lasting(workspace, job.about, language.read(one))
            records = asking.matching(asked, moment)
    return records.filter(pk__lte=job.last_pk)
