"""Settings → API tokens: create, list, revoke."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .. import clock, shown_once
from .. import tokens as issuing
from ..forms import TokenForm
from ..hands import hand_of
from ..hosts import origin
from ..models import AccessToken
from ..pages import PageRequest, page
from ..permissions import Grant
from ..scopes import LETS, Scope


@page(Grant.MANAGE_SECURITY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tokens(request: PageRequest) -> HttpResponse:
    """The list, and adding to it. A new token is shown by the page that the answer leads to, once."""
    if request.method != "POST":
        return _show(request, TokenForm(), **shown_once.taken(request))
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    token, secret = issuing.issue(
        request.workspace,
        request.user,
        form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        by=hand_of(request),
        now=clock.now(),
    )
    shown_once.keep(request, new_token=str(token), secret=secret)
    return redirect("workspace:tokens", request.workspace.app_id)


@page(Grant.MANAGE_SECURITY)
@require_POST
def revoke(request: PageRequest, token_pk: int) -> HttpResponse:
    token = get_object_or_404(AccessToken, workspace=request.workspace, pk=token_pk)
    issuing.revoke(token, by=hand_of(request), now=clock.now())
    messages.success(request, f"{token} is revoked. Whatever still sends it is answered with 401.")
    return redirect("workspace:tokens", request.workspace.app_id)


def _show(request: PageRequest, form: TokenForm, status: int = 200, **more: Any) -> HttpResponse:
    every = request.workspace.tokens.select_related("teammate").order_by("-pk")
    context = {
        "form": form,
        "scopes": _choices(form),
        "tokens": [token for token in every if not token.revoked_at],
        "revoked": [token for token in every if token.revoked_at],
        "api_address": origin(request.workspace, "api", request),
    }
    return render(request, "workspace/tokens.html", context | more, status=status)


def _choices(form: TokenForm) -> list[dict[str, Any]]:
    """Each scope with what it lets a token do. None is ticked beforehand: whoever makes a token chooses."""
    ticked = form["scopes"].value() if form.is_bound else []
    return [
        {"value": scope.value, "label": scope.label, "lets": LETS[scope], "is_ticked": scope.value in ticked}
        for scope in Scope
    ]
