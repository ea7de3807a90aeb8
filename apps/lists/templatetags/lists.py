"""The rows of a list as text: a template for every cell would cost a page most of its time."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from apps.attributes.templatetags.attribute_values import UNKNOWN, day_and_time, moment, shown
from apps.lists import faces
from apps.lists.columns import Column
from apps.lists.pages import Page
from apps.lists.rows import Cell, Row

register = template.Library()
NO_TAGS = '<span class="unknown"><span aria-hidden="true">–</span><span class="visually-hidden">No tags</span></span>'
ANY_ID = "0" * 24  # a public id as addresses have it


@register.simple_tag
def avatar(record: Any, size: str = "", is_square: bool = False) -> SafeString:
    """`{% avatar person "small" %}`: the picture or the tile."""
    return mark_safe(faces.avatar(record, size, is_square))  # noqa: S308 - every part is escaped


@register.simple_tag
def face(record: Any, size: str, is_online: bool) -> SafeString:
    """`{% face person "large" is_online %}`: the same, with a dot where somebody is online."""
    return mark_safe(faces.face(record, size, is_online=is_online))  # noqa: S308 - every part is escaped


@register.simple_tag(takes_context=True)
def rows(context: Context, page: Page) -> SafeString:
    """The body of a list's table: the box to tick, picture and name, and the values of the columns shown."""
    profile = reverse(page.kind.profile, args=[page.asking.workspace.app_id, ANY_ID])
    openings = [_opening(column) for column in page.seen.columns]
    lines = (_row(context, page, row, profile, openings) for row in page.seen.rows)
    return mark_safe("\n".join(lines))  # noqa: S308 - every part is escaped


def _row(context: Context, page: Page, row: Row, profile: str, openings: Sequence[str]) -> str:
    label, public_id = escape(row.record.label), row.record.public_id
    box = _box(public_id, label) if page.selects else ""
    address = profile.replace(ANY_ID, public_id)
    who = f'<a class="who" href="{address}">{_face(page, row.record)}<span class="who-name">{label}</span></a>'
    cells = "\n".join(f"{begun}{_of(context, cell)}</td>" for begun, cell in zip(openings, row.cells, strict=True))
    return f'<tr>\n{box}<th scope="row" class="lead-cell stay">{who}</th>\n{cells}\n</tr>'


def _face(page: Page, record: Any) -> str:
    if page.online is None:
        return faces.avatar(record, is_square=page.kind.is_square)
    return faces.face(record, is_online=record.public_id in page.online)


def _box(public_id: str, label: str) -> str:
    tick = f'<input type="checkbox" form="selection" name="chosen" value="{public_id}" aria-label="Select {label}">'
    return f'<td class="tight">{tick}</td>\n'


def _opening(column: Column) -> str:
    """How each cell of a column begins."""
    kind = ' class="number"' if column.is_number else ""
    return f'<td data-label="{escape(column.label)}"{kind}>'


def _of(context: Context, cell: Cell) -> str:
    if cell.column.fetched:
        return _tags(cell.value)
    if cell.words:
        return escape(cell.words)
    if cell.value is None:
        return UNKNOWN
    return _written(context, cell.column, cell.value)


def _written(context: Context, column: Column, value: Any) -> str:
    if isinstance(value, datetime):
        return moment(context, value)
    words = shown(context, column.definition, value)
    return words if isinstance(words, SafeString) else escape(words)


def _tags(taggings: Any) -> str:
    """Tags by name; who hung one there, and when, in its title (TAG-04)."""
    return " ".join(map(_tag, taggings)) or NO_TAGS


def _tag(tagging: Any) -> str:
    applied = day_and_time(timezone.localtime(tagging.applied_at))
    origin = f"{tagging.hand}, {applied}" if tagging.hand else applied
    return f'<span class="badge outline" title="{escape(origin)}">{escape(tagging.tag.name)}</span>'
