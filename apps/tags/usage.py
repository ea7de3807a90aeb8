"""Which segments ask for a tag, so that it is not deleted from under them (TAG-03). Segments register how to tell."""

from collections.abc import Callable, Mapping, Sequence

from .models import Tag

# Asks, in as many queries for many tags of one workspace as for one, for the names of what uses them, by the tag's key.
Users = Callable[[Sequence[Tag]], Mapping[int, Sequence[str]]]
_registered: list[Users] = []


def register(users: Users) -> Users:
    _registered.append(users)
    return users


def segments_of_each(tags: Sequence[Tag]) -> dict[int, list[str]]:
    """The names of the segments that ask for some tags of one workspace."""
    found: dict[int, list[str]] = {tag.pk: [] for tag in tags}
    for users in _registered if found else ():
        for pk, names in users(tags).items():
            found[pk].extend(names)
    return found


def segments_of(tag: Tag) -> list[str]:
    """The names of the segments that ask for a tag."""
    return segments_of_each([tag])[tag.pk]
