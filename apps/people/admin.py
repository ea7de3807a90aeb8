"""People in the Django admin, for operators: found whatever their state, never changed there."""

from django.contrib import admin

from apps.attributes.admin import RecordAdmin

from .models import Person


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    list_display = ("__str__", "role", "state", "email", "external_id", "public_id", "workspace")
    list_filter = ("state", "role")
    found_by_part = ("name", "email", "external_id")
