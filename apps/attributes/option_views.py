"""Settings → People data → an option of a list gets another name, and so do the values that hold it."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Problem

from . import options
from .forms import RenameForm
from .listing import row_of
from .reports import Refusal
from .views import Opened, active_or_problem, attribute_or_404, open_row, show_row, status_in_place


@page(Grant.MANAGE_DATA)
@require_http_methods(["GET", "POST"])
def rename_option(request: PageRequest, pk: int) -> HttpResponse:
    """The form, with how many records hold each option and each stray value; and the renaming."""
    row = row_of(active_or_problem(request.workspace, pk), now())
    if row.attribute.kind != "list":
        raise Problem(f"{row.attribute.name} has no options.")
    form = RenameForm(row.attribute, options.choices(row.attribute), request.POST or None)
    if request.method == "GET":
        return open_row(request, Opened(row, "attributes/_options.html", form))
    status = 422
    if form.is_valid():
        try:
            return _rename(request, pk, form)
        except Refusal as refusal:
            form.add_error("new", f"A list {refusal.message}.")
        except Problem as problem:
            form.add_error("new" if problem.field else None, problem.message)
            status = status_in_place(request, problem)
    return open_row(request, Opened(row, "attributes/_options.html", form), status)


def _rename(request: PageRequest, pk: int, form: RenameForm) -> HttpResponse:
    old, new, values = (form.cleaned_data[name] for name in ("old", "new", "values"))
    attribute = attribute_or_404(request.workspace, pk)
    options.rename(attribute, old, new, by=hand_of(request), now=now(), values=values)
    messages.success(request, f"Renamed “{old}” to “{new}”.")
    return show_row(request, attribute_or_404(request.workspace, pk))
