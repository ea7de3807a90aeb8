"""Who calls: a bearer token, of which only the hash is known here (API-01)."""

from datetime import datetime, timedelta

from django.db.models import Q

from apps.workspace.models import AccessToken, hashed
from apps.workspace.problems import Unproven

BETWEEN_NOTES = timedelta(minutes=1)  # a busy token does not write its own row at every call


def token_of(header: str | None, now: datetime) -> AccessToken:
    """The token in an `Authorization` header, with its workspace and teammate. Raises Unproven (API-01)."""
    scheme, _, secret = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unproven("Access Token Invalid")
    token = (
        AccessToken.objects.select_related("workspace", "teammate")
        .filter(token_hash=hashed(secret.strip()), revoked_at=None, teammate__is_active=True)
        .first()
    )
    if token is None:
        raise Unproven("Access Token Invalid")
    _note_use(token, now)
    return token


def _note_use(token: AccessToken, now: datetime) -> None:
    long_ago = now - BETWEEN_NOTES
    if token.last_used_at is None or token.last_used_at <= long_ago:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=long_ago)
        AccessToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
