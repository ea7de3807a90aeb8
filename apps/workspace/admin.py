"""Teammates, workspaces, seats, tokens and the activity log, for operators."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from . import clock
from .activities import Activity
from .auditing import record
from .hands import hand_of
from .models import AccessToken, AuditEntry, Seat, Teammate, Workspace
from .operators import LookUp
from .seating import is_last_super_admin

admin.site.unregister(Group)  # what a teammate may do is said by their seat


class SeatsInline(admin.TabularInline):
    """Shown only: roles are changed on the teammates page, where PERM-04 holds."""

    model = Seat
    fields = readonly_fields = ("workspace", "teammate", "role")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Workspace)
class WorkspaceAdmin(LookUp):
    list_display = ("name", "app_id", "region", "timezone", "created_at")
    search_fields = ("name", "=app_id")
    fields = (
        *("name", "app_id", "timezone", "region", "app_host", "api_host", "created_at"),
        *("require_signed_identity", "messenger_creates_attributes", "messenger_updates_companies"),
    )
    inlines = (SeatsInline,)


class TeammateForm(forms.ModelForm):
    def clean_is_active(self) -> bool:
        """PERM-04: a workspace keeps a Super admin who can sign in."""
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and is_last_super_admin(self.instance):
            raise ValidationError("This is the last Super admin of a workspace. Make somebody else Super admin first.")
        return is_active


@admin.register(Teammate)
class TeammateAdmin(LookUp):
    """Here operators let a teammate in or out of the installation and of this admin; nobody changes themselves."""

    form = TeammateForm
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_superuser", "last_login", "date_joined")
    readonly_fields = ("email", "name", "last_login", "date_joined")
    inlines = (SeatsInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser) and obj != request.user

    def save_model(self, request: HttpRequest, obj: Teammate, form: forms.ModelForm, change: bool) -> None:
        obj.is_staff = obj.is_superuser
        super().save_model(request, obj, form, change)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        for workspace in Workspace.objects.filter(seats__teammate=obj) or [None]:
            record(
                Activity.ROLE_CHANGE,
                workspace=workspace,
                by=hand_of(request),
                now=clock.now(),
                teammate=obj.pk,
                **changed,
            )


@admin.register(Seat)
class SeatAdmin(LookUp):
    list_display = ("teammate", "workspace", "role")
    list_filter = ("role",)
    search_fields = ("teammate__email", "teammate__name", "=workspace__app_id")
    list_select_related = ("teammate", "workspace")


@admin.register(AccessToken)
class AccessTokenAdmin(LookUp):
    list_display = ("name", "workspace", "teammate", "scopes", "last_used_at", "revoked_at")
    search_fields = ("name", "teammate__email", "=workspace__app_id")
    list_select_related = ("teammate", "workspace")
    fields = ("workspace", "teammate", "name", "scopes", "created_at", "last_used_at", "revoked_at")


@admin.register(AuditEntry)
class AuditEntryAdmin(LookUp):
    """The activity log is added to, never changed (AUD-02)."""

    list_display = ("at", "activity", "teammate", "token", "workspace", "ip")
    list_filter = ("activity", "workspace")
    search_fields = ("teammate__email", "teammate__name", "=ip")
    list_select_related = ("teammate", "token", "workspace")
    date_hierarchy = "at"
    fields = ("at", "activity", "teammate", "token", "workspace", "ip", "metadata")
    ordering = ("-at", "-pk")
