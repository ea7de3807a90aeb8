"""Settings → People data, Company data: attributes made, changed and archived in place (ATT-14…17, 39…44, MSG-06…09).

Every action is a plain form that leads back to the list. To htmx the same views answer with a part of the page.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Conflict, Dependants, Missing, Problem
from apps.workspace.switching import switch

from . import defining
from .catalogue import catalogue_of
from .forms import AttributeForm, NameField, NewAttributeForm
from .inventory import lately_counted
from .listing import Listing, Row, listing_of, row_of, speaks_of, standard_listing
from .models import Attribute
from .reports import Refusal
from .sources import Source
from .standard import STANDARD
from .subjects import SUBJECTS


@dataclass(frozen=True)
class Opened:
    """A row that became a form, and what else stands in it."""

    row: Row
    template: str
    form: Form | None = None
    problem: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@page(Grant.MANAGE_DATA)
@require_safe
@vary_on_headers("HX-Target")
def data(request: PageRequest, about: str) -> HttpResponse:
    """The list: custom attributes, or the standard ones."""
    context = _standard(request, about) if request.GET.get("tab") == "standard" else _custom(request, about)
    if request.htmx.target == "attributes":
        return render(
            request, f"attributes/_{'standard' if context['tab'] == 'standard' else 'attributes'}.html", context
        )
    return render(request, "attributes/data.html", context)


def _standard(request: PageRequest, about: str) -> dict[str, Any]:
    context = _counts(request, about)
    return context | {"definitions": standard_listing(about, context["query"]), "tab": "standard"}


def _custom(request: PageRequest, about: str, **more: Any) -> dict[str, Any]:
    context = _counts(request, about)
    if "counts" in request.GET:
        context["listing"] = _counted(request, context["listing"])
    return context | {"tab": "custom", "counted": "counts" in request.GET} | more


def _counts(request: PageRequest, about: str) -> dict[str, Any]:
    listing = listing_of(request.workspace, about, request.GET.get("q", "").strip(), now())
    return {
        "listing": listing,
        "subject": listing.subject,
        "query": listing.query,
        "standard_count": len(STANDARD[about]),
    }


def _counted(request: PageRequest, listing: Listing) -> Listing:
    held = lately_counted(request.workspace, catalogue_of(request.workspace, listing.subject.about))
    return replace(listing, active=[replace(row, holding=held.get(row.attribute.pk)) for row in listing.active])


@page(Grant.MANAGE_DATA)
@require_safe
def holdings(request: PageRequest, about: str) -> HttpResponse:
    """Fill rates, samples and last writes for the rows of the list, which come after it: counting may take a while."""
    if not request.htmx:
        return redirect(SUBJECTS[about].list_url(request.workspace) + "?counts=1")
    held = lately_counted(request.workspace, catalogue_of(request.workspace, about))
    only, query = request.GET.get("only"), request.GET.get("q", "")
    shown = [
        holding
        for pk, holding in held.items()
        if only in (None, str(pk)) and speaks_of(query, holding.definition.key, holding.definition.description)
    ]
    return render(request, "attributes/_holdings.html", {"holdings": shown})


# ---- create ----------------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def new_attribute(request: PageRequest, about: str) -> HttpResponse:
    """The form that makes an attribute, and the making (ATT-14)."""
    form = NewAttributeForm(about, request.POST or None, auto_id="new-%s")
    if request.method == "GET":
        return _ask_for_new(request, about, form)
    made = form.is_valid() and _make(request, about, form)
    if not made:
        return _ask_for_new(request, about, form, status=422)
    _say_made(request, made)
    return changed(request, made, lead_to=made)


def _make(request: PageRequest, about: str, form: NewAttributeForm) -> Attribute | None:
    data = form.cleaned_data
    try:
        return defining.define(
            request.workspace,
            about,
            data["name"],
            data["kind"],
            source=Source.MANUAL,
            by=hand_of(request),
            now=now(),
            description=data["description"],
            options=data["options"],
            protected=data.get("protected", False),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def _say_made(request: PageRequest, attribute: Attribute) -> None:
    typed = request.POST["name"].strip()
    rewritten = "" if typed == attribute.name else f" “{typed}” holds characters that no key may have."
    messages.success(request, f"Created {attribute.name}.{rewritten}")


def _ask_for_new(request: PageRequest, about: str, form: NewAttributeForm, status: int = 200) -> HttpResponse:
    if request.htmx:
        context = {"creating": form, "subject": SUBJECTS[about]}
        return render(request, "attributes/_new.html", context, status=status)
    return render(request, "attributes/data.html", _custom(request, about, creating=form), status=status)


@page(Grant.MANAGE_DATA)
@require_safe
def name_preview(request: PageRequest, about: str) -> HttpResponse:
    """The name that would be saved for what is typed, and whether it is free (ATT-30)."""
    context = {}
    try:
        context["name"] = NameField().clean(request.GET.get("name", ""))
        defining.check_free(request.workspace, about, context["name"])
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
    return show_row(request, attribute_or_404(request.workspace, pk))


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def edit_attribute(request: PageRequest, pk: int) -> HttpResponse:
    """The row as a form, and saving it (ATT-17)."""
    found = active_or_problem(request.workspace, pk)
    row = row_of(found, now())
    if request.method == "GET":
        return _open_edit(request, row)
    _check_fixed(request, found)
    form = AttributeForm(found, request.POST, is_changing=row.is_changing)
    if not form.is_valid():
        return open_row(request, Opened(row, "attributes/_attribute_form.html", form), status=422)
    saved = defining.edit(found, by=hand_of(request), now=now(), **form.cleaned_data)
    messages.success(request, f"Saved {saved.name}.")
    return show_row(request, saved, saved=saved.pk)


def _check_fixed(request: PageRequest, attribute: Attribute) -> None:
    """Raises Problem when a form, made by hand, brings another name or type (ATT-16)."""
    if request.POST.get("name", attribute.name) != attribute.name:
        raise Problem("An attribute's name never changes. Archive it and create another.", field="name")
    if request.POST.get("kind", attribute.kind) != attribute.kind:
        raise Problem("This attribute's type is not changed here but with Change type.", field="kind")


def _open_edit(request: PageRequest, row: Row, *, problem: str = "", status: int = 200) -> HttpResponse:
    form = AttributeForm(row.attribute, is_changing=row.is_changing)
    return open_row(request, Opened(row, "attributes/_attribute_form.html", form, problem), status)


@page(Grant.MANAGE_DATA)
@require_POST
def archive_attribute(request: PageRequest, pk: int) -> HttpResponse:
    """Take it out of use, or say what still uses it (ATT-40, ATT-42)."""
    found = attribute_or_404(request.workspace, pk)
    try:
        archived = defining.archive(found, by=hand_of(request), now=now())
    except (Dependants, Conflict) as problem:
        status = status_in_place(request, problem)
        return _open_edit(request, row_of(found, now()), problem=problem.message, status=status)
    messages.success(request, f"Archived {archived.name}. Its values are kept, hidden.")
    return changed(request, archived)


@page(Grant.MANAGE_DATA)
@require_POST
def unarchive_attribute(request: PageRequest, pk: int) -> HttpResponse:
    """Bring it back with its values, unless the workspace is full (ATT-41, ATT-44)."""
    found = attribute_or_404(request.workspace, pk)
    try:
        active = defining.unarchive(found, by=hand_of(request), now=now())
    except Refusal as refusal:
        return _refuse_unarchival(request, found, f"{found.name} {refusal.message}")
    messages.success(request, f"Unarchived {active.name}.")
    return changed(request, active, lead_to=active, archive_open=True)


def _refuse_unarchival(request: PageRequest, attribute: Attribute, problem: str) -> HttpResponse:
    refused = {"refused": attribute.pk, "problem": problem}
    if request.htmx:
        return render(request, "attributes/_archived.html", {"row": row_of(attribute, now())} | refused, status=422)
    return render(request, "attributes/data.html", _custom(request, attribute.about, **refused), status=422)


# ---- the switches ----------------------------------------------------------------------------------------------------


@page(Grant.MANAGE_DATA)
@require_POST
def messenger(request: PageRequest, about: str) -> HttpResponse:
    """Whether pings may make people's attributes (MSG-08), or bring companies and their values (MSG-09)."""
    forbidden = "forbidden" in request.POST
    setting, off, on = SWITCHES[about]
    switch(request.workspace, {setting: not forbidden}, by=hand_of(request), now=now())
    messages.success(request, off if forbidden else on)
    if not request.htmx:
        return redirect(SUBJECTS[about].list_url(request.workspace))
    return render(request, "attributes/_messenger_switched.html")


