"""How a value looks wherever it is shown: in a list, on a profile, on a card."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from apps.attributes.definitions import Definition
from apps.attributes.kinds import is_web_address

register = template.Library()

UNKNOWN = mark_safe('<span class="unknown">Unknown</span>')


@register.simple_tag(takes_context=True)
def shown(context: Context, definition: Definition, value: Any) -> SafeString | str:
    """A value of an attribute: unknown (UI-06), linked (ATT-37), dated (DATE-01) or as its kind words it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        return moment(context, value)
    if definition.key == "role" and not definition.custom:
        return str(value).capitalize()
    if isinstance(value, str):  # also a value from a time when the attribute was a text
        linked = is_web_address(value)
        return format_html('<a href="{}" rel="noopener nofollow">{}</a>', value, value) if linked else value
    return definition.kind.words(value)


@register.simple_tag(takes_context=True)
def moment(context: Context, instant: datetime | None) -> SafeString:
    """An instant in the viewer's time zone; UTC and the workspace's time stand in its title (DATE-01)."""
    if instant is None:
        return UNKNOWN
    request = context.get("request")
    workspace = getattr(request, "workspace", None)
    in_utc = instant.astimezone(UTC)
    title = f"{_to_the_second(in_utc)} UTC"
    if workspace and workspace.timezone != "UTC":
        title += f" · {_to_the_second(instant.astimezone(workspace.zone))} {escape(workspace.timezone)}"
    written, words = f"{in_utc:%Y-%m-%dT%H:%M:%SZ}", day_and_time(timezone.localtime(instant))
    # nothing of it was written by people, and a page has hundreds
    return mark_safe(f'<time datetime="{written}" title="{title}">{words}</time>')  # noqa: S308


def _to_the_second(local: datetime) -> str:
    return f"{local:%d %b %Y, %H:%M:%S}"


def day_and_time(local: datetime) -> str:
    """`10 Mar 2026, 15:00`, in the zone it is given in."""
    return f"{local.day} {local:%b %Y, %H:%M}"
