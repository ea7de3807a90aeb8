"""Deleting a company: it is archived, and nobody belongs to it any more (CO-08)."""

from datetime import datetime

from django.db import transaction

from apps.attributes.models import State
from apps.workspace.activities import Activity
from apps.workspace.auditing import record
from apps.workspace.hands import Hand

from .models import Company, Membership


@transaction.atomic
def remove(company: Company, *, by: Hand, now: datetime) -> None:
    """Take a company from every list, and everybody out of it: they stay. Twice is harmless."""
    held = Company.objects.select_for_update(of=("self",), no_key=True).select_related("workspace").get(pk=company.pk)
    if held.state != State.ACTIVE:
        return
    Membership.objects.filter(company=held).delete()
    Company.objects.filter(pk=held.pk).update(state=State.ARCHIVED, updated_at=now)
    record(Activity.COMPANY_DELETION, workspace=held.workspace, by=by, now=now, company=held.public_id)
