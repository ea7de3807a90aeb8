"""A move from beginning to end: it goes on where it stopped, and nothing comes twice (BEY-17)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.db import connection, transaction

from apps.workspace import clock
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Conflict

from . import acquaintance
from .acquaintance import Acquaintance
from .belongings import Setting
from .elsewhere import Elsewhere, Refused
from .ledger import Ledger
from .models import Move, Stage
from .stages import STAGES, Moving, Page

Say = Callable[[str], None]
ONE_AT_A_TIME = 0x6D6F7665  # the first half of the lock's number


def travel(workspace: Workspace, elsewhere: Elsewhere, say: Say, *, again: bool = False) -> Move:
    """Move what is not here yet. Raises Refused or Unreachable: what came so far stays, and a later run goes on.

    A move that came to its end is left alone unless it is asked for `again`: then all of it is read once more.
    """
    with _alone(workspace):
        by = Hand(name=f"Moved in from {urlsplit(elsewhere.base_url).netloc}"[:120])
        move = _begun(workspace, elsewhere.base_url, by, again=again)
        if move.finished_at:
            return move
        ledger = Ledger(move)
        say("Attributes, tags, subscription types, segments …")
        known = acquaintance.made(workspace, elsewhere, ledger, by=by, now=clock.now())
        say(f"{len(known.tags):,} tags, {len(known.subscriptions):,} subscription types")
        for moving in STAGES:
            _finish(moving(), move, elsewhere, known, ledger, by, say)
        _end(move, by)
        return move


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """One move into a workspace at a time; the lock is the connection's, so it dies with whoever held it."""
    key = [ONE_AT_A_TIME, workspace.pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise Conflict(f"Somebody moves into {workspace.app_id} already. Wait until that has ended.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


@transaction.atomic
def _begun(workspace: Workspace, base_url: str, by: Hand, *, again: bool) -> Move:
    now = clock.now()
    move, begins = Move.objects.get_or_create(workspace=workspace, base_url=base_url, defaults={"started_at": now})
    if again and move.finished_at:
        move.stages.all().delete()
        move.untaken.all().delete()
        move.started_at, move.finished_at = now, None
        move.save(update_fields=["started_at", "finished_at"])
        begins = True
    if begins:
        record(Activity.MOVE_IN_CREATION, workspace=workspace, by=by, now=now, server=base_url)
    return move


@transaction.atomic
def _end(move: Move, by: Hand) -> None:
    """Say in the activity log how much came: to whoever reads it, this is an import (AUD-01)."""
    move.finished_at = clock.now()
    move.save(update_fields=["finished_at"])
    came = dict(move.stages.order_by("pk").values_list("name", "done"))
    said = {"server": move.base_url, **came}
    record(Activity.MOVE_IN_COMPLETION, workspace=move.workspace, by=by, now=move.finished_at, **said)


def _finish(
    moving: Moving, move: Move, elsewhere: Elsewhere, known: Acquaintance, ledger: Ledger, by: Hand, say: Say
) -> None:
    """Page after page, each in one transaction with the cursor."""
    stage, _ = Stage.objects.get_or_create(move=move, name=moving.name)
    if stage.finished_at:
        say(f"{stage.name}: {stage.done:,}, done before")
        return
    if not moving.resumes:
        _from_the_start(stage, moving)
    elif stage.cursor:
        say(f"{stage.name}: going on after {stage.done:,}")
    while not stage.finished_at:
        page = _read(moving, elsewhere, stage)
        ledger.forget()
        with transaction.atomic():
            if page is not None:
                now = clock.now()
                moving.take(Setting(move.workspace, known, ledger, by, now), page)
                ledger.write()
                stage.done += len(page.records)
                stage.total, stage.cursor = page.total, page.following or ""
                stage.finished_at = None if page.following else now
            stage.save()
        say(f"{stage.name}: {stage.done:,}" + (f" of {stage.total:,}" if stage.total is not None else ""))


def _read(moving: Moving, elsewhere: Elsewhere, stage: Stage) -> Page | None:
    """The next page; None where the other server does not know the place any more: then it is read from the start."""
    try:
        return moving.read(elsewhere, stage.cursor)
    except Refused as refused:
        if not stage.cursor or refused.status not in (400, 404):
            raise
        _from_the_start(stage, moving)
        return None


def _from_the_start(stage: Stage, moving: Moving) -> None:
    """What could not be taken is told anew as well."""
    stage.cursor, stage.done = "", 0
    stage.move.untaken.filter(what__in=moving.tells).delete()
