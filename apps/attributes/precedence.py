"""Who may overwrite whom (QUAL-08…17, 20, UPD-02, UPD-03).

Every held value remembers the source that wrote it. An incoming source leaves alone the values held by the sources
it yields to, and replaces all the others. An empty value is held by nobody, so anyone may fill it; only a teammate who
blanks a value by hand goes on holding the blank (QUAL-17).

The platform's own hand stands in no row: it writes computed attributes alone and never holds a value against anyone.
"""

from collections.abc import Mapping
from typing import Any

from .sources import Source

# among a record's holders: a teammate holds the blank itself, not a value that is gone for another reason
BLANKED = "blanked"

NOBODY: frozenset[Source] = frozenset()
EVERYBODY = frozenset(Source)

YIELDS_TO: dict[str, dict[Source, frozenset[Source]]] = {
    "person": {
        Source.MANUAL: NOBODY,
        Source.REST: NOBODY,
        Source.CSV: NOBODY,
        Source.PING: frozenset({Source.MANUAL}),
        Source.SIGNED_PING: frozenset({Source.MANUAL}),
        Source.OPERATOR: EVERYBODY,
        Source.AUTO: NOBODY,
    },
    "company": {  # no CSV row: a file cannot touch a company (IMP-04)
        Source.MANUAL: NOBODY,
        Source.REST: NOBODY,
        Source.PING: NOBODY,
        Source.SIGNED_PING: NOBODY,
        Source.OPERATOR: EVERYBODY,
        Source.AUTO: NOBODY,
    },
}


def may_write(about: str, incoming: Source, holder: Source | None) -> bool:
    """Whether a value held by `holder` (None: empty) gives way to `incoming`.

    Raises KeyError for a source that cannot reach that kind of record at all.
    """
    return holder not in yields_to(about, incoming)


def yields_to(about: str, incoming: Source) -> frozenset[Source]:
    """Whose values an incoming source leaves alone. Raises KeyError as `may_write` does."""
    return YIELDS_TO[about][incoming]


def holder_of(holders: Mapping[str, str], key: str, value: Any) -> Source | None:
    """Whose value stands there: a ping's where nobody is named, nobody's where nothing stands.

    A value that its type's change cleared is nobody's, though its last holder stays noted: undoing brings both back.
    """
    held = holders.get(key)
    if held == BLANKED:
        return Source.MANUAL
    if value is None:
        return None
    return Source(held) if held else Source.PING
