"""Addresses that say what is asked of a page."""

from typing import Any
from urllib.parse import urlencode


def address(path: str, **asked: Any) -> str:
    """A page's path with what is asked of it; nothing stands for what is not."""
    said = {key: value for key, value in asked.items() if value}
    return f"{path}?{urlencode(said)}" if said else path
