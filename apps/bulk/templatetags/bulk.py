"""The buttons of a list's selection bar: the actions that its teammate may take."""

from typing import Any

from django import template
from django.urls import reverse

from apps.bulk.actions import all_actions
from apps.workspace.permissions import can

register = template.Library()


@register.simple_tag(takes_context=True)
def bulk_actions(context: Any, about: str) -> list[dict[str, Any]]:
    """What may be done to many records of a sort, by whoever looks at the page."""
    request = context["request"]
    return [
        {
            "label": action.label,
            "icon": action.icon,
            "danger": action.danger,
            "url": reverse(f"bulk:{action.slug}", args=[request.workspace.app_id, about]),
        }
        for action in all_actions()
        if about in action.abouts and can(request.seat, action.grant)
    ]
