"""What a teammate has done with the demo's people by the time somebody looks: a file imported, a list exported,
duplicates looked for, and somebody deleted who asked to be forgotten.

All of it goes through what the pages use, and through the jobs; a worker's part is done here and now.
"""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict

from apps.bulk import choosing
from apps.deletion import grace
from apps.duplicates import looking
from apps.exports import running as exporting
from apps.exports.models import Export, Extent
from apps.exports.writing import line
from apps.imports import columns, running, uploading
from apps.imports.models import Import, ImportRow, ImportRun, Only, Outcome, RememberedColumns, Stage
from apps.people.models import Person, PersonQuerySet, Role
from apps.segments.comparisons import Moment
from apps.tags.models import Tag
from apps.workspace import jobs
from apps.workspace.hands import Hand
from apps.workspace.models import Notification, Workspace

from .models import remember, remembered

FILE_NAME = "spring-fair.csv"
TAG = "Spring fair"
HEADERS = ("Name", "Email", "Phone", "newsletter_topic")


@transaction.atomic
def run(workspace: Workspace, *, by: Hand, now: datetime) -> None:
    """Have it all done, by whoever filled the workspace with the demo."""
    _delete(workspace, by, now)
    _import(workspace, by, now)
    _export(workspace, by, now)
    _finish(looking.begin(workspace, by=by, now=now))
    told = Notification.objects.filter(workspace=workspace)
    remember(workspace, Notification, told.values_list("pk", flat=True))


def _finish(job: jobs.Job) -> None:
    jobs.run(type(job), job.pk)
    job.refresh_from_db()
    if job.state != jobs.JobState.DONE:
        raise RuntimeError(f"The demo's {job._meta.verbose_name} ended as {job.state}: {job.error}")


# ---- a list of visitors to a stand at a fair -------------------------------------------------------------------------


def _import(workspace: Workspace, by: Hand, now: datetime) -> None:
    """Of whom some are known by now, and in which somebody mistyped."""
    file = SimpleUploadedFile(FILE_NAME, b"".join(line(cells) for cells in (HEADERS, *_visitors(workspace))))
    upload = uploading.take_in(workspace, file, Role.LEAD, by=by, now=now)
    _finish(upload.runs.get())
    upload.refresh_from_db()
    upload.columns = columns.kept([guess.column for guess in columns.guesses(upload) if guess.column])
    upload.stage = Stage.OPTIONS
    upload.save(update_fields=["columns", "stage"])
    _finish(running.preview(upload, {"only": Only.ANY, "clears": False, "tag": TAG}, by=by, now=now))
    run = running.begin(upload, by=by, now=now)
    _finish(run)
    _remember(workspace, upload, run)


def _visitors(workspace: Workspace) -> list[tuple[str, str, str, str]]:
    people = _people(workspace).filter(name__isnull=False).order_by("pk")
    user, other = people.filter(role=Role.USER, email__isnull=False)[:2]
    callers = people.filter(role=Role.USER, phone__isnull=False)
    caller = callers.exclude(pk__in=(user.pk, other.pk))[0]
    lead = people.filter(role=Role.LEAD, email__isnull=False)[0]
    return [
        ("Hanne Voss", "hanne.voss@example.com", "+49 30 5550 0134", "opening hours"),
        ("Milo Brandt", "milo@example.org", "", "group bookings"),
        (str(user.name), str(user.email), "", "prices"),  # came to the stand under the address that they sign in with
        (str(other.name), str(other.email), "", ""),
        (str(caller.name), "from-the-fair@example.org", str(caller.phone), "gift vouchers"),
        (str(lead.name), str(lead.email), "", "prices"),
        ("Ilse Kamp", "ilse.kamp(at)example.com", "", "group bookings"),
        ("Joris Daal", "joris.daal@example.net", "+31 20 555 0199", "opening hours"),
    ]


def _remember(workspace: Workspace, upload: Import, run: ImportRun) -> None:
    created = ImportRow.objects.filter(run=run, outcome=Outcome.CREATED)
    remember(workspace, Person, [row.record_id for row in created if row.record_id])
    remember(workspace, Tag, Tag.objects.filter(workspace=workspace, name=TAG).values_list("pk", flat=True))
    kept = RememberedColumns.objects.filter(workspace=workspace)
    remember(workspace, RememberedColumns, kept.values_list("pk", flat=True))
    remember(workspace, Import, [upload.pk])


# ---- the rest --------------------------------------------------------------------------------------------------------


def _export(workspace: Workspace, by: Hand, now: datetime) -> None:
    everybody = choosing.read(workspace, "person", QueryDict("all=1"), Moment(now, workspace.zone))
    export = exporting.begin(workspace, everybody, Extent.ALL, [], by=by, now=now)
    _finish(export)
    remember(workspace, Export, [export.pk])


def _delete(workspace: Workspace, by: Hand, now: datetime) -> None:
    """The last lead who left an email: they asked to be forgotten."""
    leads = _people(workspace).filter(role=Role.LEAD, email__isnull=False)
    grace.request(leads.order_by("-pk")[0], by=by, now=now)


def _people(workspace: Workspace) -> PersonQuerySet:
    return Person.objects.of(workspace).listed().filter(pk__in=remembered(workspace, Person))
