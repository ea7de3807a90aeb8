"""Where a list is exported from."""

from django import template
from django.urls import reverse

from apps.attributes.addresses import address
from apps.lists.asking import Asking

register = template.Library()


@register.simple_tag
def export_address(asking: Asking) -> str:
    """`{% export_address asking %}`: the page that exports everybody whom a list finds."""
    path = reverse("exports:new", args=[asking.workspace.app_id, asking.kind.about])
    return address(path, **{**asking.said, "sort": "", "all": "1"})
