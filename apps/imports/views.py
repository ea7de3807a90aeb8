"""The way of a file: choose it, say what its columns are, choose options, look at the preview, import, take it back.

Each step is a page with a plain form. What runs meanwhile is asked for by htmx once a second and replaced in place;
without it, a link asks again.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.tags import tagging
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.jobs import JobState
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant
from apps.workspace.problems import Conflict, Problem

from . import columns as choosing
from . import holding, keeping, looking, passing, reporting, running, undoing, uploading
from .forms import ColumnsForm, DelimiterForm, OptionsForm, UploadForm, samples_of
from .models import ROLES, Import, ImportRun, Purpose, Stage
from .reading import Unreadable

IMPORTERS = page(Grant.IMPORT)  # IMP-28
STEPS = ("Users or leads", "File", "Columns", "Options", "Preview")
MOST_TAGS = 500


# ---- 1, 2: the file --------------------------------------------------------------------------------------------------


@csrf_exempt  # only until its size is known: reading the token would read the file
@IMPORTERS
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PageRequest) -> HttpResponseBase:
    """Whom it is of, and the file. One that is announced as too large is refused before it is read (IMP-16)."""
    if request.method != "POST":
        role = request.GET.get("role")
        return _ask(request, UploadForm(initial={"role": role if role in dict(ROLES) else "user"}))
    if uploading.is_announced_too_large(request):
        form = UploadForm()
        return _ask(request, form, uploading.too_large(), status=422)
    request.upload_handlers = [uploading.BoundedUpload(request)]
    return _upload(request)


@csrf_protect
def _upload(request: PageRequest) -> HttpResponseBase:
    form = UploadForm(request.POST, request.FILES)
    [bound] = request.upload_handlers
    if isinstance(bound, uploading.BoundedUpload) and bound.is_too_large:
        return _ask(request, form, uploading.too_large(), status=422)
    if not form.is_valid():
        return _ask(request, form, status=422)
    file, role = form.cleaned_data["file"], form.cleaned_data["role"]
    try:
        upload = uploading.take_in(request.workspace, file, role, by=hand_of(request), now=now())
    except Unreadable as unreadable:
        return _ask(request, form, unreadable.message, status=422)
    return redirect(upload.page())


def _ask(request: PageRequest, form: UploadForm, problem: str = "", status: int = 200) -> HttpResponse:
    problem = problem or (str(form.errors["file"][0]) if form.is_bound and "file" in form.errors else "")
    context = {"form": form, "problem": problem, "most": settings.IMPORT_MAX_BYTES}
    context |= {"most_said": filesizeformat(settings.IMPORT_MAX_BYTES), "steps": STEPS, "step": 1}
    return render(request, "imports/new.html", context, status=status)


# ---- 3: columns ------------------------------------------------------------------------------------------------------


@IMPORTERS
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def columns(request: PageRequest, pk: int) -> HttpResponse:
    """What each column is (IMP-03, IMP-18…20). With `rest` all that are nothing yet become it, for a look first."""
    upload = _upload_or_404(request, pk)
    if request.method != "POST":
        return _show(request, upload, Stage.COLUMNS)
    with holding.held(upload) as upload:
        _check_read(upload)
        form = ColumnsForm.guessed(upload, samples_of(upload), request.POST)
        if form.is_valid and "rest" in request.POST:
            return _show(request, upload, Stage.COLUMNS, form=form)
        if form.is_valid:
            upload.columns, upload.stage = choosing.kept(form.columns()), Stage.OPTIONS
            upload.save(update_fields=["columns", "stage"])
            holding.give_up_previews(upload)
            return redirect("imports:options", request.workspace.app_id, upload.pk)
    return _show(request, upload, Stage.COLUMNS, status=422, form=form)


@IMPORTERS
@require_POST
def delimiter(request: PageRequest, pk: int) -> HttpResponse:
    """Read the file anew, with its cells told apart otherwise."""
    upload = _upload_or_404(request, pk)
    form = DelimiterForm(request.POST)
    if not form.is_valid():
        return _show(request, upload, Stage.COLUMNS, status=422, delimiter=form)
    try:
        uploading.with_delimiter(upload, form.cleaned_data["delimiter"], by=hand_of(request), now=now())
    except Unreadable as unreadable:
        form.add_error("delimiter", unreadable.message)
        return _show(request, upload, Stage.COLUMNS, status=422, delimiter=form)
    return redirect("imports:columns", request.workspace.app_id, upload.pk)


# ---- 4: options ------------------------------------------------------------------------------------------------------


@IMPORTERS
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def options(request: PageRequest, pk: int) -> HttpResponse:
    """The tag, whom the file may reach, and what empty cells mean (IMP-02, IMP-21, IMP-22). POST begins the preview."""
    upload = _upload_or_404(request, pk)
    if request.method != "POST":
        return _show(request, upload, Stage.OPTIONS)
    form = OptionsForm(request.POST)
    if not form.is_valid():
        return _show(request, upload, Stage.OPTIONS, status=422, form=form)
    running.preview(upload, form.cleaned_data, by=hand_of(request), now=now())
    return redirect("imports:review", request.workspace.app_id, upload.pk)


# ---- 5: preview ------------------------------------------------------------------------------------------------------


@IMPORTERS
@require_safe
@never_cache
def review(request: PageRequest, pk: int) -> HttpResponse:
    """What each row would do, a page of rows at a time (BEY-04)."""
    return _show(request, _upload_or_404(request, pk), Stage.REVIEW)


@IMPORTERS
@require_POST
def begin(request: PageRequest, pk: int) -> HttpResponse:
    """Import what was previewed."""
    upload = _upload_or_404(request, pk)
    try:
        running.begin(upload, by=hand_of(request), now=now())
    except Problem as problem:
        if request.htmx:
            raise
        messages.error(request, problem.message)
    upload.refresh_from_db()
    return HttpResponseClientRedirect(upload.page()) if request.htmx else redirect(upload.page())


@IMPORTERS
@require_POST
def discard(request: PageRequest, pk: int) -> HttpResponse:
    """Delete the file unimported."""
    upload = _upload_or_404(request, pk)
    keeping.discard(upload, f"{request.user} deleted it.")
    messages.success(request, f"{upload.file_name} was deleted. Nothing of it was imported.")
    return redirect("workspace:transfers", request.workspace.app_id)


# ---- while it runs, and after ----------------------------------------------------------------------------------------


@IMPORTERS
@require_safe
@never_cache
def show(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is, or what it came to (IMP-23)."""
    upload = _upload_or_404(request, pk)
    if upload.stage not in (Stage.RUN, Stage.DISCARDED):
        return redirect(upload.page())
    return _show(request, upload, Stage.RUN)


