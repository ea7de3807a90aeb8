"""Looking for text in a few fields at once (FILT-20)."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.db.models import Value as Constant
from django.db.models.functions import Lower

LONGEST_SEARCH = 300  # nothing that is looked through is longer
Records = TypeVar("Records", bound=QuerySet)


def sought(text: str) -> str:
    """What somebody typed into a search, made fit to be looked for: no value has a NUL character in it."""
    return text.replace("\x00", "").strip()


def containing(records: Records, fields: Sequence[str], search: str) -> Records:
    """Those with the text somewhere in one of the fields, in whatever case; all where there is no text."""
    if not search:
        return records
    if len(search) > LONGEST_SEARCH:
        return records.none()
    part = Lower(Constant(search))
    names = {f"{field}_in_lower_case": Lower(field) for field in fields}
    anywhere = Q()
    for name in names:
        anywhere |= Q((f"{name}__contains", part))
    return records.alias(**names).filter(anywhere)
