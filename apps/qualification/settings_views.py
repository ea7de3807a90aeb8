"""Settings → Qualification: which attributes teammates fill in by hand, and in what order (QUAL-02…05, 24, 27, 29).

Every action is a plain form that leads back to the list. To htmx the same views answer with a part of the page.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes import defining
from apps.attributes.catalogue import catalogue_of
from apps.attributes.definitions import Definition, custom
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Missing, Problem

from . import choosing
from .models import Question
from .settings_forms import NewDataForm

ABOUTS = {"person": "People data", "company": "Company data"}
STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True)
class Row:
    """A question of the list, with the attribute that it asks for."""

    question: Question
    definition: Definition


@dataclass(frozen=True)
class Choices:
    """A group of the menu "Add data": attributes that are not in the set yet."""

    title: str
    definitions: list[Definition]


@dataclass(frozen=True)
class Focus:
    """The button that has the keyboard's focus after a change: of a question, or the one that adds."""

    button: str
    pk: int | None = None


@page(Grant.MANAGE_DATA)
@require_safe
def settings(request: PageRequest) -> HttpResponse:
    """The set, in the order in which profiles show it."""
    return render(request, "qualification/settings.html", _context(request))


# ---- add -------------------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def add(request: PageRequest) -> HttpResponse:
    """The attributes to choose from, and taking one (QUAL-03)."""
    if request.method == "GET":
        template = "qualification/_choices.html" if request.htmx else "qualification/settings.html"
        return render(request, template, _context(request, picking=True))
    definition = _definition_or_404(request.workspace, request.POST.get("attribute", ""))
    question = choosing.add(request.workspace, definition, by=hand_of(request), now=now())
    messages.success(request, f"Added {definition.label}.")
    return _changed(request, question, "up")


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """The form that makes an attribute of people and puts it into the set (QUAL-04)."""
    form = NewDataForm(request.POST or None, auto_id="new-%s")
    if request.method == "GET":
        return _ask_for_new(request, form)
    question = form.is_valid() and _make(request, form)
    if not question:
        return _ask_for_new(request, form, status=422)
    messages.success(request, f"Created {question.key} and added it.")
    return _changed(request, question, "up")


def _make(request: PageRequest, form: NewDataForm) -> Question | None:
    hand, moment = hand_of(request), now()
    try:
        with transaction.atomic():
            attribute = defining.define(
                request.workspace, "person", **form.cleaned_data, source=Source.MANUAL, by=hand, now=moment
            )
            return choosing.add(request.workspace, custom(attribute), by=hand, now=moment)
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def _ask_for_new(request: PageRequest, form: NewDataForm, status: int = 200) -> HttpResponse:
    if request.htmx and form.is_bound:
        return render(request, "qualification/_new_form.html", {"creating": form}, status=status)
    if request.htmx:
        return render(request, "qualification/_new.html", _context(request, creating=form))
    return render(request, "qualification/settings.html", _context(request, creating=form), status=status)


# ---- remove and order ------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_POST
def remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take an attribute out of the set; its values stay (QUAL-02)."""
    question = _question_or_404(request.workspace, pk)
    after = request.workspace.questions.filter(position__gt=question.position).first()
    choosing.remove(question, by=hand_of(request), now=now())
    messages.success(request, f"Removed {_label(question)}. Its values are kept.")
    return _changed(request, after, "remove")


@page(Grant.MANAGE_DATA)
@require_POST
def move(request: PageRequest, pk: int) -> HttpResponse:
    """One step up or down (QUAL-29)."""
    direction = request.POST.get("direction", "")
    if direction not in STEPS:
        raise Problem("Say where to move it: direction must be up or down.", field="direction")
    question = _question_or_404(request.workspace, pk)
    place = choosing.move(question, STEPS[direction], by=hand_of(request), now=now())
    return _changed(request, question, direction, said=f"{_label(question)} is now number {place}.")


@page(Grant.MANAGE_DATA)
@require_POST
def order(request: PageRequest) -> HttpResponse:
    """The whole order at once, as it was dragged (QUAL-29)."""
    named = request.POST.getlist("question")
    if not named or not all(pk.isdecimal() for pk in named):
        raise Problem("Name the questions in their new order.", field="question")
    choosing.reorder(request.workspace, [int(pk) for pk in named], by=hand_of(request), now=now())
    return _changed(request, said="The order is saved.")


# ---- what the page shows ---------------------------------------------------------------------------------------------


def _context(request: PageRequest, **more: Any) -> dict[str, Any]:
    query = request.GET.get("q", "").strip()
    rows = _rows(request.workspace)
    return {"rows": rows, "groups": _choices(request.workspace, rows, query), "query": query} | more


def _rows(workspace: Workspace) -> list[Row]:
    asked = workspace.questions.all()
    found = [(question, catalogue_of(workspace, question.about).get(question.key)) for question in asked]
    return [Row(question, definition) for question, definition in found if definition]


def _choices(workspace: Workspace, rows: list[Row], query: str) -> list[Choices]:
    taken = {(row.definition.about, row.definition.key) for row in rows}
    groups = [
        Choices(
            title,
            [
                definition
                for definition in choosing.askable(workspace, about)
                if (about, definition.key) not in taken and query.casefold() in definition.label.casefold()
            ],
        )
        for about, title in ABOUTS.items()
    ]
    return [group for group in groups if group.definitions]


def _changed(
    request: PageRequest, question: Question | None = None, button: str = "", *, said: str = ""
) -> HttpResponse:
    """After a change: the list again, with the focus where the hand was."""
    if not request.htmx:
        address = reverse("qualification:settings", args=[request.workspace.app_id])
        return redirect(f"{address}#question-{question.pk}" if question else address)
    context = _context(request, said=said)
    context["focus"] = _focus(context["rows"], question, button)
    return render(request, "qualification/_changed.html", context)


def _focus(rows: list[Row], question: Question | None, button: str) -> Focus:
    """The button to go on with: at an end of the list it is the one that leads back."""
    if not rows or (button in STEPS and len(rows) == 1):  # what stands alone has nowhere to move
        return Focus("add")
    ends = {"up": rows[0].question, "down": rows[-1].question}
    if question and question == ends.get(button):
        button = "down" if button == "up" else "up"
    return Focus(button, (question or rows[-1].question).pk)


def _label(question: Question) -> str:
    definition = catalogue_of(question.workspace, question.about).get(question.key)
    return definition.label if definition else question.key


def _definition_or_404(workspace: Workspace, named: str) -> Definition:
    """The attribute that a button of the menu names, as `person:budget`."""
    about, _, key = named.partition(":")
    definition = catalogue_of(workspace, about).get(key) if about in ABOUTS else None
    if definition is None:
        raise Missing("There is no such attribute.")
    return definition


def _question_or_404(workspace: Workspace, pk: int) -> Question:
    question = workspace.questions.filter(pk=pk).first()
    if question is None:
        raise Missing("This attribute is no longer qualification data.")
    question.workspace = workspace
    return question