SWITCHES = {
    "person": (
        "messenger_creates_attributes",
        "The Messenger no longer creates attributes.",
        "The Messenger creates an attribute for every new key that it sends.",
    ),
    "company": (
        "messenger_updates_companies",
        "The Messenger no longer brings companies, nor their values, unless it is signed.",
        "The Messenger creates and updates companies.",
    ),
}


# ---- the way back ----------------------------------------------------------------------------------------------------


def show_row(request: PageRequest, attribute: Attribute, **more: Any) -> HttpResponse:
    """The row as it is now; without htmx, the list at that row."""
    if not request.htmx:
        return redirect(list_at(attribute))
    context = {"row": row_of(attribute, now()), "focus": attribute.pk, "alone": True}
    return render(request, "attributes/_saved.html", context | more)


def open_row(request: PageRequest, opened: Opened, status: int = 200) -> HttpResponse:
    """The row as a form; without htmx, in its place in the list."""
    if request.htmx:
        return render(request, opened.template, {"opened": opened}, status=status)
    context = _custom(request, opened.row.attribute.about, opened=opened)
    return render(request, "attributes/data.html", context, status=status)


def changed(
    request: PageRequest, attribute: Attribute, *, lead_to: Attribute | None = None, archive_open: bool = False
) -> HttpResponse:
    """After a change that moves rows and counts: the list, and what is written around it."""
    if not request.htmx:
        return redirect(list_at(lead_to) if lead_to else SUBJECTS[attribute.about].list_url(request.workspace))
    focus = lead_to.pk if lead_to else None
    context = _custom(request, attribute.about, saved=focus, focus=focus, archive_open=archive_open)
    return render(request, "attributes/_changed.html", context)


def status_in_place(request: PageRequest, problem: Problem) -> int:
    """A refusal that is said in the row: a form with an error is 422, and htmx swaps no other in."""
    return problem.status if isinstance(problem, Conflict) and not request.htmx else 422


def list_at(attribute: Attribute) -> str:
    return f"{SUBJECTS[attribute.about].list_url(attribute.workspace)}#attribute-{attribute.pk}"


def active_or_problem(workspace: Workspace, pk: int) -> Attribute:
    """An attribute in use. Raises Problem for an archived one."""
    found = attribute_or_404(workspace, pk)
    if found.archived_at:
        raise Problem(f"{found.name} is archived. Unarchive it to change it.")
    return found


def attribute_or_404(workspace: Workspace, pk: int) -> Attribute:
    found = Attribute.objects.filter(workspace=workspace, pk=pk).select_related("created_by").first()
    if found is None:
        raise Missing("There is no such attribute.")
    found.workspace = workspace
    return found
