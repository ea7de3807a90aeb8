"""Exports of messages, as jobs: asked for, looked after and called off. There are no messages here to export."""

from datetime import datetime
from typing import Any

from apps.attributes.kinds import KINDS, Setting
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.workspace.problems import Missing, Problem

from .. import replying
from ..calls import Answer, Call, since
from ..finding import no_such_resource
from ..models import KEPT, ContentExport


def create_content_export(call: Call) -> Answer:
    """POST /export/content/data: of what was sent in some time. It ends at once, with `no_data`."""
    after, before = _moment(call, "created_at_after"), _moment(call, "created_at_before")
    if before < after:
        raise Problem("created_at_before must not be earlier than created_at_after.", field="created_at_before")
    ContentExport.objects.filter(requested_at__lt=call.now - KEPT).delete()
    made = ContentExport.objects.create(
        workspace=call.workspace, created_at_after=after, created_at_before=before, requested_at=call.now
    )
    return replying.content_export(made)


def show_content_export(call: Call, job_identifier: str) -> Answer:
    """GET /export/content/data/{job identifier}."""
    return replying.content_export(_find(call, job_identifier))


def cancel_content_export(call: Call, job_identifier: str) -> Answer:
    """POST /export/cancel/{job identifier}: what has ended stays as it ended."""
    return replying.content_export(_find(call, job_identifier))


def download_content_export(call: Call, job_identifier: str) -> Answer:
    """GET /download/content/data/{job identifier}: there is no file of an export without data."""
    _find(call, job_identifier)
    raise Missing("This export holds no data, so that there is nothing to download.")


@since("2.14")
def show_job(call: Call, job_id: str) -> Answer:
    """GET /jobs/status/{job id}: of an export."""
    found = _exports(call, job_id)
    if found is None:
        raise Missing("Job Not Found", code="job_not_found")
    return replying.job(call, found)


def _find(call: Call, job_identifier: str) -> ContentExport:
    found = _exports(call, job_identifier)
    if found is None:
        raise no_such_resource()
    return found


def _exports(call: Call, identifier: str) -> ContentExport | None:
    if "\x00" in identifier:
        return None
    return ContentExport.objects.filter(workspace=call.workspace, identifier=identifier).first()


def _moment(call: Call, name: str) -> datetime:
    raw: Any = call.body.get(name)
    if raw is None or raw == "":
        raise Problem(f"{name} is missing: send it as unix time in seconds.", code="parameter_missing", field=name)
    try:
        moment: datetime = KINDS["date"].clean(raw, Setting(Source.REST, call.workspace.zone))
    except Refusal as refusal:
        raise Problem(f"{name} {refusal.message}", field=name) from None
    return moment
