"""What hangs on people and companies: tags, notes, memberships, choices, sums of events. Nothing of it is doubled."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.api.note_bodies import as_text
from apps.attributes import other_ids
from apps.attributes.models import Attributed
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.events import summing
from apps.people.models import Person
from apps.subscriptions.choosing import choose
from apps.tags import noting, tagging
from apps.tags.models import Note, Tag
from apps.workspace.hands import Hand
from apps.workspace.models import Workspace
from apps.workspace.problems import Problem

from .acquaintance import Acquaintance
from .ledger import Ledger
from .reading import Json, moment

Whose = tuple[int, Json]  # the key of a record here, and what hung on it there


@dataclass(frozen=True, slots=True)
class Setting:
    """In which move something is taken, by whose hand, and when."""

    workspace: Workspace
    known: Acquaintance
    ledger: Ledger
    by: Hand
    now: datetime


def hang_tags(setting: Setting, model: type[Attributed], carried: Iterable[Whose]) -> None:
    """A statement for all that got a tag at once from one hand."""
    together: dict[tuple[Tag, Hand, datetime], list[int]] = defaultdict(list)
    for pk, told in carried:
        tag = setting.known.tags.get(str(told.get("id")))
        if tag is None:
            setting.ledger.note(f"{model.about} tag", str(told.get("name") or told.get("id")), "could not be made here")
            continue
        hand = setting.known.hand_of(told.get("applied_by"), setting.by)
        together[tag, hand, moment(told.get("applied_at")) or setting.now].append(pk)
    for (tag, hand, at), pks in together.items():
        tagging.add(model, setting.workspace, pks, tag, by=hand, now=at)


def leave_notes(setting: Setting, model: type[Attributed], left: Iterable[Whose]) -> None:
    """A note is known again by the record and the second that it was left on: so many of a second as there were."""
    wanted = list(left)
    pks = {pk for pk, _ in wanted}
    records = {record.pk: record for record in model._default_manager.filter(pk__in=pks).select_related("workspace")}
    notes = Note.objects.filter(workspace=setting.workspace, about=model.about, record_id__in=pks)
    standing = Counter(notes.values_list("record_id", "created_at"))
    for pk, told in sorted(wanted, key=lambda one: str(one[1].get("created_at"))):
        at = moment(told.get("created_at")) or setting.now
        if standing[pk, at]:
            standing[pk, at] -= 1
            continue
        try:
            text = as_text(told.get("body"))
            noting.add(records[pk], text, by=setting.known.hand_of(told.get("author"), setting.by), now=at)
        except Problem as problem:
            setting.ledger.note(f"{model.about} note", "", problem.message, records[pk].public_id)


def join_companies(setting: Setting, people: dict[int, Person], belonging: Iterable[tuple[int, str]]) -> None:
    """By the companies' ids there."""
    wanted = list(belonging)
    ids = {company_id for _, company_id in wanted}
    keys = other_ids.meant(setting.workspace, Company.about, ids)
    active = Company.objects.of(setting.workspace).active()
    found = {company.public_id: company for company in active.filter(public_id__in=ids)}
    elsewhere = active.in_bulk(keys.values())
    found |= {other: elsewhere[pk] for other, pk in keys.items() if pk in elsewhere and other not in found}
    for pk, company_id in wanted:
        try:
            if company_id not in found:
                raise Problem("the company is not here")
            join(people[pk], found[company_id], now=setting.now)
        except Problem as problem:
            setting.ledger.note("membership", "", problem.message, people[pk].public_id)


def take_choices(setting: Setting, people: dict[int, Person], chosen: Iterable[tuple[int, str]]) -> None:
    for pk, subscription_id in chosen:
        subscription = setting.known.subscriptions.get(subscription_id)
        if subscription is None:
            reason = "is a choice about a subscription type that could not be taken"
            setting.ledger.note("subscription", subscription_id, reason, people[pk].public_id)
        else:
            choose(people[pk], subscription, by=setting.by, now=setting.now)


def tell_sums(setting: Setting, people: dict[int, Person], counted: Iterable[Whose]) -> None:
    """How often somebody did something, first and last (EVT-07)."""
    by_person: dict[int, list[summing.Sum]] = defaultdict(list)
    for pk, told in counted:
        name = str(told.get("name"))
        try:
            sum_ = summing.sum_of(setting.workspace, {**told, "event_name": name}, Source.REST)
        except Refusal as refusal:
            setting.ledger.note("event", name, refusal.message, people[pk].public_id)
        else:
            by_person[pk].append(sum_)
    for pk, sums in by_person.items():
        for outcome, one in zip(summing.tell(setting.workspace, pk, sums, now=setting.now), sums, strict=True):
            if not outcome.accepted:
                setting.ledger.note("event", one.name, outcome.message, people[pk].public_id)


def note_refusals(setting: Setting, what: str, refused: dict[str, Any], example: str) -> None:
    for key, refusal in refused.items():
        setting.ledger.note(f"{what} value", key, refusal.message, example)
