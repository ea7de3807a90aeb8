"""Sign-in, sign-out, one-time links, and a teammate's own account."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .. import clock, signing_in
from ..forms import AccountForm, SignInForm
from ..models import Teammate
from ..problems import Missing
from ..signing_in import BY_LINK, TooManyAttempts


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """By email and password, then on to where the visitor wanted to go."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(_next(request, request.GET.get("next", "")))
        return _ask(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    now = clock.now()
    try:
        teammate = signing_in.check_password(
            request, form.cleaned_data["email"], form.cleaned_data["password"], now=now
        )
    except TooManyAttempts as refusal:
        return _wait(request, form, refusal)
    if teammate is None:
        form.add_error(None, "That email and password do not match.")
        return _ask(request, form, status=422)
    signing_in.sign_in(request, teammate, now=now)
    return redirect(_next(request, form.cleaned_data["next"]))


def _ask(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    return render(request, "workspace/sign_in.html", {"form": form}, status=status)


def _wait(request: HttpRequest, form: SignInForm, refusal: TooManyAttempts) -> HttpResponse:
    form.add_error(None, refusal.message)
    response = _ask(request, form, status=refusal.status)
    response["Retry-After"] = str(int(refusal.wait.total_seconds()))
    return response


def _next(request: HttpRequest, address: str) -> str:
    """An address of our own that was asked for, else the start page: nobody is sent elsewhere by a crafted link."""
    own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if own else resolve_url("workspace:start")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button: what opens links before a person does (a mail scanner) must not use it up."""
    now = clock.now()
    try:
        if request.method == "POST":
            signing_in.use_link(request, token, now=now)
            return redirect("workspace:start")
        link = signing_in.find_link(token, now=now)
    except Missing as refusal:
        return render(request, "workspace/sign_in_link.html", {"refusal": refusal.message}, status=refusal.status)
    return render(request, "workspace/sign_in_link.html", {"teammate": link.teammate})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    signing_in.sign_out(request, now=clock.now())
    return redirect("workspace:sign-in")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("current_password", "password")
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """A teammate's own name and password."""
    teammate = request.user
    assert isinstance(teammate, Teammate)  # noqa: S101 (for the type checker: login_required let them in)
    needs_current = teammate.has_usable_password() and not request.session.get(BY_LINK)
    if request.method != "POST":
        return _account(request, AccountForm(teammate, needs_current=needs_current))
    form = AccountForm(teammate, request.POST, needs_current=needs_current)
    now = clock.now()
    if form.is_valid() and _may_set(request, teammate, form, now):
        _save(request, teammate, form, now)
        messages.success(request, "Your account was saved.")
        return redirect("workspace:account")
    return _account(request, form, status=422)


def _account(request: HttpRequest, form: AccountForm, status: int = 200) -> HttpResponse:
    return render(request, "workspace/account.html", {"form": form}, status=status)


def _may_set(request: HttpRequest, teammate: Teammate, form: AccountForm, now: datetime) -> bool:
    """Whether the current password is right, where one is asked for: guesses count as at sign-in."""
    current = form.cleaned_data.get("current_password")
    if not (current and form.cleaned_data["password"]):
        return True
    try:
        if signing_in.check_password(request, teammate.email, current, now=now):
            return True
        form.add_error("current_password", "This is not your current password.")
    except TooManyAttempts as refusal:
        form.add_error("current_password", refusal.message)
    return False


def _save(request: HttpRequest, teammate: Teammate, form: AccountForm, now: datetime) -> None:
    teammate.name = form.cleaned_data["name"]
    teammate.save(update_fields=["name"])
    if form.cleaned_data["password"]:
        signing_in.set_password(request, teammate, form.cleaned_data["password"], now=now)
