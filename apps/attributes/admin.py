"""Attributes and the records that carry them, for operators."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.workspace.operators import LookUp

from .catalogue import catalogue_of
from .models import Attribute, Attributed
from .values import read


@admin.register(Attribute)
class AttributeAdmin(LookUp):
    list_display = ("name", "about", "kind", "workspace", "messenger_protected", "archived_at")
    list_filter = ("about", "kind", "messenger_protected")
    search_fields = ("name", "description", "=workspace__app_id")
    list_select_related = ("workspace",)


class RecordAdmin(LookUp):
    """Records of any state, found by any part of what they are called. Values are shown, not written (UPD-01)."""

    found_by_part: ClassVar[tuple[str, ...]] = ()
    search_fields = ("public_id",)  # has Django show the search field; what it finds is said below
    search_help_text = "Name, identifiers or the 24-digit id."
    list_select_related = ("workspace",)
    list_filter: ClassVar[tuple[str, ...]] = ("state",)
    list_per_page = 50
    ordering = ("-pk",)
    readonly_fields = ("custom_values",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By lower-case parts, which an index holds, and by the whole public id."""
        term = search_term.strip().lower()
        if not term or "\x00" in term:
            return (queryset.none() if term else queryset), False
        wanted = Q(public_id=term)
        for name in self.found_by_part:
            queryset = queryset.alias(**{f"lower_{name}": Lower(name)})
            wanted |= Q(**{f"lower_{name}__contains": term})
        return queryset.filter(wanted), False

    @admin.display(description="Custom attributes")
    def custom_values(self, record: Attributed) -> SafeString | str:
        definitions = catalogue_of(record.workspace, record.about).custom
        values = read(type(record), [record.pk], definitions)[record.pk]
        known = [(d.key, d.kind.words(values[d.key])) for d in definitions if values.get(d.key) is not None]
        return format_html_join("\n", "<div>{}: {}</div>", known) or "None"
