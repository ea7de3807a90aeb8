"""`{% load demo %}{% demo_banner %}`: says that people are invented, as long as they are. One query each."""

from typing import Any

from django import template
from django.template.context import RequestContext

from apps.demo.models import has_demo

register = template.Library()


@register.inclusion_tag("demo/_banner.html", takes_context=True)
def demo_banner(context: RequestContext) -> dict[str, Any]:
    request = context["request"]
    return {"has_demo": has_demo(request.workspace), "app_id": request.workspace.app_id, "may": request.seat.may}


@register.simple_tag(takes_context=True)
def holds_demo(context: RequestContext) -> bool:
    """`{% holds_demo as found %}`: whether there is demo data to remove."""
    return has_demo(context["request"].workspace)
