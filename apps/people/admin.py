"""People in the Django admin, for operators: found whatever their state; values are never changed there."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from apps.attributes.admin import RecordAdmin
from apps.attributes.models import State
from apps.attributes.viewing import note_view
from apps.workspace import clock
from apps.workspace.hands import hand_of
from apps.workspace.problems import Conflict

from . import states
from .models import Person


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    list_display = ("__str__", "role", "state", "email", "external_id", "public_id", "workspace")
    list_filter = ("state", "role")
    found_by_part = ("name", "email", "external_id")
    actions: ClassVar = ["bring_back"]  # type: ignore[assignment,misc]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where access logging is on, who looks here has seen the person as well (AUD-03)."""
        if seen := context.get("original"):
            note_view(request, seen)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description="Unarchive or unblock")
    def bring_back(self, request: HttpRequest, chosen: QuerySet[Person]) -> None:
        """List the chosen again with all data; who waits to be deleted is restored among the deletions (IDN-21)."""
        for person in chosen.heads():  # type: ignore[attr-defined]
            back = states.unblock if person.state == State.BLOCKED else states.unarchive
            try:
                back(person, by=hand_of(request), now=clock.now())
                self.message_user(request, f"{person.label} is listed.", messages.SUCCESS)
            except Conflict as problem:
                self.message_user(request, f"{person.label}: {problem.message}", messages.ERROR)
