"""Who has a page open just now: the latest heartbeat of each, in Redis alone (PRES-01…03).

No row is read or written, so presence never touches Last seen, sessions or Updated at (PRES-07). Where Redis does not
answer nobody is online, and everything else goes on.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from redis.exceptions import RedisError

from apps.workspace.models import Workspace
from apps.workspace.redis_line import ask, tell

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


def _key(workspace: Workspace, public_id: str) -> str:
    return f"online:{workspace.pk}:{public_id}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
