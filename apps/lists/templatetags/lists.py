"""The cells of a row, as text: a template per cell would cost a page of a list most of its time."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.attributes.templatetags.attribute_values import day_and_time, shown
from apps.lists.columns import Column
from apps.lists.rows import Cell, Row

register = template.Library()
NUMBER = mark_safe(' class="number"')
NO_TAGS = mark_safe(
    '<span class="unknown"><span aria-hidden="true">–</span><span class="visually-hidden">No tags</span></span>'
)


@register.simple_tag(takes_context=True)
def cells(context: Context, row: Row) -> SafeString:
    """Everything of a row beside its first cell."""
    values = ((cell.column.label, _class(cell.column), _of(context, cell)) for cell in row.cells)
    return format_html_join("\n", '<td data-label="{}"{}>{}</td>', values)


def _class(column: Column) -> str:
    return NUMBER if column.is_number else ""


def _of(context: Context, cell: Cell) -> Any:
    if cell.column.fetched:
        return _tags(context, cell.value)
    return cell.words or shown(context, cell.column.definition, cell.value)


def _tags(context: Context, taggings: Any) -> SafeString:
    """Tags by name; who hung one there, and when, in its title (TAG-04)."""
    if not taggings:
        return NO_TAGS
    return format_html_join(" ", '<span class="badge outline" title="{}">{}</span>', map(_tag, taggings))


def _tag(tagging: Any) -> tuple[str, str]:
    applied = day_and_time(timezone.localtime(tagging.applied_at))
    return f"{tagging.hand}, {applied}" if tagging.hand else applied, tagging.tag.name
