"""Settings → Segments: every saved one, of people and of companies (screens §8.6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.workspace.clock import now
from apps.workspace.models import Teammate, Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from .comparisons import Moment
from .language import Filter, Unreadable
from .models import Segment
from .nesting import ADDRESS
from .predefined import abouts
from .standing import Standing, all_of, questions
from .usage import users_of
from .wording import said

TITLES = {"person": "People", "company": "Companies"}


@dataclass(frozen=True)
class Row:
    """One saved segment: what it asks, whose it is, which others ask for it, and why it is broken, if it is."""

    standing: Standing
    url: str
    words: str
    owner: Teammate | None
    users: Sequence[str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    about: str
    title: str
    rows: Sequence[Row]


@page(Grant.MANAGE_DATA)
@require_safe
def settings(request: PageRequest) -> HttpResponse:
    """The list of them. Their counts follow by themselves."""
    moment = Moment(now(), request.workspace.zone)
    tables = [_table(request.workspace, about, moment) for about in abouts()]
    context = {"tables": tables, "count": sum(len(table.rows) for table in tables)}
    return render(request, "segments/settings.html", context)


def _table(workspace: Workspace, about: str, moment: Moment) -> Table:
    _, broken = questions(workspace, about, moment)
    saved = [standing for standing in all_of(workspace, about) if standing.segment]
    owners = _owners(workspace, about)
    rows = [_row(workspace, one, owners.get(one.slug), broken.get(one.slug, "")) for one in saved]
    return Table(about, TITLES[about], rows)


def _row(workspace: Workspace, standing: Standing, owner: Teammate | None, problem: str) -> Row:
    users = users_of(workspace, ADDRESS, standing.slug)
    return Row(standing, standing.page(workspace), words_of(workspace, standing), owner, users, problem)


def words_of(workspace: Workspace, standing: Standing) -> str:
    """What a segment asks, in one line."""
    if isinstance(standing.stored, Unreadable):
        return ""
    asked: Filter = standing.stored
    return said(workspace, standing.about, asked) or "Everybody"


def _owners(workspace: Workspace, about: str) -> dict[str, Teammate | None]:
    segments = Segment.objects.filter(workspace=workspace, about=about).select_related("created_by")
    return {str(segment.pk): segment.created_by for segment in segments.only("about", "created_by")}
