"""What uses an attribute, so that it is not archived from under it (ATT-42). Upper floors register what they keep."""

from collections.abc import Callable

from .models import Attribute

# Each asks for the names of what uses an attribute, worded like "segment: Trials".
Users = Callable[[Attribute], list[str]]
_registered: list[Users] = []


def register(users: Users) -> Users:
    _registered.append(users)
    return users


def uses_of(attribute: Attribute) -> list[str]:
    """Everything that uses the attribute, in words."""
    return [name for users in _registered for name in users(attribute)]
