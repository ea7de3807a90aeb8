"""The picture of a record, or the tile that stands for it: plain text, as a list has fifty of them."""

from html import escape
from typing import Any


def avatar(record: Any, size: str = "", is_square: bool = False) -> str:
    """The initials stand behind the picture, which may not load (AVA-04). `size`: small, large or nothing."""
    classes = " ".join(filter(None, ["avatar", "company" if is_square else "", f"tone-{record.tone}", size]))
    return f'<span class="{escape(classes)}" aria-hidden="true">{escape(record.initials)}{_picture(record)}</span>'


def _picture(record: Any) -> str:
    address = getattr(record, "avatar", None)
    if not address:
        return ""
    return f'<img src="{escape(address)}" alt="" referrerpolicy="no-referrer" loading="lazy" decoding="async">'
