from collections.abc import Iterator
from datetime import timedelta

from django.db import models

from apps.people.models import Person, Role
from apps.workspace.models import Teammate, Workspace

from . import reach
from .masking import masked

GRACE = timedelta(days=7)  # DEL-07


class Deletion(models.Model):
    """Somebody asked that a person be forgotten: hidden at once, destroyed when the grace has passed."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="deletions")
    # The database does not check it: `grace` holds the person, and a purge takes both. Asked of thousands at once it
    # would read this table once for each, since it plans that question while the table is small and remembers the plan.
    person = models.OneToOneField(Person, models.CASCADE, related_name="deletion", db_constraint=False)
    by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state_before = models.CharField(max_length=16)
    # What was taken already from places that know no transaction, for the receipt: see `destroying`.
    swept = models.JSONField(default=dict, db_default={})

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="deletions_by_due_date")]

    def __str__(self) -> str:
        return f"due {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def masked_identifiers(self) -> list[str]:
        """For whoever looks for one request among many (D-29)."""
        return [masked(name) for name in (self.person.external_id, self.person.email) if name]


class Receipt(models.Model):
    """What is left of somebody who was destroyed: that it happened, and what went from where (BEY-09).

    Free of personal data: an Intercom ID leads to nobody any more.
    """

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="receipts", db_constraint=False, db_index=False
    )
    public_id = models.CharField("Intercom ID", max_length=24)
    role = models.CharField(max_length=8, choices=Role)
    by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+")  # who asked for it
    requested_at = models.DateTimeField()
    destroyed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)  # from then on not a byte is left in the stores: see `settling`
    taken = models.JSONField(default=dict)  # a place of `reach` → how much of it went, or was cleaned

    class Meta:
        indexes = [
            models.Index("workspace", models.F("id").desc(), name="receipts_newest_first"),
            models.Index(fields=["workspace", "public_id"], name="receipts_by_intercom_id"),
            models.Index(fields=["id"], condition=models.Q(settled_at=None), name="receipts_that_do_not_stand_yet"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def lines(self) -> Iterator[str]:
        """What went from where, in words; a place that there is no more is called as it was."""
        order = [place.label for place in reach.told()]
        for label in sorted(self.taken, key=lambda one: order.index(one) if one in order else len(order)):
            place, number = reach.PLACES.get(label), self.taken[label]
            words = (place.one if number == 1 else place.many) if place else label
            yield f"{number:,} {words}"
