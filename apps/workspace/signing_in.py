"""Signing in: by password, by a one-time link, and never by trying often enough."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.core.cache import cache
from django.http import HttpRequest

from .activities import Activity
from .auditing import record
from .callers import address_of
from .hands import Hand, hand_of
from .models import SignInLink, Teammate, Workspace, hashed
from .problems import Missing, Problem

LINK_LASTS = timedelta(hours=24)
ATTEMPTS_LAST = timedelta(minutes=15)
MOST_PER_EMAIL = 5
MOST_PER_ADDRESS = 30
BY_LINK = "signed_in_by_link"  # in the session: who came by a link may set a password without knowing the old one
BACKEND = "django.contrib.auth.backends.ModelBackend"


class TooManyAttempts(Problem):
    """Passwords were tried too often; `wait` is how long the window still lasts."""

    status = 429
    code = "rate_limit_exceeded"

    def __init__(self, wait: timedelta) -> None:
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"Too many failed attempts. Try again in {minutes} {unit}, or use a one-time sign-in link.")
        self.wait = wait


# ---- by password -----------------------------------------------------------------------------------------------------


def check_password(request: HttpRequest, email: str, password: str, *, now: datetime) -> Teammate | None:
    """The teammate whose password this is; None for a wrong one. Raises TooManyAttempts before looking.

    An attempt is counted before it is judged, so that many at once do not slip past the count.
    """
    email = email.strip().lower()
    of_email = Attempts(f"email {email}", MOST_PER_EMAIL)
    of_address = Attempts(f"address {address_of(request)}", MOST_PER_ADDRESS)
    spent = [attempts for attempts in (of_email, of_address) if attempts.count(now)]
    if spent:
        if any(attempts.just_spent for attempts in spent):
            _record_failure(email, request, now, reason="too many attempts")
        raise TooManyAttempts(max(attempts.wait(now) for attempts in spent))
    teammate = authenticate(request, username=email, password=password)
    if not isinstance(teammate, Teammate):
        _record_failure(email, request, now, reason="wrong email or password")
        return None
    of_email.forget()
    of_address.give_back()
    return teammate


def sign_in(request: HttpRequest, teammate: Teammate, *, now: datetime, by_link: bool = False) -> None:
    """Begin a session under a new key."""
    login(request, teammate, backend=BACKEND)
    if by_link:
        request.session[BY_LINK] = True
    method = "one-time link" if by_link else "password"
    _record(Activity.SIGN_IN, teammate, hand_of(request), now, method=method)


def sign_out(request: HttpRequest, *, now: datetime) -> None:
    """End the session, if there is one."""
    teammate = request.user
    if isinstance(teammate, Teammate):
        _record(Activity.SIGN_OUT, teammate, hand_of(request), now)
    logout(request)


def set_password(request: HttpRequest, teammate: Teammate, password: str, *, now: datetime) -> None:
    """Set a new password. It ends the teammate's other sessions, and this one is no longer excused by a link."""
    teammate.set_password(password)
    teammate.save(update_fields=["password"])
    update_session_auth_hash(request, teammate)
    request.session.pop(BY_LINK, None)
    _record(Activity.PASSWORD_CHANGE, teammate, hand_of(request), now, teammate=teammate.pk)


class Attempts:
    """How often something was tried within a window that begins at the first try, kept in the cache."""

    def __init__(self, about: str, most: int) -> None:
        self.key = f"sign-in:{hashlib.sha256(about.encode()).hexdigest()}"
        self.most = most
        self.so_far = 0

    @property
    def just_spent(self) -> bool:
        return self.so_far == self.most + 1

    def count(self, now: datetime) -> bool:
        """Count one more; True once that is too many."""
        seconds = int(ATTEMPTS_LAST.total_seconds())
        cache.add(f"{self.key}:since", now, seconds)
        if cache.add(self.key, 1, seconds):
            self.so_far = 1
        else:
            self.so_far = _incremented(self.key, seconds)
        return self.so_far > self.most

    def give_back(self) -> None:
        """This one was no failure, which does not excuse those before it."""
        _incremented(self.key, int(ATTEMPTS_LAST.total_seconds()), by=-1)

    def forget(self) -> None:
        cache.delete_many([self.key, f"{self.key}:since"])

    def wait(self, now: datetime) -> timedelta:
        since = cache.get(f"{self.key}:since", now)
        return max(since + ATTEMPTS_LAST - now, timedelta(seconds=1))


def _incremented(key: str, seconds: int, by: int = 1) -> int:
    try:
        return cache.incr(key, by)
    except ValueError:  # it ran out between two calls
        cache.add(key, max(by, 0), seconds)
        return max(by, 0)


# ---- by a one-time link ----------------------------------------------------------------------------------------------


def make_link(teammate: Teammate, base_address: str, *, by: Hand, now: datetime) -> str:
    """A link that signs the teammate in once within a day. It is shown now or never: only its hash is kept."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(teammate=teammate, token_hash=hashed(token), expires_at=now + LINK_LASTS)
    _record(Activity.SIGN_IN_LINK, teammate, by, now, teammate=teammate.pk)
    return f"{base_address}/sign-in/link/{token}"


def find_link(token: str, *, now: datetime) -> SignInLink:
    """The link, while it is good. Raises Missing with what to do once it is not."""
    link = SignInLink.objects.filter(token_hash=hashed(token)).select_related("teammate").first()
    if link is None or not link.teammate.is_active:
        raise Missing("This sign-in link is not known. Ask a Super admin for a new one.")
    if link.used_at:
        raise Missing("This sign-in link was used already; it works once. Ask a Super admin for a new one.")
    if link.expires_at <= now:
        raise Missing("This sign-in link is older than a day. Ask a Super admin for a new one.")
    return link


def use_link(request: HttpRequest, token: str, *, now: datetime) -> Teammate:
    """Sign in by the link and use it up. Raises Missing where it is no longer good."""
    link = find_link(token, now=now)
    # of two who come at once, one finds it unused
    if not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        find_link(token, now=now)
    sign_in(request, link.teammate, now=now, by_link=True)
    return link.teammate


# ---- the activity log ------------------------------------------------------------------------------------------------


def _record_failure(email: str, request: HttpRequest, now: datetime, *, reason: str) -> None:
    teammate = Teammate.objects.filter(email=email).first()
    by = Hand(teammate_id=teammate.pk if teammate else None, ip=hand_of(request).ip)
    _record(Activity.SIGN_IN_FAILED, teammate, by, now, reason=reason)


def _record(activity: Activity, teammate: Teammate | None, by: Hand, now: datetime, /, **metadata: Any) -> None:
    """A teammate signs in to all of their workspaces at once: each one's log says so (AUD-01)."""
    workspaces: list[Workspace | None] = []
    if teammate:
        workspaces += Workspace.objects.filter(seats__teammate=teammate)
    for workspace in workspaces or [None]:
        record(activity, workspace=workspace, by=by, now=now, **metadata)