@IMPORTERS
@require_safe
@never_cache
def progress(request: PageRequest, pk: int) -> HttpResponse:
    """What the page shows by now, for htmx; without it, the page."""
    upload = _upload_or_404(request, pk)
    if not request.htmx:
        return redirect(upload.page())
    stage = Stage(upload.stage) if upload.stage != Stage.DISCARDED else Stage.RUN
    return render(request, PARTS[stage], _context(request, upload, stage, {}))


@IMPORTERS
@require_POST
def stop(request: PageRequest, pk: int) -> HttpResponseBase:
    """Ask what runs to stop after its present rows."""
    upload = _upload_or_404(request, pk)
    run = upload.runs.filter(state__in=(JobState.WAITING, JobState.RUNNING)).order_by("-pk").first()
    if run is None or not run.cancel():
        messages.info(request, "It had ended already.")
    return progress(request, app_id=request.workspace.app_id, pk=pk) if request.htmx else redirect(upload.page())


@IMPORTERS
@require_POST
def undo(request: PageRequest, pk: int) -> HttpResponse:
    """Take back what the import did (BEY-05)."""
    upload = _upload_or_404(request, pk)
    run = upload.latest(Purpose.RUN)
    if run is None:
        raise Conflict("This file was not imported, so there is nothing to take back.")
    undoing.begin(run, by=hand_of(request), now=now())
    return HttpResponseClientRedirect(upload.page()) if request.htmx else redirect(upload.page())


@IMPORTERS
@require_safe
def errors(request: PageRequest, pk: int) -> HttpResponseBase:
    """The rows with an error, as a file to be mended and imported again (IMP-23)."""
    upload, run = _run_or_404(request, pk)
    return _file(reporting.errors(run), reporting.file_name(upload, "errors"))


@IMPORTERS
@require_safe
def report(request: PageRequest, pk: int) -> HttpResponseBase:
    """What became of every row."""
    upload, run = _run_or_404(request, pk)
    return _file(reporting.report(run), reporting.file_name(upload, "report"))


