"""Who has a page open just now: the latest heartbeat of each, in Redis alone (PRES-01…03).

No row is read or written, so presence never touches Last seen, sessions or Updated at (PRES-07). Where Redis does not
answer nobody is online, and everything else goes on.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.cache import cache
from redis.exceptions import RedisError

from apps.workspace.models import Workspace

ONLINE = timedelta(minutes=2)  # from the latest heartbeat until somebody counts as gone (PRES-02)

logger = logging.getLogger(__name__)


def heartbeat(workspace: Workspace, pk: int, now: datetime) -> None:
    """This person has a page open."""
    try:
        cache.set(_key(workspace, pk), _milliseconds(now), timeout=ONLINE.total_seconds())
    except RedisError:
        logger.warning("A heartbeat was not kept", exc_info=True)


def online(workspace: Workspace, pks: Iterable[int], now: datetime) -> set[int]:
    """Who of these is online: one question, whatever their number."""
    keys = {_key(workspace, pk): pk for pk in pks}
    if not keys:
        return set()
    try:
        latest = cache.get_many(keys)
    except RedisError:
        logger.warning("Nobody is shown as online", exc_info=True)
        return set()
    oldest = _milliseconds(now - ONLINE)
    return {keys[key] for key, at in latest.items() if at > oldest}


def _key(workspace: Workspace, pk: int) -> str:
    return f"online:{workspace.pk}:{pk}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
