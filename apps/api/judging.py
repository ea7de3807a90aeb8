"""What became of the values that a call brought: all or nothing, and who is told what (API-14, BEY-02)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from apps.attributes.definitions import Catalogue
from apps.attributes.reports import Reason, Report
from apps.attributes.sources import Source
from apps.people.identity import Unfit

from .calls import Answer, Call
from .errors import Refused


def check_taken(known: Catalogue, record_id: int | None, report: Report) -> None:
    """Raises Refused when a value was refused, but for what precedence withholds from a workflow (API-14)."""
    if any(refusal.reason is not Reason.YIELDED for refusal in report.refused.values()):
        raise Refused(known, record_id, report)


def skipped(call: Call, report: Report) -> Answer:
    """What a workflow is told of the values that were kept from it; nobody else yields to anyone."""
    return {"skipped": sorted(report.refused)} if call.source is Source.OPERATOR else {}


@contextmanager
def taking_identifiers(call: Call, record_id: int | None) -> Iterator[None]:
    """All or nothing; an identifier that stops the call is remembered like any refused value (BEY-02)."""
    try:
        with transaction.atomic():
            yield
    except Unfit as unfit:
        raise Refused(call.people, record_id, unfit.report) from None
