"""Looking for words everywhere the product keeps anything: every table, every file, every key of Redis."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

TABLES = """
    SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
    ORDER BY table_name
"""


def found(words: Iterable[str]) -> list[str]:
    """Where any of some words stands, in whatever case: `["people_person: ann@x.io"]`. Empty: nowhere."""
    looked_for = [word.lower() for word in words]
    texts = (*_in_tables(), *_in_files(), *_in_redis())
    return sorted({f"{place}: {word}" for place, text in texts for word in looked_for if word in text.lower()})


def _in_tables() -> Iterator[tuple[str, str]]:
    """Every row of every table, all its columns as one text."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row::text FROM "{table}" AS row')
            yield from ((table, row) for (row,) in cursor.fetchall())


def _in_files() -> Iterator[tuple[str, str]]:
    files = Path(settings.MEDIA_ROOT)
    for path in sorted(files.rglob("*")) if files.exists() else ():
        if path.is_file():
            yield str(path.relative_to(files)), path.name + path.read_bytes().decode("utf-8", "replace")


def _in_redis() -> Iterator[tuple[str, str]]:
    server = redis.Redis.from_url(str(settings.REDIS_URL))
    for key in server.scan_iter():
        yield "redis", repr(key) + repr(server.dump(key))
