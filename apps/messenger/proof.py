"""Showing who one is: a signed token, or the older hash of an identifier (MSG-10, MSG-21)."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import orjson
from jwt import InvalidTokenError
from jwt.api_jws import PyJWS

from apps.attributes.sources import Source
from apps.attributes.writing import is_blank
from apps.workspace import rotating
from apps.workspace.models import Workspace
from apps.workspace.problems import Unproven

from .reading import Sent

ALGORITHM = "HS256"
ABOUT_THE_TOKEN = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
EARLY = timedelta(minutes=1)  # how far the clock of the server that signs may be ahead

_tokens = PyJWS(algorithms=[ALGORITHM])


def signed_claims(workspace: Workspace, sent: Sent, now: datetime) -> dict[str, Any]:
    """What a token signed of the person; nothing where there is no token.

    Raises Unproven for a bad token or hash, and for a claimed identity without proof where the workspace asks for one.
    """
    signed = _claims(workspace, sent.token, now) if sent.token is not None else {}
    identifiers = [signed.get("user_id"), *(sent.user_data.get(key) for key in ("user_id", "email"))]
    claimed = [raw for raw in identifiers if not is_blank(raw, Source.PING)]
    if signed and len({str(raw) for raw in identifiers[:2] if not is_blank(raw, Source.PING)}) > 1:
        raise Unproven("user_id is not the one that intercom_user_jwt signs.", field="user_id")
    if sent.user_hash is not None:
        _check_hash(workspace, sent.user_hash, claimed, now)
    elif claimed and not signed and workspace.require_signed_identity:
        raise Unproven("This workspace asks for proof of identity: send intercom_user_jwt or user_hash.")
    return signed


def _claims(workspace: Workspace, token: Any, now: datetime) -> dict[str, Any]:
    # each of the secrets that count is tried, whether or not one fits, so that the time it takes tells nothing
    payloads = [_payload(token, secret) for secret in rotating.standing(workspace, now)]
    _note_which(workspace, [payload is not None for payload in payloads], now)
    claims = next((payload for payload in payloads if payload is not None), None)
    if claims is None:
        raise Unproven("intercom_user_jwt is not a token signed with this workspace's secret.")
    if not isinstance(claims, dict) or is_blank(claims.get("user_id"), Source.PING):
        raise Unproven("intercom_user_jwt has no user_id.")
    _check_times(claims, now)
    return {key: value for key, value in claims.items() if key not in ABOUT_THE_TOKEN}


def _payload(token: Any, secret: str) -> Any:
    """What a token signed with the secret says; None for one that is not, or is none."""
    try:
        return orjson.loads(_tokens.decode_complete(token, secret.encode(), algorithms=[ALGORITHM])["payload"])
    except (InvalidTokenError, ValueError, TypeError, RecursionError):
        return None


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    if "exp" in claims and _number(claims["exp"]) <= now.timestamp():
        raise Unproven("intercom_user_jwt has expired.")
    latest = (now + EARLY).timestamp()
    if any(name in claims and _number(claims[name]) > latest for name in ("nbf", "iat")):
        raise Unproven("intercom_user_jwt is not valid yet: nbf and iat are seconds since 1970, and not to come.")


def _note_which(workspace: Workspace, fits: list[bool], now: datetime) -> None:
    """Whoever replaced a secret wants to know whether the former one is still used."""
    if fits[1:] == [True]:
        rotating.note_former_use(workspace, now)


def _number(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Unproven("intercom_user_jwt has a time that is not a number of seconds.")
    return raw


def _check_hash(workspace: Workspace, user_hash: Any, claimed: list[Any], now: datetime) -> None:
    """The HMAC of the user_id, else of the email, as they were sent. Compared in constant time."""
    said = str(user_hash).encode(errors="replace")
    who = _as_known(claimed[0]) if claimed else None
    right = [user_hash_of(secret, who) if who else "" for secret in rotating.standing(workspace, now)]
    fits = [hmac.compare_digest(said, one.encode()) for one in right]
    _note_which(workspace, fits, now)
    if not any(fits):
        raise Unproven("user_hash does not fit the user_id, or the email where there is no user_id.")


def _as_known(identifier: Any) -> str:
    """An identifier as its owner's server hashes it: a number, however JSON wrote it, by its digits."""
    whole = isinstance(identifier, float) and identifier.is_integer()
    return str(int(identifier) if whole else identifier)


def user_hash_of(secret: str, identifier: str) -> str:
    """The user_hash that proves an identifier."""
    return hmac.new(secret.encode(), identifier.encode(), hashlib.sha256).hexdigest()
