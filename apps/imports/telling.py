"""Keeping what became of rows: as lines of a run, by COPY, and added up on the run itself."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from apps.attributes.copying import copy_in

from .landing import Landing, Plan
from .models import ImportRow, ImportRun, Note, Outcome

NAMES = (
    *("workspace_id", "run_id", "number", "offset", "outcome", "record_id", "at", "note", "tagged"),
    *("problems", "cells", "changes", "carried", "subject", "user_id_hash", "email_hash"),
)
NOTHING: dict[str, Any] = {}
COUNTED = {
    Outcome.CREATED.value: "created",
    Outcome.UPDATED.value: "updated",
    Outcome.UNCHANGED.value: "unchanged",
    Outcome.SKIPPED.value: "skipped",
    Outcome.FAILED.value: "failed",
}
NOTED = {Note.DUPLICATE.value: "duplicates", Note.JOINED.value: "joined", Note.REVIVED.value: "revived"}


def add(run: ImportRun, landings: Sequence[Landing]) -> None:
    """Count what became of some rows."""
    for landing in landings:
        name = COUNTED[landing.outcome]
        setattr(run, name, getattr(run, name) + 1)
        if landing.note:
            setattr(run, NOTED[landing.note], getattr(run, NOTED[landing.note]) + 1)
        if landing.problems and landing.outcome != Outcome.FAILED:
            run.faulty += 1


def line(plan: Plan, run: ImportRun, landing: Landing, now: datetime, **more: Any) -> dict[str, Any]:
    """What is kept of a row. Cells are kept of rows with an error alone (IMP-19)."""
    told: dict[str, Any] = {
        "workspace_id": run.workspace_id,
        "run_id": run.pk,
        "number": landing.row.number,
        "offset": landing.row.offset,
        "outcome": landing.outcome,
        "at": now.isoformat(),
        "note": landing.note,
        "tagged": False,
    }
    if landing.problems:
        told["problems"] = _json(landing.problems)
        told["cells"] = _json([_kept(cell) for cell in _cells(plan, landing)])
    return told | more


def _cells(plan: Plan, landing: Landing) -> list[str]:
    cells = landing.row.cells
    return [cells[place] if place < len(cells) else "" for place, _ in plan.keys]


def _kept(cell: str) -> str:
    """PostgreSQL has no NUL."""
    return cell.replace("\0", "\N{REPLACEMENT CHARACTER}")


def changes(landing: Landing) -> str | None:
    """Key → [before, after, who held it before]: what undoing needs."""
    report = landing.report
    if not report.changed:
        return None
    return _json({key: [c.old, c.new, report.holders.get(key)] for key, c in report.changed.items()})


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def write(lines: Iterable[dict[str, Any]]) -> None:
    """Add lines, in one statement."""
    copy_in(ImportRow._meta.db_table, NAMES, lines, NOTHING)


def hashed(name: str | None) -> int | None:
    if not name:
        return None
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)
