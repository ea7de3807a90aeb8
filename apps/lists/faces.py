"""The picture of a record, or the tile that stands for it: plain text, as a list has fifty of them."""

from html import escape
from typing import Any


def face(record: Any, size: str = "", *, is_online: bool) -> str:
    """A picture or tile, with a dot where somebody is online (PRES-04)."""
    classes = " ".join(filter(None, ["face", size]))
    return f'<span class="{escape(classes)}">{avatar(record, size)}{presence(record.public_id, is_online)}</span>'


def presence(public_id: str, is_online: bool, *, beside: bool = False) -> str:
    """What says whether somebody is online. `beside`: htmx puts it where the old one stands (PRES-05)."""
    dot = '<span class="dot" title="Online now"><span class="visually-hidden">Online now</span></span>'
    swap = ' hx-swap-oob="true"' if beside else ""
    return f'<span class="presence" id="online-{escape(public_id)}"{swap}>{dot if is_online else ""}</span>'


def avatar(record: Any, size: str = "", is_square: bool = False) -> str:
    """The initials stand behind the picture, which may not load (AVA-04). `size`: small, large or nothing."""
    classes = " ".join(filter(None, ["avatar", "company" if is_square else "", f"tone-{record.tone}", size]))
    return f'<span class="{escape(classes)}" aria-hidden="true">{escape(record.initials)}{_picture(record)}</span>'


def _picture(record: Any) -> str:
    address = getattr(record, "avatar", None)
    if not address:
        return ""
    return f'<img src="{escape(address)}" alt="" referrerpolicy="no-referrer" loading="lazy" decoding="async">'
