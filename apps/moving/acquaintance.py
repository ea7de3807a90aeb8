"""What stands behind everything else: teammates, attributes, tags, subscription types, and the names of segments.

They are few, so they are all asked for whenever a move begins or goes on; what is here already is left as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.api.reading import ABOUT
from apps.attributes import defining
from apps.attributes.keys import rewritten
from apps.attributes.models import Attribute
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.subscriptions.models import Consent, Content, SubscriptionType
from apps.tags import tagging
from apps.tags.models import Tag
from apps.workspace.hands import Hand
from apps.workspace.models import Teammate, Workspace
from apps.workspace.problems import Conflict, Problem

from .elsewhere import Answer, Elsewhere
from .ledger import Ledger
from .reading import kind_of, listed


@dataclass(slots=True)
class Acquaintance:
    """The other server's names and ids of things, and what they are here."""

    teammates: dict[str, Teammate] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # all of theirs, for what those wrote who are not here
    renamed: dict[str, dict[str, str]] = field(default_factory=lambda: {"person": {}, "company": {}})
    tags: dict[str, Tag] = field(default_factory=dict)
    subscriptions: dict[str, SubscriptionType] = field(default_factory=dict)

    def hand_of(self, admin: Any, otherwise: Hand) -> Hand:
        """The hand of a teammate there: as themselves where they are here as well, else by their name."""
        if not isinstance(admin, dict) or not admin.get("id"):
            return otherwise
        known = str(admin["id"])
        if teammate := self.teammates.get(known):
            return Hand(name=str(teammate), teammate_id=teammate.pk)
        name = str(admin.get("name") or self.names.get(known) or "")
        return Hand(name=name[:120]) if name else otherwise


def made(workspace: Workspace, elsewhere: Elsewhere, ledger: Ledger, *, by: Hand, now: datetime) -> Acquaintance:
    """Ask for all of it, then make here what is missing, in one transaction."""
    asked = {
        "admins": elsewhere.get("/admins").get("admins") or [],
        "attributes": listed(elsewhere.get("/data_attributes", {"include_archived": "true"})),
        "tags": listed(elsewhere.get("/tags")),
        "subscriptions": listed(elsewhere.get("/subscription_types")),
        "segments": elsewhere.get("/segments").get("segments") or [],
    }
    known = Acquaintance()
    with transaction.atomic():
        _meet(known, workspace, asked["admins"], ledger)
        for attribute in asked["attributes"]:
            _define(known, workspace, attribute, ledger, by, now)
        for tag in asked["tags"]:
            with _told(ledger, "tag", tag):
                known.tags[str(tag["id"])] = tagging.find_or_create(workspace, tag.get("name"), by=by, now=now)
        for subscription in asked["subscriptions"]:
            with _told(ledger, "subscription type", _wording(subscription)):
                known.subscriptions[str(subscription["id"])] = _subscription(workspace, subscription, by, now)
        for segment in asked["segments"]:
            reason = "the API tells no segment's filter; make it anew, if you need it"
            ledger.note("segment", str(segment.get("name")), reason)
        ledger.write(anew=False)
    return known


class _told:
    """What cannot be made is noted, and the move goes on."""

    def __init__(self, ledger: Ledger, what: str, named: Any) -> None:
        self.note: Callable[[str], None] = lambda reason: ledger.note(what, str(named.get("name")), reason)
        self.savepoint = transaction.atomic()

    def __enter__(self) -> None:
        self.savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> bool:
        self.savepoint.__exit__(kind, error, traceback)
        if isinstance(error, (Problem, Refusal)):
            self.note(error.message)
            return True
        return False


def _meet(known: Acquaintance, workspace: Workspace, admins: list[Any], ledger: Ledger) -> None:
    """Teammates are the same by their email. Nobody is given a seat by a move."""
    seated = {
        teammate.email.lower(): teammate
        for teammate in Teammate.objects.filter(seats__workspace=workspace, is_active=True)
    }
    for admin in admins:
        known.names[str(admin.get("id"))] = str(admin.get("name") or admin.get("email") or "")
        email = str(admin.get("email") or "").lower()
        if email in seated:
            known.teammates[str(admin.get("id"))] = seated[email]
        else:
            reason = "is no teammate here, so what they own has no owner; invite them first"
            ledger.note("teammate", str(admin.get("email") or admin.get("name")), reason)


def _define(known: Acquaintance, workspace: Workspace, told: Any, ledger: Ledger, by: Hand, now: datetime) -> None:
    about, name = ABOUT.get(str(told.get("model"))), told.get("name")
    if not told.get("custom") or about is None or not isinstance(name, str):
        return
    with _told(ledger, f"attribute of a {told['model']}", told):
        here = rewritten(name)
        if here != name:
            known.renamed[about][name] = here
        standing = Attribute.objects.filter(workspace=workspace, about=about, name=here).first()
        if standing is None:
            _make(workspace, about, here, told, by, now)
        elif standing.kind != kind_of(told):
            reason = f"is {kind_of(told)} there and {standing.kind} here; what fits is taken"
            ledger.note(f"attribute of a {told['model']}", name, reason)


def _make(workspace: Workspace, about: str, name: str, told: Any, by: Hand, now: datetime) -> None:
    kind = kind_of(told)
    attribute = defining.define(
        workspace,
        about,
        name,
        kind,
        source=Source.CSV,  # REST refuses names that pings and files are let have
        by=by,
        now=now,
        description=str(told.get("description") or "")[:500],
        options=[str(option) for option in told.get("options") or ()],
        protected=told.get("messenger_writable") is False,
    )
    if told.get("archived"):
        defining.archive(attribute, by=by, now=now)


def _wording(told: Any) -> Answer:
    wording = told.get("default_translation")
    return wording if isinstance(wording, dict) else {}


def _subscription(workspace: Workspace, told: Any, by: Hand, now: datetime) -> SubscriptionType:
    said = _wording(told)
    name = str(said.get("name") or "").strip()[:120]
    if not name:
        raise Problem("has no name")
    mine = SubscriptionType.objects.filter(workspace=workspace, name__iexact=name).first()
    consent = told.get("consent_type") if told.get("consent_type") in Consent.values else Consent.OPT_OUT.value
    if mine is None:
        content = [one for one in told.get("content_types") or () if one in Content.values] or [Content.EMAIL.value]
        wording = Wording(name, str(said.get("description") or "")[:500], str(said.get("locale") or "en")[:12], content)
        mine = keeping.create(workspace, wording, consent, by=by, now=now)
        if told.get("state") == "archived":
            mine = keeping.archive(mine, by=by, now=now)
    elif mine.consent_type != consent:
        raise Conflict(f"asks for another consent here ({mine.consent_type}), so nobody's choice is taken")
    return mine


def owner_of(known: Acquaintance, raw: Any) -> tuple[int | None, str]:
    """The teammate here who an owner there is; and who that was, where they are nobody here."""
    if raw is None or raw == "":
        return None, ""
    teammate = known.teammates.get(str(raw))
    return (teammate.pk, "") if teammate else (None, known.names.get(str(raw)) or str(raw))
