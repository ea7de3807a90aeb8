"""The tags and notes that the demo's teammates have left on people and studios."""

from random import Random

from apps.companies.models import Company
from apps.people.models import Person, Role
from apps.tags import noting
from apps.tags.models import Tag
from apps.tags.tagging import add, create
from apps.workspace.models import Workspace

from .cast import DAY, HISTORY, HOUR
from .story import BILLING, Told
from .words import LEAD_NOTES, STUDIO_NOTES, STUDIO_TAGS, TAGS, USER_NOTES

SEED = "remarks of their own, so that they change nothing else in the story"
BY_BILLING = "Pays by invoice"


def remark(workspace: Workspace, told: Told) -> list[Tag]:
    """Hang the tags and write the notes, each at a moment when whom it is about had come. Returns the tags."""
    own = Told(Random(SEED), told.cast, told.now, told.founder, told.owners)  # noqa: S311 - nothing here is secret
    tags = {name: create(workspace, name, by=own.founder, now=own.now) for name in dict.fromkeys([*TAGS, *STUDIO_TAGS])}
    # as with attributes: what carries them is older than the demo
    Tag.objects.filter(pk__in=[tag.pk for tag in tags.values()]).update(created_at=own.now - HISTORY)
    _hang(workspace, own, tags)
    _write(workspace, own)
    return list(tags.values())


def _hang(workspace: Workspace, told: Told, tags: dict[str, Tag]) -> None:
    for name, amount in TAGS.items():
        for days in (64, 19):
            at = told.now - days * DAY - told.pick.randint(0, 9) * HOUR
            chosen = told.some(told.cast.people, amount, at)
            hand = BILLING if name == BY_BILLING else told.founder
            add(Person, workspace, [character.pk for character in chosen], tags[name], by=hand, now=at)
    for name, amount in STUDIO_TAGS.items():
        at = told.now - 26 * DAY
        chosen_studios = told.pick.sample(told.cast.studios, amount)
        add(Company, workspace, [studio.pk for studio in chosen_studios], tags[name], by=told.founder, now=at)


def _write(workspace: Workspace, told: Told) -> None:
    for role, notes in ((Role.USER, USER_NOTES), (Role.LEAD, LEAD_NOTES)):
        for number, text in enumerate(notes):
            at = told.now - (2 + 3 * number) * DAY - told.pick.randint(0, 300) * HOUR / 60
            for character in told.some(told.cast.having(role), 2, at):
                noting.add(Person(pk=character.pk, workspace=workspace), text, by=told.founder, now=at)
    for number, text in enumerate(STUDIO_NOTES):
        studio = told.pick.choice(told.cast.studios)
        at = told.now - (4 + 6 * number) * DAY
        noting.add(Company(pk=studio.pk, workspace=workspace), text, by=told.founder, now=at)
