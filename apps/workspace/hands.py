"""Who acts: a teammate in the browser, a named token, a person's own browser, or the platform itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest

from .callers import address_of

if TYPE_CHECKING:
    from .models import AccessToken, Teammate


@dataclass(frozen=True, slots=True)
class Hand:
    """The hand behind a write or an action: shown beside values (UPD-04) and in the activity log (AUD-01)."""

    name: str = ""
    teammate_id: int | None = None
    token_id: int | None = None
    ip: str | None = None


NOBODY = Hand()


def hand_of(request: HttpRequest) -> Hand:
    """The signed-in teammate's hand."""
    teammate = request.user
    ip = address_of(request) or None
    if not teammate.is_authenticated:
        return Hand(ip=ip)
    return Hand(name=str(teammate), teammate_id=teammate.pk, ip=ip)


def hand_of_token(token: "AccessToken", ip: str | None = None) -> Hand:
    """The hand of an access token: its writes carry its name (UPD-07)."""
    return Hand(name=token.name, teammate_id=token.teammate_id, token_id=token.pk, ip=ip)


def hand_of_teammate(teammate: "Teammate") -> Hand:
    """A teammate's hand outside a request: commands, jobs."""
    return Hand(name=str(teammate), teammate_id=teammate.pk)
