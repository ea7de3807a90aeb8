"""Who calls: a bearer token, of which only the hash is known here (API-01)."""

from datetime import datetime, timedelta

from django.db.models import Q

from apps.workspace.fetching import fetch_first
from apps.workspace.models import AccessToken, hashed
from apps.workspace.problems import Unproven

STANDING = "it.token_hash = %s AND it.revoked_at IS NULL AND teammate.is_active"
BETWEEN_NOTES = timedelta(minutes=1)  # a busy token does not write its own row at every call


def token_of(header: str | None, now: datetime) -> AccessToken:
    """The token in an `Authorization` header, with its workspace and teammate. Raises Unproven (API-01)."""
    scheme, _, secret = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unproven("Access Token Invalid")
    given = [hashed(secret.strip())]
    token = fetch_first(AccessToken, STANDING, given, beside=("workspace", "teammate"))
    if token is None:
        raise Unproven("Access Token Invalid")
    _note_use(token, now)
    return token


def _note_use(token: AccessToken, now: datetime) -> None:
    long_ago = now - BETWEEN_NOTES
    if token.last_used_at is None or token.last_used_at <= long_ago:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=long_ago)
        AccessToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
