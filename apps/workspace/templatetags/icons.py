"""`{% lucide "pencil" size=16 %}`: an icon, drawn once. A page has dozens, and drawing takes time."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as drawn

register = template.Library()
_kept = lru_cache(maxsize=1_000)(drawn)


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: str) -> SafeString | str:
    return _kept(name, size=size, **attributes)
