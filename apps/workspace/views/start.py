"""Where one comes in: `/`, the choice of a workspace, the first run, and whether all is up."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from .. import clock, first_run, health
from ..forms import FirstRunForm
from ..hands import hand_of
from ..models import Seat
from ..pages import PageRequest, page
from ..permissions import Grant
from ..signing_in import sign_in


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """To the first run, to sign-in, to the only workspace, or a choice of several."""
    if first_run.is_due():
        return redirect("workspace:first-run")
    if not request.user.is_authenticated:
        return redirect("workspace:sign-in")
    seats = Seat.objects.filter(teammate=request.user).select_related("workspace").order_by("workspace__name")
    if len(seats) == 1:
        return redirect("people:list", seats[0].workspace.app_id)
    return render(request, "workspace/choose.html", {"seats": seats})


@page(Grant.VIEW_LISTS)
@require_safe
def workspace(request: PageRequest) -> HttpResponse:
    return redirect("people:list", request.workspace.app_id)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "code")
@never_cache
def first_workspace(request: HttpRequest) -> HttpResponse:
    """The first-run page. It opens with the setup code and is gone once there is a workspace."""
    if not first_run.is_due():
        return redirect("workspace:start")
    if request.method != "POST":
        form = FirstRunForm(initial={"code": request.GET.get("code", "")})
        return render(request, "workspace/first_run.html", {"form": form})
    form = FirstRunForm(request.POST)
    if not form.is_valid():
        return render(request, "workspace/first_run.html", {"form": form}, status=422)
    answers = {name: value for name, value in form.cleaned_data.items() if name != "code"}
    now = clock.now()
    _, founder = first_run.found_first(**answers, by=hand_of(request), now=now)
    sign_in(request, founder, now=now)
    messages.success(request, "Your workspace is ready.")
    return redirect("workspace:start")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while database, queue and worker are up, else 503. Says no more than up or down."""
    states = health.states()
    return JsonResponse(states, status=200 if set(states.values()) == {"up"} else 503)
