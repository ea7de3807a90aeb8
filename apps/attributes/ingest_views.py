"""Settings → Ingest log: what was refused, and beside each line what would let the next value in (BEY-02, MSG-13).

Every remedy is a plain form that leads back to the log, with its filters as they were. To htmx the same views answer
with the log alone.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from apps.workspace.clock import now
from apps.workspace.hands import Hand, hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Missing, Problem

from . import defining
from .catalogue import catalogue_of
from .ingest_forms import AcceptForm
from .ingest_log import REASONS, Filters, Line, lines_of, look
from .models import Attribute, RefusedWrite
from .paging import Place
from .remedies import Remedy
from .reports import Refusal
from .sources import Source


@page(Grant.MANAGE_DATA)
@require_safe
def ingest_log(request: PageRequest) -> HttpResponse:
    """The log; htmx gets the lines alone."""
    is_part = request.htmx and not request.htmx.history_restore_request
    answer = render(request, f"attributes/ingest_{'lines' if is_part else 'log'}.html", _log(request))
    patch_vary_headers(answer, ["HX-Request"])
    if not is_part:
        return answer
    return push_url(answer, _back(request))


def _log(request: PageRequest) -> dict[str, Any]:
    filters = Filters.read(request.workspace, request.GET.dict())
    after, before = (Place.read(request.GET.get(name, "")) for name in ("after", "before"))
    seen = look(request.workspace, filters, after=after, before=before)
    known = [d.key for about in ("person", "company") for d in catalogue_of(request.workspace, about).custom]
    keys = sorted({*known, *(line.refusal.key for line in seen.lines)})
    return {"seen": seen, "back": _asked(request), "doors": Source.choices, "reasons": REASONS.items(), "keys": keys}


# ---- remedies --------------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: PageRequest, pk: int) -> HttpResponse:
    """Make the attribute whose lack refused a key: a page, and with htmx a dialog."""
    line = _line_or_404(request, pk)
    if Remedy.ACCEPT not in line.remedies:
        return _done(request, f"There is nothing to accept any more: {line.refusal.key}.", level=messages.INFO)
    form = AcceptForm(line.refusal, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _define(request, line, form):
        return _done(request, f"Created {form.key}. The next value that comes in is taken.")
    context = {"line": line, "form": form, "back": _back(request)}
    template = "attributes/ingest_accept_dialog.html" if request.htmx else "attributes/ingest_accept.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _define(request: PageRequest, line: Line, form: AcceptForm) -> Attribute | None:
    try:
        return defining.define(
            request.workspace,
            line.refusal.about,
            line.refusal.key,
            form.cleaned_data["kind"],
            source=Source.MANUAL,
            by=hand_of(request),
            now=now(),
            description=form.cleaned_data["description"],
            options=form.cleaned_data["options"],
            protected=form.cleaned_data.get("protected", False),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return None


@page(Grant.MANAGE_DATA)
@require_POST
def allow(request: PageRequest, pk: int) -> HttpResponse:
    """Let the Messenger write a protected attribute again (MSG-06)."""
    return _apply(request, pk, Remedy.ALLOW, _allow, "The Messenger may write {} now.")


def _allow(attribute: Attribute, line: Line, by: Hand) -> None:
    defining.edit(attribute, by=by, now=now(), protected=False)


@page(Grant.MANAGE_DATA)
@require_POST
def unarchive(request: PageRequest, pk: int) -> HttpResponse:
    """Bring an archived attribute back with its values (ATT-41), unless the workspace is full (ATT-44)."""
    return _apply(request, pk, Remedy.UNARCHIVE, _unarchive, "Unarchived {}.")


def _unarchive(attribute: Attribute, line: Line, by: Hand) -> None:
    defining.unarchive(attribute, by=by, now=now())


@page(Grant.MANAGE_DATA)
@require_POST
def add_option(request: PageRequest, pk: int) -> HttpResponse:
    """Make what was sent an option of the list (QUAL-05)."""
    return _apply(request, pk, Remedy.ADD_OPTION, _add_option, "Added the option to {}.")


def _add_option(attribute: Attribute, line: Line, by: Hand) -> None:
    defining.edit(attribute, by=by, now=now(), options=[*attribute.options, line.refusal.raw])


def _apply(
    request: PageRequest, pk: int, remedy: Remedy, act: Callable[[Attribute, Line, Hand], None], sentence: str
) -> HttpResponse:
    """Do what a line offers; where somebody did it before, say so."""
    line = _line_or_404(request, pk)
    definition = line.definition
    if remedy not in line.remedies or definition is None or definition.pk is None:
        return _done(request, f"There is nothing to do any more for {line.refusal.key}.", level=messages.INFO)
    attribute = Attribute.objects.select_related("workspace").get(workspace=request.workspace, pk=definition.pk)
    try:
        act(attribute, line, hand_of(request))
    except Refusal as refusal:
        raise Problem(f"{attribute.name} {refusal.message}") from None
    request.workspace.refresh_from_db(fields=["attributes_version"])  # the lines are judged by what stands now
    return _done(request, sentence.format(attribute.name))


def _line_or_404(request: PageRequest, pk: int) -> Line:
    refusal = RefusedWrite.objects.filter(workspace=request.workspace, pk=pk).first()
    if refusal is None:
        raise Missing("There is no such line in the ingest log.")
    return lines_of(request.workspace, [refusal])[0]


# ---- the way back ----------------------------------------------------------------------------------------------------


def _done(request: PageRequest, sentence: str, level: int = messages.SUCCESS) -> HttpResponse:
    messages.add_message(request, level, sentence)
    if not request.htmx:
        return redirect(_back(request))
    answer = render(request, "attributes/ingest_changed.html", _log(request))
    answer["HX-Trigger"] = "dialog-close"
    return answer


def _back(request: PageRequest) -> str:
    """The log, with the filters and the place that this address carries."""
    log = reverse("attributes:ingest-log", args=[request.workspace.app_id])
    asked = _asked(request)
    return f"{log}?{asked}" if asked else log


def _asked(request: PageRequest) -> str:
    """What the address asks for, without what its form left empty."""
    return urlencode([(name, value) for name, value in request.GET.items() if value])
