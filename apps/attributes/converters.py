"""What stands in the addresses of pages: a record's public id, an attribute's key."""

from django.urls import register_converter

from .models import PUBLIC_ID
from .subjects import SLUGS, SUBJECTS


class PublicId:
    """24 hex digits."""

    regex = PUBLIC_ID.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class About:
    """People's or companies' attributes."""

    regex = "person|company"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Data:
    """The settings of people's or companies' attributes: `people-data`, `company-data`."""

    regex = "|".join(SLUGS)

    def to_python(self, value: str) -> str:
        return SLUGS[value]

    def to_url(self, value: str) -> str:
        return SUBJECTS[value].slug


class Key:
    """An attribute's key: spaces, slashes, line breaks, any script."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PublicId, "public_id")
register_converter(About, "about")
register_converter(Data, "data")
register_converter(Key, "key")