def _file(lines: Any, name: str) -> HttpResponseBase:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


# ---- what a page shows -----------------------------------------------------------------------------------------------

PAGES = {
    Stage.COLUMNS: "imports/columns.html",
    Stage.OPTIONS: "imports/options.html",
    Stage.REVIEW: "imports/review.html",
    Stage.RUN: "imports/import.html",
}
PARTS = {
    Stage.COLUMNS: "imports/_columns.html",
    Stage.OPTIONS: "imports/_options.html",
    Stage.REVIEW: "imports/_review.html",
    Stage.RUN: "imports/_import.html",
}


def _show(request: PageRequest, upload: Import, stage: Stage, status: int = 200, **more: Any) -> HttpResponse:
    if stage != Stage.RUN and (ahead := _ahead(upload, stage)):
        return redirect(ahead)
    return render(request, PAGES[stage], _context(request, upload, stage, more), status=status)


def _ahead(upload: Import, stage: Stage) -> str:
    """Where to go instead: to the step that has to be done first, or to what it came to."""
    order = [Stage.COLUMNS, Stage.OPTIONS, Stage.REVIEW]
    is_open = upload.stage in order
    return "" if is_open and order.index(stage) <= order.index(Stage(upload.stage)) else upload.page()


def _context(request: PageRequest, upload: Import, stage: Stage, more: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"upload": upload, "steps": STEPS, "now": now()}
    if stage in (Stage.COLUMNS, Stage.REVIEW):
        found["changed"] = _changed(upload)
    if stage == Stage.COLUMNS:
        found |= {"step": 3, "run": upload.latest(Purpose.READ)}
        if found["run"].state == JobState.DONE and not found["changed"]:
            found |= {"form": ColumnsForm.guessed(upload, samples_of(upload))}
        found["delimiter"] = DelimiterForm(initial={"delimiter": upload.delimiter})
    elif stage == Stage.OPTIONS:
        chosen = {"only": upload.only, "clears": upload.clears, "tag": upload.tag}
        tags = tagging.matching(request.workspace).values_list("name", flat=True)[:MOST_TAGS]
        found |= {"step": 4, "form": OptionsForm(initial=chosen), "tags": tags}
    elif stage == Stage.REVIEW:
        run = upload.latest(Purpose.PREVIEW)
        found |= {"step": 5, "run": run}
        if run and run.state == JobState.DONE and not found["changed"]:
            found["table"] = looking.rows(run, request.GET)
    else:
        found |= _came_to(upload)
    return found | more


def _changed(upload: Import) -> str:
    """Why the file cannot be gone on with: it is gone, or another one than was uploaded. Empty: all is well."""
    try:
        passing.check_unchanged(upload)
    except passing.Changed as changed:
        return changed.message
    return ""


def _came_to(upload: Import) -> dict[str, Any]:
    run, back = upload.latest(Purpose.RUN), upload.latest(Purpose.UNDO)
    return {
        "run": run,
        "foreseen": looking.foreseen_otherwise(run) if run else None,
        "undoing": back,
        "adds": bool(upload.tag) or any(one.what == choosing.NEW for one in choosing.columns_of(upload)),
        "may_undo": run is not None and run.can_be_undone(now()),
        "problems": looking.problems(run) if run else [],
        "left": looking.left(back) if back else [],
    }


def _check_read(upload: Import) -> None:
    """Columns are chosen once all cells were seen. Raises Conflict or Changed."""
    reading = upload.latest(Purpose.READ)
    if reading is None or reading.state != JobState.DONE:
        raise Conflict("The file has not been read to its end. Wait for it, or upload another one.")
    passing.check_unchanged(upload)


def _upload_or_404(request: PageRequest, pk: int) -> Import:
    found = Import.objects.filter(workspace=request.workspace, pk=pk).select_related("workspace", "by").first()
    if found is None:
        raise Http404("There is no such import.")
    return found


def _run_or_404(request: PageRequest, pk: int) -> tuple[Import, ImportRun]:
    upload = _upload_or_404(request, pk)
    run = upload.latest(Purpose.RUN) or upload.latest(Purpose.PREVIEW)
    if run is None:
        raise Http404("This file was neither previewed nor imported.")
    return upload, run
