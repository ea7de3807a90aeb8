"""The secret that customers sign identities with: shown once, and replaced without a gap (MSG-10, MSG-21).

The one that is replaced goes on counting while the overlap lasts, so that a customer's servers and the tokens already
handed out have time. There are never more than two.

Secrets are kept as they are. Proofs are checked with them, so a hash would not do; sealed with SECRET_KEY they would be
lost with it, and whoever can read this table can read the people it guards as well.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import TextChoices
from redis.exceptions import RedisError

from .activities import Activity
from .auditing import record
from .hands import Hand
from .models import Workspace, new_secret
from .problems import Conflict

logger = logging.getLogger(__name__)


class Overlap(TextChoices):
    """For how long the former secret goes on counting."""

    DAY = "24h", "24 hours"
    WEEK = "7d", "7 days"
    NONE = "0", "Not at all: it ends at once"

    @property
    def span(self) -> timedelta:
        return SPANS[self]


SPANS = {Overlap.DAY: timedelta(hours=24), Overlap.WEEK: timedelta(days=7), Overlap.NONE: timedelta(0)}


@dataclass(frozen=True, slots=True)
class Former:
    """The secret before the present one, while it still counts."""

    since: datetime
    ends_at: datetime
    used_at: datetime | None  # when somebody was last proved with it, as far as that was noticed


# ---- what is done with them ------------------------------------------------------------------------------------------


@transaction.atomic
def reveal(workspace: Workspace, *, by: Hand, now: datetime) -> str:
    """The secret, this once. Raises Conflict for one that was shown before."""
    held = _locked(workspace)
    if held.messenger_secret_shown_at:
        raise Conflict("This secret was shown before, and is shown once. Make a new one where it is lost.")
    held.messenger_secret_shown_at = now
    _save(held, workspace, by=by, now=now, changes={"identity_secret": "shown"})
    return held.messenger_secret


@transaction.atomic
def rotate(workspace: Workspace, overlap: Overlap, *, by: Hand, now: datetime) -> str:
    """Put a new secret in the old one's place, and return it: it is shown now or never.

    A former one that still counts ends with this.
    """
    held = _locked(workspace)
    if overlap.span:
        _set_former(held, held.messenger_secret, since_of(held), now + overlap.span)
    else:
        _forget(held)
    held.messenger_secret = new_secret()
    held.messenger_secret_since = held.messenger_secret_shown_at = now
    changes = {"identity_secret": "replaced", "former_secret_counts_for": overlap.value}
    _save(held, workspace, by=by, now=now, changes=changes)
    return held.messenger_secret


@transaction.atomic
def end_former(workspace: Workspace, *, by: Hand, now: datetime) -> None:
    """Let the former secret count no more. Where none does, nothing happens."""
    held = _locked(workspace)
    if former_of(held, now):
        _forget(held)
        _save(held, workspace, by=by, now=now, changes={"former_identity_secret": "ended"})


def _locked(workspace: Workspace) -> Workspace:
    return Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def _forget(held: Workspace) -> None:
    _set_former(held, "", None, None)


def _set_former(held: Workspace, secret: str, since: datetime | None, ends_at: datetime | None) -> None:
    held.former_secret, held.former_secret_since, held.former_secret_ends_at = secret, since, ends_at


SECRETS = (
    *("messenger_secret", "messenger_secret_since", "messenger_secret_shown_at"),
    *("former_secret", "former_secret_since", "former_secret_ends_at"),
)


def _save(held: Workspace, workspace: Workspace, *, by: Hand, now: datetime, changes: dict[str, str]) -> None:
    held.save(update_fields=SECRETS)
    for name in SECRETS:
        setattr(workspace, name, getattr(held, name))
    record(Activity.SECURITY_CHANGE, workspace=workspace, by=by, now=now, changes=changes)


# ---- what stands -----------------------------------------------------------------------------------------------------


def since_of(workspace: Workspace) -> datetime:
    """Since when the present secret is in use."""
    return workspace.messenger_secret_since or workspace.created_at


def standing(workspace: Workspace, now: datetime) -> list[str]:
    """The secrets that count: the present one, and the former one while its time lasts."""
    ends_at = workspace.former_secret_ends_at
    former = [workspace.former_secret] if workspace.former_secret and ends_at and ends_at > now else []
    return [workspace.messenger_secret, *former]


def former_of(workspace: Workspace, now: datetime) -> Former | None:
    """What is known of the former secret, while it counts."""
    since, ends_at = workspace.former_secret_since, workspace.former_secret_ends_at
    if len(standing(workspace, now)) == 1 or since is None or ends_at is None:
        return None
    return Former(since, ends_at, _used_at(workspace))


def note_former_use(workspace: Workspace, now: datetime) -> None:
    """Somebody was proved with the former secret: whoever replaced it wants to know who is late."""
    ends_at = workspace.former_secret_ends_at or now
    try:
        cache.set(_key(workspace), now, timeout=max(1, int((ends_at - now).total_seconds())))
    except RedisError:
        logger.warning("The use of a former secret was not noted", exc_info=True)


def _used_at(workspace: Workspace) -> datetime | None:
    try:
        used_at: datetime | None = cache.get(_key(workspace))
    except RedisError:
        logger.warning("Whether a former secret is used is not known", exc_info=True)
        return None
    return used_at


def _key(workspace: Workspace) -> str:
    ends_at = workspace.former_secret_ends_at
    return f"former-secret:{workspace.pk}:{int(ends_at.timestamp()) if ends_at else 0}"
