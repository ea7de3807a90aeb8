"""Access tokens of the REST API: issued once, shown once, revoked for good."""

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from .activities import Activity
from .auditing import record
from .hands import Hand
from .models import AccessToken, Teammate, Workspace, hashed
from .scopes import USUAL, Scope


@transaction.atomic
def issue(
    workspace: Workspace,
    teammate: Teammate,
    name: str,
    *,
    scopes: Collection[str] = USUAL,
    by: Hand,
    now: datetime,
) -> tuple[AccessToken, str]:
    """A new token and its secret, of which only the hash is kept. An operator's writes as a workflow (API-14)."""
    secret = secrets.token_urlsafe(40)
    token = AccessToken.objects.create(
        workspace=workspace,
        teammate=teammate,
        name=name,
        token_hash=hashed(secret),
        scopes=[scope.value for scope in Scope if scope in scopes],
        created_at=now,
    )
    record(
        Activity.TOKEN_CREATION,
        workspace=workspace,
        by=by,
        now=now,
        token=token.pk,
        name=name,
        scopes=token.scopes,
    )
    return token, secret


@transaction.atomic
def revoke(token: AccessToken, *, by: Hand, now: datetime) -> None:
    """From now on the token opens nothing. Revoking it again changes nothing."""
    if not AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        return
    token.revoked_at = now
    record(Activity.TOKEN_REVOCATION, workspace=token.workspace, by=by, now=now, token=token.pk, name=token.name)
