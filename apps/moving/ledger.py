"""What a move could not take, written down while it goes on."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from .models import LONGEST_REASON, LONGEST_SUBJECT, Move
from .reading import kept

# The same of many is counted; what is told anew in every run, as the names of segments are, is told once.
WRITE = """
    INSERT INTO moving_untaken AS told (move_id, what, subject, reason, example, count)
    SELECT %(move)s, * FROM unnest(
        %(whats)s::text[], %(subjects)s::text[], %(reasons)s::text[], %(examples)s::text[], %(counts)s::bigint[]
    )
    ON CONFLICT (move_id, what, subject, reason) DO UPDATE
    SET count = excluded.count + CASE WHEN %(anew)s THEN told.count ELSE 0 END
"""
Line = tuple[str, str, str]  # what, subject, reason


@dataclass(slots=True)
class Ledger:
    """Collects lines, and writes them in the transaction of what they are about."""

    move: Move
    counts: Counter[Line] = field(default_factory=Counter)
    examples: dict[Line, str] = field(default_factory=dict)

    def note(self, what: str, subject: str, reason: str, example: str = "") -> None:
        line = what, _kept(subject, LONGEST_SUBJECT), _kept(reason, LONGEST_REASON)
        self.counts[line] += 1
        self.examples.setdefault(line, _kept(example, 64))

    def write(self, *, anew: bool = True) -> None:
        """One statement; none where everything was taken."""
        lines = sorted(self.counts)
        if lines:
            whats, subjects, reasons = (list(column) for column in zip(*lines, strict=True))
            values: dict[str, Any] = {
                "move": self.move.pk,
                "whats": whats,
                "subjects": subjects,
                "reasons": reasons,
                "examples": [self.examples[line] for line in lines],
                "counts": [self.counts[line] for line in lines],
                "anew": anew,
            }
            with connection.cursor() as cursor:
                cursor.execute(WRITE, values)
        self.forget()

    def forget(self) -> None:
        """What was noted of a page that was not kept after all."""
        self.counts.clear()
        self.examples.clear()


def _kept(text: str, longest: int) -> str:
    return kept(text)[:longest]
