"""The hands that write values, by the way they come in (UPD-01)."""

from django.db.models import TextChoices


class Source(TextChoices):
    MANUAL = "manual", "Edited by hand"
    PING = "ping", "Messenger"
    SIGNED_PING = "signed_ping", "Messenger, signed"
    OPERATOR = "operator", "Collected by workflow"
    CSV = "csv", "CSV import"
    REST = "rest", "REST API"
    AUTO = "auto", "Set by the platform"

    @property
    def is_ping(self) -> bool:
        return self in PINGS


PINGS = frozenset({Source.PING, Source.SIGNED_PING})
EVERY_SOURCE = frozenset(Source)
