"""Deletions and receipts in the Django admin: operators restore, or destroy before the seven days are over (DEL-06)."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.workspace import clock
from apps.workspace.hands import hand_of
from apps.workspace.operators import LookUp
from apps.workspace.problems import Problem

from . import grace
from .destroying import destroy_now
from .models import Deletion, Receipt


@admin.register(Deletion)
class DeletionAdmin(LookUp):
    """Who waits to be destroyed: found by Intercom ID, and by identifiers, which are shown masked (D-29)."""

    list_display = ("public_id", "identifiers", "workspace", "by", "requested_at", "due_at")
    list_filter = ("workspace",)
    search_fields = ("=person__public_id", "=person__external_id", "=person__email")
    list_select_related = ("person", "workspace", "by")
    fields = ("public_id", "identifiers", "workspace", "by", "requested_at", "due_at", "state_before")
    ordering = ("due_at",)
    actions: ClassVar = ["restore", "destroy"]  # type: ignore[assignment,misc]

    @admin.display(description="Intercom ID")
    def public_id(self, deletion: Deletion) -> str:
        return deletion.person.public_id

    @admin.display(description="identifiers")
    def identifiers(self, deletion: Deletion) -> str:
        return ", ".join(deletion.masked_identifiers)

    @admin.action(description="Restore")
    def restore(self, request: HttpRequest, chosen: QuerySet[Deletion]) -> None:
        """Bring the chosen back as they were."""
        for deletion in chosen.select_related("person"):
            try:
                grace.restore(deletion.person, by=hand_of(request), now=clock.now())
                self.message_user(request, f"Restored {deletion.person.public_id}.", messages.SUCCESS)
            except Problem as problem:
                self.message_user(request, f"{deletion.person.public_id}: {problem.message}", messages.ERROR)

    @admin.action(description="Purge now: destroy before the seven days are over")
    def destroy(self, request: HttpRequest, chosen: QuerySet[Deletion]) -> HttpResponse | None:
        """Asked once more, for nobody brings them back."""
        if "confirmed" not in request.POST:
            return TemplateResponse(request, "deletion/destroy_now.html", self._asked(request, chosen))
        destroyed = 0
        for deletion in chosen.select_related("person", "workspace"):
            destroyed += destroy_now(deletion, by=hand_of(request), now=clock.now()).people
        people = "1 person" if destroyed == 1 else f"{destroyed:,} people"
        self.message_user(request, f"Destroyed {people}. The receipts say what went.", messages.SUCCESS)
        return None

    def _asked(self, request: HttpRequest, chosen: QuerySet[Deletion]) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": "Destroy now?",
            "opts": self.model._meta,
            "chosen": chosen.select_related("person", "workspace"),
            "checkbox": ACTION_CHECKBOX_NAME,
        }


@admin.register(Receipt)
class ReceiptAdmin(LookUp):
    list_display = ("public_id", "role", "workspace", "by", "requested_at", "destroyed_at")
    list_filter = ("workspace",)
    search_fields = ("=public_id",)
    list_select_related = ("workspace", "by")
    fields = ("public_id", "role", "workspace", "by", "requested_at", "destroyed_at", "taken")
    ordering = ("-pk",)
