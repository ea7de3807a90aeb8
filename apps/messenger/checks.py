"""What `manage.py check`, and so every start, says of the Messenger's settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning


def check_places(**kwargs: Any) -> list[CheckMessage]:
    """Whether places can be looked up where somebody asked for it; pings go on without."""
    if not settings.GEOIP_PATH:
        return []
    from .locating import unreadable  # only now: whoever names no database need not load its reader

    why = unreadable(settings.GEOIP_PATH)
    hint = "Name the .mmdb file of a MaxMind database of cities, such as GeoLite2-City, or unset GEOIP_PATH."
    return [Warning(f"GEOIP_PATH: {why}; nobody's place is known.", hint=hint, id="messenger.W001")] if why else []
