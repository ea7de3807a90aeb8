"""Settings → Teammates: who has a seat, and with which role (PERM-02…04)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import clock, seating, shown_once, signing_in
from ..forms import RoleForm, SeatForm
from ..hands import hand_of
from ..hosts import origin
from ..models import Seat
from ..pages import PageRequest, page
from ..permissions import GRANTS, Grant, Role
from ..problems import Conflict, Forbidden

ADMINS = page(Grant.MANAGE_TEAMMATES)


@ADMINS
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def teammates(request: PageRequest) -> HttpResponse:
    """The list, and adding to it. A new teammate's sign-in link is shown by the page that follows, once."""
    if request.method != "POST":
        return _show(request, SeatForm(), **shown_once.taken(request))
    form = SeatForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    email, role, now = form.cleaned_data["email"], form.cleaned_data["role"], clock.now()
    try:
        seat = seating.give_seat(request.workspace, email, role, by=hand_of(request), now=now)
    except Conflict as conflict:
        form.add_error("email", conflict.message)
        return _show(request, form, status=422)
    messages.success(request, f"{seat.teammate} was added as {seat.get_role_display()}.")
    if not seat.teammate.has_usable_password() and _may_hold_link(request, seat):
        _keep_link(request, seat)
    return redirect("workspace:teammates", request.workspace.app_id)


@ADMINS
@require_POST
def change_role(request: PageRequest, seat_pk: int) -> HttpResponse:
    seat = _seat(request, seat_pk)
    form = RoleForm(request.POST)
    role = form.data.get("role", "")
    if not form.is_valid():
        return _show(request, SeatForm(), status=422, problem=f"{role!r} is not a role.")
    seating.change_role(seat, form.cleaned_data["role"], by=hand_of(request), now=clock.now())
    sentence = f"{seat.teammate} is now {seat.get_role_display()}."
    if request.htmx:
        return render(request, "workspace/_seat.html", _item(request, seat) | {"is_saved": True})
    messages.success(request, sentence)
    return redirect("workspace:teammates", request.workspace.app_id)


@ADMINS
@require_POST
def remove(request: PageRequest, seat_pk: int) -> HttpResponse:
    seat = _seat(request, seat_pk)
    seating.take_seat(seat, by=hand_of(request), now=clock.now())
    messages.success(request, f"{seat.teammate} was removed. Their access tokens of this workspace are revoked.")
    return redirect("workspace:teammates", request.workspace.app_id)


@ADMINS
@require_POST
@never_cache
def make_link(request: PageRequest, seat_pk: int) -> HttpResponse:
    """A one-time sign-in link for a teammate, shown once: the way back in without a password."""
    seat = _seat(request, seat_pk)
    if not _may_hold_link(request, seat):
        raise Forbidden(
            f"{seat.teammate} may enter more than you may, so their link is not yours to make. "
            "Whoever runs the server makes one: python3 manage.py sign_in_link"
        )
    _keep_link(request, seat)
    return redirect("workspace:teammates", request.workspace.app_id)


def _seat(request: PageRequest, pk: int) -> Seat:
    seats = Seat.objects.select_related("teammate", "workspace")
    return get_object_or_404(seats, workspace=request.workspace, pk=pk)


def _may_hold_link(request: PageRequest, seat: Seat) -> bool:
    return seating.may_make_link(request.user, seat.teammate, request.workspace)


def _keep_link(request: PageRequest, seat: Seat) -> None:
    start = origin(request.workspace, "app", request)
    link = signing_in.make_link(seat.teammate, start, by=hand_of(request), now=clock.now())
    shown_once.keep(request, link=link, linked=seat.teammate.email)


def _item(request: PageRequest, seat: Seat) -> dict[str, Any]:
    return {"seat": seat, "roles": Role.choices, "is_self": seat.teammate_id == request.user.pk}


def _show(request: PageRequest, form: SeatForm, status: int = 200, **more: Any) -> HttpResponse:
    seats = request.workspace.seats.select_related("teammate").order_by("teammate__name", "teammate__email")
    context = {
        "form": form,
        "items": [_item(request, seat) for seat in seats],
        "roles": Role.choices,
        "matrix": [(grant.value, [(role.label, grant in GRANTS[role]) for role in Role]) for grant in Grant],
    }
    return render(request, "workspace/teammates.html", context | more, status=status)
