"""Settings → Duplicates: who may be one person, why, and what a teammate says to it (BEY-08).

Every action is a plain form that leads back to the page. To htmx the same views answer with the row.
"""

from typing import Any

from django.conf import settings as numbers
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.attributes.models import PUBLIC_ID
from apps.attributes.paging import Place, page_of
from apps.people.models import Person
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.leading_back import led_back
from apps.workspace.models import Workspace
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Missing

from . import judging, looking
from .alike import Reason
from .models import Pair, PairQuerySet
from .running import lately
from .showing import dismissed_count, said, shown, waiting_count

BY = {"waiting": "found_at", "dismissed": "dismissed_at"}


@page(Grant.EDIT_DATA)
@require_safe
def queue(request: PageRequest) -> HttpResponse:
    """Those nobody has judged, or with `?state=dismissed` those who were said to be two; a page at a time.

    `?reason=` asks for those alone whom that makes alike, `?who=` for those of one person.
    """
    state = request.GET.get("state", "")
    return render(request, "duplicates/queue.html", _context(request, state if state in BY else "waiting"))


def _context(request: PageRequest, state: str) -> dict[str, Any]:
    pairs, who = _pairs(request.workspace, state), _asked_about(request)
    reason = asked_reason(request.GET) if state == "waiting" else None
    if reason:
        pairs = pairs.alike_by(reason)
    if who:
        pairs = pairs.filter(Q(lower=who) | Q(higher=who))
    after, before = (Place.read(request.GET.get(side, "")) for side in ("after", "before"))
    seen = page_of(shown(pairs), BY[state], numbers.PAGE_SIZE, after=after, before=before)
    return {
        "state": state,
        "who": who,
        "reason": reason,
        "reasons": Reason,
        "asked": _address(state, who, reason),
        "seen": seen,
        "rows": said(request.workspace, seen.rows),
        "here": request.get_full_path(),
        "look": looking.latest(request.workspace),
        "lately": lately(request.workspace, now()),
        **_counts(request.workspace),
    }


def _asked_about(request: PageRequest) -> Person | None:
    """The one person whose pairs alone are asked for (`?who=`): from their profile."""
    public_id = request.GET.get("who", "")
    people = Person.objects.of(request.workspace).listed().heads()
    return people.filter(public_id=public_id).first() if PUBLIC_ID.fullmatch(public_id) else None


def asked_reason(asked: QueryDict) -> Reason | None:
    reason = asked.get("reason", "")
    return Reason(reason) if reason in Reason.values else None


def _address(state: str, who: Person | None, reason: Reason | None) -> str:
    """What is asked for, as the address of another page says it."""
    said = {"state": state, "who": who.public_id if who else "", "reason": reason or ""}
    return urlencode({name: value for name, value in said.items() if value})


def _pairs(workspace: Workspace, state: str) -> PairQuerySet:
    return Pair.objects.dismissed(workspace) if state == "dismissed" else Pair.objects.waiting(workspace)


def _counts(workspace: Workspace) -> dict[str, Any]:
    return {"waiting_count": waiting_count(workspace), "dismissed_count": dismissed_count(workspace)}


# ---- looking ---------------------------------------------------------------------------------------------------------


@page(Grant.EDIT_DATA)
@require_POST
def look(request: PageRequest) -> HttpResponse:
    """Look through everybody once more."""
    looking.begin(request.workspace, by=hand_of(request), now=now())
    return _home(request)


@page(Grant.EDIT_DATA)
@require_safe
def looking_on(request: PageRequest) -> HttpResponse:
    """How far the look is, for htmx; when it has ended, the page anew."""
    latest = looking.latest(request.workspace)
    if not request.htmx:
        return _home(request)
    answer = render(request, "duplicates/_look.html", {"look": latest})
    if latest is None or not latest.is_under_way:
        answer["HX-Refresh"] = "true"
    return answer


# ---- judging ---------------------------------------------------------------------------------------------------------


@page(Grant.EDIT_DATA)
@require_POST
@vary_on_headers("HX-Request")
def dismiss(request: PageRequest, pk: int) -> HttpResponse:
    """They are two: never asked about again."""
    pair = judging.dismiss(_find(request.workspace, pk), by=hand_of(request), now=now())
    return _judged(request, pair)


@page(Grant.EDIT_DATA)
@require_POST
@vary_on_headers("HX-Request")
def take_back(request: PageRequest, pk: int) -> HttpResponse:
    """They may be one after all."""
    pair = judging.take_back(_find(request.workspace, pk), by=hand_of(request), now=now())
    return _judged(request, pair)


def _judged(request: PageRequest, pair: Pair) -> HttpResponse:
    pair = _find(request.workspace, pair.pk)
    one, other = pair.both
    if not request.htmx:
        words = "are two; nobody is asked about them again." if pair.dismissed_at else "may be one person after all."
        messages.success(request, f"{one.label} and {other.label} {words}")
        return _home(request)
    row = said(request.workspace, [pair])[0]
    context = {"row": row, "judged": True, **_counts(request.workspace)}
    return render(request, "duplicates/_judged.html", context)


def _find(workspace: Workspace, pk: int) -> Pair:
    """Raises Missing for a pair of whom one was merged, hidden or deleted since."""
    pair = shown(Pair.objects.of(workspace)).filter(pk=pk).first()
    if pair is None:
        raise Missing("There is no such pair any more: one of the two was merged, hidden or deleted.")
    pair.workspace = workspace
    return pair


def _home(request: PageRequest) -> HttpResponse:
    home = reverse("duplicates:queue", args=[request.workspace.app_id])
    return redirect(led_back(request) or home)
