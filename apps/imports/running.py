"""The import itself: rows after rows through the one write path, each step a transaction that moves the cursor
(IMP-23). Whatever is killed, no row is lost and none is applied twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.attributes.defining import define
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.people.models import Person
from apps.tags import tagging
from apps.tags.models import Tag
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand
from apps.workspace.notifying import notify
from apps.workspace.problems import Conflict, Missing, Problem

from . import columns, landing, passing, telling
from .landing import Landing, Plan
from .models import ENDED, Import, ImportRun, Outcome, Purpose, Stage


def begin_run(upload: Import, purpose: str, *, by: Hand, now: datetime, **more: Any) -> ImportRun:
    """Start a passage through a file, or back. It is woken once this transaction is committed."""
    run = ImportRun.objects.create(
        workspace=upload.workspace,
        upload=upload,
        purpose=purpose,
        by_id=by.teammate_id,
        hand=by.name[:120],
        ip=by.ip,
        created_at=now,
        **more,
    )
    run.wake()
    return run


@transaction.atomic
def preview(upload: Import, chosen: dict[str, Any], *, by: Hand, now: datetime) -> ImportRun:
    """Keep the options, and begin to look at what the file would do (BEY-04). An earlier preview is given up."""
    upload = Import.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=upload.pk)
    if upload.stage not in (Stage.OPTIONS, Stage.REVIEW):
        raise Conflict("Say what the columns are first.")
    upload.only, upload.clears, upload.tag = chosen["only"], chosen["clears"], chosen["tag"]
    upload.stage = Stage.REVIEW
    upload.save(update_fields=["only", "clears", "tag", "stage"])
    for former in upload.runs.filter(purpose=Purpose.PREVIEW):
        former.cancel()
    read = upload.latest(Purpose.READ)
    ground = columns.ground(upload)
    return begin_run(upload, Purpose.PREVIEW, by=by, now=now, total=read.done if read else 0, ground=ground)


def begin(upload: Import, *, by: Hand, now: datetime) -> ImportRun:
    """Start importing what was previewed. Raises Conflict where it was begun already, or not previewed to the end."""
    try:
        with transaction.atomic():
            upload = Import.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=upload.pk)
            if upload.stage != Stage.REVIEW:
                raise Conflict("This file is not ready to be imported, or was imported already.")
            preview = upload.latest(Purpose.PREVIEW)
            if preview is None or preview.state != "done":
                raise Conflict("The preview is not finished. Wait for it: it shows what would be changed.")
            passing.check_unchanged(upload, anew=True)
            check_ground(preview, upload)
            upload.stage = Stage.RUN
            upload.save(update_fields=["stage"])
            run = begin_run(upload, Purpose.RUN, by=by, now=now, total=preview.total, ground=preview.ground)
            record(
                Activity.CSV_IMPORT_CREATION,
                workspace=upload.workspace,
                by=by,
                now=now,
                job=run.pk,
                file=upload.file_name,
                people=upload.role,
                rows=upload.rows,
                tag=upload.tag,
            )
            return run
    except IntegrityError:
        raise Conflict("This file was imported already.") from None


def check_ground(run: ImportRun, upload: Import) -> None:
    """Raises Conflict where what was previewed would not be what is done any more (BEY-04)."""
    if gone := columns.fits(upload.workspace, columns.columns_of(upload)):
        raise Conflict(gone)
    if run.ground and run.ground != columns.ground(upload):
        raise Conflict(
            "An attribute that the file fills, or the workspace's time zone, is another one than at the preview. "
            "Go through the columns again and look at a new preview."
        )


def step(run: ImportRun, now: datetime) -> bool:
    """The next rows; False when none is left. Raises Problem where it cannot go on at all."""
    plan = Plan.of(run.upload, hand_of(run))
    if run.cursor == 0:
        prepare(plan, run, now)
    with passing.table(run) as table:
        rows = passing.some(table)
        passing.note(run, table)
    if not rows:
        close(run, now)
        return False
    landings = landing.read(plan, rows)
    landing.land(plan, landings, now=now)
    hung = _tag(plan, run, landings, now)
    telling.add(run, landings)
    telling.write(_told(plan, run, one, now, hung) for one in landings)
    run.total = max(run.total, run.done)
    return True


def _told(plan: Plan, run: ImportRun, one: Landing, now: datetime, hung: set[int]) -> dict[str, Any]:
    if one.outcome in (Outcome.SKIPPED, Outcome.FAILED):
        return telling.line(plan, run, one, now)
    kept = telling.changes(one) if one.outcome == Outcome.UPDATED else None
    tagged = one.pk in hung
    hung.discard(one.pk or 0)  # of several rows of one person the first one hung it
    return telling.line(plan, run, one, now, record_id=one.pk, changes=kept, tagged=tagged)


def prepare(plan: Plan, run: ImportRun, now: datetime) -> None:
    """Make what the rows need: new attributes, the tag; and keep what the columns were for the next such file."""
    check_ground(run, plan.upload)
    define_new(plan, now)
    if plan.upload.tag:
        run.tag_id = tagging.find_or_create(plan.workspace, plan.upload.tag, by=plan.by, now=now).pk
    columns.remember(plan.upload, now)


def define_new(plan: Plan, now: datetime) -> None:
    """Make the new attributes (IMP-03). Raises Problem where one cannot be made (any more)."""
    for column in plan.new:
        try:
            define(plan.workspace, "person", column.key, column.kind, source=Source.CSV, by=plan.by, now=now)
        except Refusal as refusal:
            raise Problem(f"The attribute {column.key} {refusal.message}") from None


def _tag(plan: Plan, run: ImportRun, landings: Sequence[Landing], now: datetime) -> set[int]:
    """Hang the tag on everybody of these rows: who did not carry it (IMP-02)."""
    if not run.tag_id:
        return set()
    tag = Tag.objects.filter(workspace=plan.workspace, pk=run.tag_id).first()
    if tag is None:
        raise Missing(f"The tag {plan.upload.tag} was deleted meanwhile. What was imported so far stays.")
    reached = [one.pk for one in landings if one.outcome not in (Outcome.SKIPPED, Outcome.FAILED) and one.pk]
    hung = set(tagging.add(Person, plan.workspace, reached, tag, by=plan.by, now=now))
    run.tagged += len(hung)
    return hung


def close(run: ImportRun, now: datetime, *, how: str = "has ended", why: str = "") -> None:
    """Say what it came to, however it ended (IMP-26), and let the file go: what the report needs is kept."""
    upload = run.upload
    let_file_go(upload)
    record(
        Activity.CSV_IMPORT_COMPLETION,
        workspace=run.workspace,
        by=hand_of(run),
        now=now,
        job=run.pk,
        file=upload.file_name,
        created=run.created,
        updated=run.touched,
        unchanged=run.unchanged,
        skipped=run.skipped,
        failed=run.failed,
        tag=upload.tag,
    )
    notify(run.by_id, workspace=run.workspace, message=_in_words(run, how, why), url=upload.page(), now=now)


def _in_words(run: ImportRun, how: str, why: str) -> str:
    told = (
        f"The import of {run.upload.file_name} {how}: {run.created:,} created, {run.touched:,} updated, "
        f"{run.skipped:,} skipped, {run.failed:,} failed."
    )
    return f"{told} {why}".strip()


def let_file_go(upload: Import) -> None:
    """Delete the uploaded file once this transaction is committed."""
    name, storage = upload.file.name, upload.file.storage
    if name:
        Import.objects.filter(pk=upload.pk).update(file="")
        upload.file = None
        transaction.on_commit(lambda: storage.delete(name))


def hand_of(run: ImportRun) -> Hand:
    return Hand(name=run.hand, teammate_id=run.by_id, ip=run.ip)


def has_ended(run: ImportRun) -> bool:
    return run.state in ENDED
