"""Companies in the Django admin, for operators."""

from django.contrib import admin

from apps.attributes.admin import RecordAdmin

from .models import Company


@admin.register(Company)
class CompanyAdmin(RecordAdmin):
    list_display = ("__str__", "state", "company_id", "website", "public_id", "workspace")
    found_by_part = ("name", "company_id")
    exclude = ("people",)
