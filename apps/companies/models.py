"""Companies, and who belongs to them."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from apps.attributes.models import Attributed, AttributedQuerySet, State
from apps.people.models import Person
from apps.people.naming import initials
from apps.workspace.models import Workspace

models.TextField.register_lookup(Lower)  # name__lower finds by the index over lower(name)


class Company(Attributed):
    """A group of people (CO-01). Values are written by `attributes.writing` alone."""

    about: ClassVar[str] = "company"

    company_id = models.TextField(
        "company ID", null=True
    )  # the customer's own; none on a qualification company (QUAL-26)
    name = models.TextField("company name", null=True)
    remote_created_at = models.DateTimeField(null=True)
    last_request_at = models.DateTimeField(null=True)
    session_count = models.IntegerField(default=0, db_default=0)
    plan = models.TextField(null=True)
    monthly_spend = models.IntegerField(null=True)
    size = models.BigIntegerField(null=True)
    website = models.TextField(null=True)
    industry = models.TextField(null=True)

    people = models.ManyToManyField(Person, through="Membership", related_name="companies")

    head: ClassVar[tuple[str, ...]] = (
        *Attributed.head,
        *("company_id", "name", "plan", "last_request_at"),
    )
    dated_by: ClassVar[dict[str, str]] = {
        "last_request_at": "last_request_at",
        "session_count": "last_request_at",
        "updated_at": "updated_at",
    }

    objects: ClassVar = AttributedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "public_id"], name="a_companys_public_id_is_unique"),
            models.UniqueConstraint(fields=["workspace", "company_id"], name="a_company_id_is_taken_once"),
        ]
        indexes = [
            models.Index("workspace", Lower("name"), name="companies_by_name"),
            models.Index(
                "workspace",
                F("last_request_at").desc(nulls_last=True),
                F("id").desc(),
                condition=Q(state=State.ACTIVE),
                name="companies_by_last_seen",
            ),
            GinIndex(
                F("workspace"),
                OpClass(Lower("name"), "gin_trgm_ops"),
                OpClass(Lower("company_id"), "gin_trgm_ops"),
                name="companies_by_any_part",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name or self.company_id or "Unnamed company"

    @property
    def initials(self) -> str:
        return initials(self.label)

    def page(self) -> str:
        return reverse("companies:profile", args=[self.workspace.app_id, self.public_id])


class Membership(models.Model):
    """A person belongs to a company (many to many)."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)  # the last ping of this person that named this company

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "company"], name="a_person_belongs_to_a_company_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.company}"
