"""One value, edited where it stands: a link that becomes a form that becomes a link again (QUAL-01, UI-01, UI-08).

Without htmx the form is a page of its own, and saving leads back to the profile.
"""

from html import unescape
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap, retarget

from apps.attributes.finding import record_or_404
from apps.attributes.models import Attributed
from apps.attributes.reports import Refusal
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant, check_grant
from apps.workspace.problems import Conflict, Problem

from . import editing
from .forms import ValueForm, form_of
from .panel import Cell, cell_of, echoes, panel_of


class Stale(Exception):
    """Somebody else changed the value since the form was opened."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@page(Grant.VIEW_PROFILES, Grant.EDIT_DATA)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def cell(request: PageRequest, panel: str, public_id: str, about: str, key: str) -> HttpResponse:
    """A value of a record's panel: shown, asked for (`?edit`) or saved."""
    subject = record_or_404(request.workspace, panel, public_id)
    asked = _cell_or_404(request, subject, about, key)
    if request.method == "POST":
        return _save(request, asked)
    if "edit" not in request.GET:
        return _show(request, asked)
    check_grant(request.seat, Grant.EDIT_DATA)
    return _ask(request, form_of(_editable(asked), request.workspace))


@page(Grant.VIEW_PROFILES, Grant.EDIT_DATA)
@require_http_methods(["POST", "DELETE"])
def hold(request: PageRequest, panel: str, public_id: str, about: str, key: str) -> HttpResponse:
    """Re-sync: take a teammate's hold of a value away, and the value with it (QUAL-15)."""
    subject = record_or_404(request.workspace, panel, public_id)
    held = _cell_or_404(request, subject, about, key)
    if held.fact is None:
        raise Http404("There is nothing to re-sync.")
    if not held.can_release:
        return _refuse_release(request, held)
    editing.release(held.fact.record, key, by=hand_of(request), now=now())
    return _saved(request, held, f"{held.definition.label} is open for automatic collection again.")


def _refuse_release(request: PageRequest, held: Cell) -> HttpResponse:
    """The hold that was seen is gone: say so, and show the value as it stands."""
    sentence = "Only a value that a teammate set by hand can be re-synced."
    if not request.htmx:
        raise Conflict(sentence)
    messages.error(request, sentence)
    return render(request, "qualification/_cell.html", {"cell": held, "refused": True}, status=422)


def _save(request: PageRequest, asked: Cell) -> HttpResponse:
    if "value" not in request.POST:  # a blank is a value (QUAL-17), nothing at all is a broken request
        raise Problem("The request has no value in it. Send value, empty to clear it.", field="value")
    form = form_of(_editable(asked), request.workspace, request.POST)
    if form.is_valid() and form.is_untouched:
        return _show(request, asked)
    if form.is_valid() and not form.keeps_stray():
        _write(request, form)
    if form.errors:
        return _ask(request, form, status=422)
    return _saved(request, asked, f"Saved {asked.definition.label}.")


def _write(request: PageRequest, form: ValueForm) -> None:
    """Save what was typed, or put beside the field why not."""
    asked = form.cell
    label = asked.definition.label
    try:
        _check_same_record(request, asked)
        _check_same_value(request, form)
        report = asked.save(form.offered(), by=hand_of(request), now=now())
        for refusal in report.refused.values():
            raise refusal
    except Refusal as refusal:
        form.add_error("value", f"{label} {form.complaint(refusal).rstrip('.')}.")
    except Problem as problem:
        form.holder = getattr(problem, "holder", None)
        sentence = problem.message[:1].upper() + problem.message[1:]
        form.add_error("value", f"{label} is taken." if form.holder else sentence)
    except Stale as stale:
        form.seen = form.standing()
        form.add_error("value", stale.sentence)


def _check_same_record(request: PageRequest, asked: Cell) -> None:
    """A person's company may be another one by now than the one whose value was seen. Raises Conflict then."""
    seen = request.POST.get("record")
    stands = asked.fact.record.public_id if asked.fact else ""
    if seen is not None and seen != stands:
        raise Conflict("This is about another company by now. Load the page again.")


def _check_same_value(request: PageRequest, form: ValueForm) -> None:
    """Nobody's change is replaced unseen (UPD-04). Raises Stale with the value that stands by now."""
    if not form.is_stale:
        return
    words = render_to_string("qualification/_words.html", {"cell": form.cell}, request)
    if form.cell.value is None:
        raise Stale("This was cleared meanwhile. Save again to set it.")
    raise Stale(f"This was changed to {unescape(strip_tags(words)).strip()} meanwhile. Save again to replace it.")


def _cell_or_404(request: PageRequest, subject: Attributed, about: str, key: str) -> Cell:
    found = cell_of(request.seat, subject, about, key)
    if found is None:
        raise Http404("This is not qualification data of the workspace.")
    return found


def _editable(asked: Cell) -> Cell:
    if not asked.editable:
        raise Http404("This value is not edited by hand.")
    return asked


# ---- answering -------------------------------------------------------------------------------------------------------


def _ask(request: PageRequest, form: ValueForm, status: int = 200) -> HttpResponse:
    template = "qualification/_cell_form.html" if request.htmx else "qualification/cell.html"
    return render(request, template, {"form": form, "cell": form.cell}, status=status)


def _show(request: PageRequest, shown: Cell) -> HttpResponse:
    if not request.htmx:
        return redirect(f"{shown.subject.page()}#{shown.id}")
    return render(request, "qualification/_cell.html", {"cell": shown})


def _saved(request: PageRequest, before: Cell, sentence: str) -> HttpResponse:
    """The value as it stands now, and everything else on the page that shows it (UPD-08)."""
    if not request.htmx:
        messages.success(request, sentence)
        return redirect(f"{before.subject.page()}#{before.id}")
    subject = record_or_404(request.workspace, before.subject.about, before.subject.public_id)
    key, about = before.definition.key, before.definition.about
    rest = echoes(request, subject, about, key)
    context: dict[str, Any] = {"saved": before.id, "echoes": rest, "sentence": sentence}
    if before.fact is None:  # a record came to be: all of its questions can be answered now
        context["panel"] = panel_of(request.seat, subject)
        answer = render(request, "qualification/_panel.html", context)
        return reswap(retarget(answer, "#qualification-panel"), "outerHTML")
    context["cell"] = _cell_or_404(request, subject, about, key)
    return render(request, "qualification/_cell.html", context)
