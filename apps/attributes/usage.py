"""What uses an attribute, so that it is not archived from under it (ATT-42). Upper floors register what they keep."""

from collections.abc import Callable, Mapping, Sequence

from .models import Attribute

# Each asks, in as many queries for many attributes of one workspace as for one, for the names of what uses them,
# worded like "segment: Trials", by the attribute's key.
Users = Callable[[Sequence[Attribute]], Mapping[int, list[str]]]
_registered: list[Users] = []


def register(users: Users) -> Users:
    _registered.append(users)
    return users


def uses_of_each(attributes: Sequence[Attribute]) -> dict[int, list[str]]:
    """Everything that uses some attributes of one workspace, in words: {pk: names}."""
    found: dict[int, list[str]] = {attribute.pk: [] for attribute in attributes}
    for users in _registered if found else ():
        for pk, names in users(attributes).items():
            found[pk].extend(names)
    return found


def uses_of(attribute: Attribute) -> list[str]:
    """Everything that uses the attribute, in words."""
    return uses_of_each([attribute])[attribute.pk]
