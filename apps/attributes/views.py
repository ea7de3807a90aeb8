"""Settings → People data: what is known of people, made, changed and archived in place (ATT-14…17, 39…44, MSG-06…08).

Every action is a plain form that leads back to the list. To htmx the same views answer with a part of the page.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Dependants, Missing, Problem

from . import defining
from .forms import AttributeForm, NameField, NewAttributeForm
from .listing import Row, people_listing, standard_listing
from .models import Attribute
from .reports import Refusal
from .sources import Source
from .standard import STANDARD
from .switching import switch_messenger_creation
from .usage import uses_of


@dataclass(frozen=True)
class Opened:
    """A row that became a form."""

    row: Row
    form: AttributeForm
    uses: list[str]
    problem: str = ""


@page(Grant.MANAGE_DATA)
@require_safe
@vary_on_headers("HX-Target")
def people_data(request: PageRequest) -> HttpResponse:
    """The list: custom attributes, or the standard ones."""
    if request.GET.get("tab") == "standard":
        return _standard(request)
    if request.htmx.target == "attributes":
        return render(request, "attributes/_attributes.html", _custom(request))
    return render(request, "attributes/people_data.html", _custom(request))


def _standard(request: PageRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    context = _counts(request) | {"query": query, "definitions": standard_listing(query), "tab": "standard"}
    partial = request.htmx.target == "attributes"
    return render(request, "attributes/_standard.html" if partial else "attributes/people_data.html", context)


def _custom(request: PageRequest, **more: Any) -> dict[str, Any]:
    return _counts(request) | {"tab": "custom"} | more


def _counts(request: PageRequest) -> dict[str, Any]:
    listing = people_listing(request.workspace, request.GET.get("q", "").strip())
    return {"listing": listing, "query": listing.query, "standard_count": len(STANDARD["person"])}


# ---- create ----------------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def new_attribute(request: PageRequest) -> HttpResponse:
    """The form that makes an attribute, and the making (ATT-14)."""
    form = NewAttributeForm(request.POST or None, auto_id="new-%s")
    if request.method == "GET":
        return _ask_for_new(request, form)
    made = form.is_valid() and _make(request, form)
    if not made:
        return _ask_for_new(request, form, status=422)
    _say_made(request, made)
    return _changed(request, made)


def _make(request: PageRequest, form: NewAttributeForm) -> Attribute | None:
    data = form.cleaned_data
    try:
        return defining.define(
            request.workspace,
            "person",
            data["name"],
            data["kind"],
            source=Source.MANUAL,
            by=hand_of(request),
            now=now(),
            description=data["description"],
            options=data["options"],
            protected=data["protected"],
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def _say_made(request: PageRequest, attribute: Attribute) -> None:
    typed = request.POST["name"].strip()
    rewritten = "" if typed == attribute.name else f" “{typed}” holds characters that no key may have."
    messages.success(request, f"Created {attribute.name}.{rewritten}")


def _ask_for_new(request: PageRequest, form: NewAttributeForm, status: int = 200) -> HttpResponse:
    if request.htmx:
        return render(request, "attributes/_new.html", {"creating": form}, status=status)
    return render(request, "attributes/people_data.html", _custom(request, creating=form), status=status)


@page(Grant.MANAGE_DATA)
@require_safe
def name_preview(request: PageRequest) -> HttpResponse:
    """The name that would be saved for what is typed, and whether it is free (ATT-30)."""
    context = {}
    try:
        context["name"] = NameField().clean(request.GET.get("name", ""))
        defining.check_free(request.workspace, "person", context["name"])
    except Refusal as refusal:
        context["refusal"] = refusal.message
    except ValidationError as error:
        context["error"] = " ".join(error.messages)
    return render(request, "attributes/_name_preview.html", context)


# ---- one attribute ---------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_safe
def attribute(request: PageRequest, pk: int) -> HttpResponse:
    """One row; without htmx, the list at that row."""
    found = _attribute_or_404(request.workspace, pk)
    if not request.htmx:
        return redirect(_list_at(request, found))
    return render(request, "attributes/_attribute.html", {"row": Row(found), "focus": found.pk})


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def edit_attribute(request: PageRequest, pk: int) -> HttpResponse:
    """The row as a form, and saving it (ATT-17)."""
    found = _attribute_or_404(request.workspace, pk)
    if found.archived_at:
        raise Problem(f"{found.name} is archived. Unarchive it to change it.")
    if request.method == "GET":
        return _open(request, found, AttributeForm(found))
    _check_fixed(request, found)
    form = AttributeForm(found, request.POST)
    if not form.is_valid():
        return _open(request, found, form, status=422)
    saved = defining.edit(found, by=hand_of(request), now=now(), **form.cleaned_data)
    messages.success(request, f"Saved {saved.name}.")
    if not request.htmx:
        return redirect(_list_at(request, saved))
    return render(request, "attributes/_saved.html", {"row": Row(saved), "saved": saved.pk, "focus": saved.pk})


def _check_fixed(request: PageRequest, attribute: Attribute) -> None:
    """Raises Problem when a form, made by hand, brings another name or type (ATT-16)."""
    if request.POST.get("name", attribute.name) != attribute.name:
        raise Problem("An attribute's name never changes. Archive it and create another.", field="name")
    if request.POST.get("kind", attribute.kind) != attribute.kind:
        raise Problem("This attribute's type cannot be changed here.", field="kind")


def _open(
    request: PageRequest, attribute: Attribute, form: AttributeForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    opened = Opened(Row(attribute), form, uses_of(attribute), problem)
    if request.htmx:
        return render(request, "attributes/_attribute_form.html", {"opened": opened}, status=status)
    return render(request, "attributes/people_data.html", _custom(request, opened=opened), status=status)


@page(Grant.MANAGE_DATA)
@require_POST
def archive_attribute(request: PageRequest, pk: int) -> HttpResponse:
    """Take it out of use, or say what still uses it (ATT-40, ATT-42)."""
    found = _attribute_or_404(request.workspace, pk)
    try:
        archived = defining.archive(found, by=hand_of(request), now=now())
    except Dependants as dependants:
        return _open(request, found, AttributeForm(found), problem=dependants.message, status=dependants.status)
    messages.success(request, f"Archived {archived.name}. Its values are kept, hidden.")
    return _changed(request)


@page(Grant.MANAGE_DATA)
@require_POST
def unarchive_attribute(request: PageRequest, pk: int) -> HttpResponse:
    """Bring it back with its values, unless the workspace is full (ATT-41, ATT-44)."""
    found = _attribute_or_404(request.workspace, pk)
    try:
        active = defining.unarchive(found, by=hand_of(request), now=now())
    except Refusal as refusal:
        return _refuse_unarchival(request, found, f"{found.name} {refusal.message}")
    messages.success(request, f"Unarchived {active.name}.")
    return _changed(request, active, archive_open=True)


def _refuse_unarchival(request: PageRequest, attribute: Attribute, problem: str) -> HttpResponse:
    refused = {"refused": attribute.pk, "problem": problem}
    if request.htmx:
        return render(request, "attributes/_archived.html", {"row": Row(attribute)} | refused, status=422)
    return render(request, "attributes/people_data.html", _custom(request, **refused), status=422)


# ---- the switch ------------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_POST
def messenger_creation(request: PageRequest) -> HttpResponse:
    """Whether pings may make attributes (MSG-08)."""
    forbidden = "forbidden" in request.POST
    switch_messenger_creation(request.workspace, not forbidden, by=hand_of(request), now=now())
    if forbidden:
        messages.success(request, "The Messenger no longer creates attributes.")
    else:
        messages.success(request, "The Messenger creates an attribute for every new key that it sends.")
    if not request.htmx:
        return redirect(_list(request))
    return render(request, "attributes/_messenger_switched.html")


# ---- the way back ----------------------------------------------------------------------------------------------------


def _changed(request: PageRequest, attribute: Attribute | None = None, *, archive_open: bool = False) -> HttpResponse:
    """After a change that moves rows and counts: the list, and what is written around it."""
    if not request.htmx:
        return redirect(_list_at(request, attribute) if attribute else _list(request))
    focus = attribute.pk if attribute else None
    context = _custom(request, saved=focus, focus=focus, archive_open=archive_open)
    return render(request, "attributes/_changed.html", context)


def _list(request: PageRequest) -> str:
    return reverse("attributes:people-data", args=[request.workspace.app_id])


def _list_at(request: PageRequest, attribute: Attribute) -> str:
    return f"{_list(request)}#attribute-{attribute.pk}"


def _attribute_or_404(workspace: Workspace, pk: int) -> Attribute:
    found = Attribute.objects.filter(workspace=workspace, about="person", pk=pk).select_related("created_by").first()
    if found is None:
        raise Missing("There is no such attribute.")
    found.workspace = workspace
    return found
