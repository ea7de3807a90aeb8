"""Who has a page open just now: the latest heartbeat of each, in Redis alone (PRES-01…03).

No row is read or written, so presence never touches Last seen, sessions or Updated at (PRES-07). Where Redis does not
answer nobody is online, and everything else goes on.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from redis.exceptions import RedisError

from apps.workspace.models import Workspace
from apps.workspace.redis_line import ask, tell

AT_ONCE = 1_000  # keys of one command
ONLINE = timedelta(minutes=2)  # from the latest heartbeat until somebody counts as gone (PRES-02)

logger = logging.getLogger(__name__)


def heartbeat(workspace: Workspace, public_id: str, now: datetime) -> None:
    """This person has a page open."""
    try:
        tell("SET", _key(workspace, public_id), _milliseconds(now), "EX", round(ONLINE.total_seconds()))
    except RedisError:
        logger.warning("A heartbeat was not kept", exc_info=True)


def online(workspace: Workspace, public_ids: Iterable[str], now: datetime) -> set[str]:
    """Who of these is online: one question, whatever their number."""
    keys = {_key(workspace, public_id): public_id for public_id in public_ids}
    if not keys:
        return set()
    try:
        latest = ask("MGET", *keys)
    except RedisError:
        logger.warning("Nobody is shown as online", exc_info=True)
        return set()
    oldest = _milliseconds(now - ONLINE)
    return {public_id for public_id, at in zip(keys.values(), latest, strict=True) if at and int(at) > oldest}


def forget(workspace: Workspace, public_ids: Sequence[str]) -> set[str]:
    """Let nothing be known of these: who of them was. Raises redis.RedisError: who asks must know that it is done."""
    forgotten: set[str] = set()
    for begin in range(0, len(public_ids), AT_ONCE):
        some = public_ids[begin : begin + AT_ONCE]
        keys = [_key(workspace, public_id) for public_id in some]
        forgotten |= {public_id for public_id, at in zip(some, ask("MGET", *keys), strict=True) if at}
        ask("DEL", *keys)
    return forgotten


def _key(workspace: Workspace, public_id: str) -> str:
    return f"online:{workspace.pk}:{public_id}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
