"""The section Qualification of a record's page. The floors above put it on people's and companies' pages (QUAL-01)."""

from typing import Protocol

from apps.attributes.models import Attributed
from apps.attributes.sections import Context, Section
from apps.workspace.models import Seat
from apps.workspace.permissions import Grant, can

from .panel import Asked, Facts, panel_of


class Profile(Protocol):
    """What a page knows that has this section: what is asked there, and the values that it reads anyway."""

    seat: Seat
    record: Attributed

    @property
    def asked(self) -> Asked: ...

    @property
    def facts(self) -> Facts: ...


def qualification(profile: Profile) -> Context:
    """The panel, and whether this teammate may choose what it asks."""
    panel = panel_of(profile.seat, profile.record, profile.asked, profile.facts)
    return {"panel": panel, "count": len(panel.cells), "manages": can(profile.seat, Grant.MANAGE_DATA)}


QUALIFICATION = Section(
    10,
    "qualification",
    "Qualification",
    "qualification/_section.html",
    qualification,
    actions="qualification/_section_actions.html",
)
