"""Where an address is, by the MaxMind database that `GEOIP_PATH` names (ATT-51, ATT-52). Never a reason to fail.

The file is opened once in a process, and again once another one stands in its place, as `geoipupdate` puts it there.
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from django.conf import settings
from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from geoip2.models import City, Country
from maxminddb import InvalidDatabaseError

logger = logging.getLogger(__name__)

Place = dict[str, str]  # by column of a person; what is not known is left out
Version = tuple[str, int, int, int]
Finder = Callable[[str], Place]


class Unreadable(Exception):
    """A file is no database of places: the message says why."""


@dataclass(frozen=True, slots=True)
class Atlas:
    """A database file as it stood when it was opened; it answers nothing where it could not be."""

    version: Version
    find: Finder | None


_atlas: Atlas | None = None
_opening = Lock()


def locate(address: str) -> Place:
    """What the database knows of an address; nothing where there is no database, or none that knows it."""
    atlas = _current()
    if atlas is None or atlas.find is None or not address:
        return {}
    try:
        return atlas.find(address)
    except (AddressNotFoundError, ValueError):  # ValueError: an IPv6 address, and a database without any
        return {}
    except Exception as error:  # a file may hold anything; what the error says would put the address into the log
        logger.warning("GEOIP_PATH: a place was not found out: %s", type(error).__name__)
        return {}


def _current() -> Atlas | None:
    """The database that stands there now."""
    global _atlas
    if not settings.GEOIP_PATH:
        return None
    version = _version(settings.GEOIP_PATH)
    if _atlas is None or _atlas.version != version:
        with _opening:
            if _atlas is None or _atlas.version != version:
                _atlas = Atlas(version, _opened(settings.GEOIP_PATH))
    return _atlas


def _version(path: str) -> Version:
    try:
        found = os.stat(path)
    except OSError:
        return path, 0, 0, 0
    return path, found.st_ino, found.st_mtime_ns, found.st_size


def unreadable(path: str) -> str:
    """Why no place can be looked up in a file; empty where it can."""
    try:
        _finder(path)
    except Unreadable as problem:
        return str(problem)
    return ""


def _opened(path: str) -> Finder | None:
    """How to look a place up. The reader before is not closed: somebody may be asking it. It goes when nobody is."""
    try:
        return _finder(path)
    except Unreadable as problem:
        logger.warning("GEOIP_PATH: %s; nobody's place is known", problem)
        return None


def _finder(path: str) -> Finder:
    try:
        reader = Reader(Path(path))
    except (InvalidDatabaseError, OSError, ValueError) as error:
        raise Unreadable(f"{path} cannot be read ({error})") from None
    kind = reader.metadata().database_type
    if "City" in kind:
        return lambda address: _of_city(reader.city(address))
    if "Enterprise" in kind:
        return lambda address: _of_city(reader.enterprise(address))
    if "Country" in kind:
        return lambda address: _of_country(reader.country(address))
    raise Unreadable(f"{path} is a database of type {kind}, not one of cities or countries")


# ---- what is kept of it ----------------------------------------------------------------------------------------------


def _of_city(found: City) -> Place:
    first = found.subdivisions[0] if found.subdivisions else None  # the state, not the county in it (ATT-52)
    return _of_country(found) | _known(
        city=found.city.name,
        region=first.name if first else None,
        postal_code=found.postal.code,
        timezone=found.location.time_zone,
    )


def _of_country(found: City | Country) -> Place:
    country = found.country
    return _known(country=country.name, country_code=country.iso_code, continent_code=found.continent.code)


def _known(**names: str | None) -> Place:
    return {column: name for column, name in names.items() if name}
