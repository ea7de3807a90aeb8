"""Visitors: who came without a name; read, changed, and turned into contacts (IDN-10, IDN-11)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.attributes.models import PUBLIC_ID, State
from apps.attributes.sources import Source
from apps.deletion import grace
from apps.people import identity
from apps.people.arrivals import amend
from apps.people.identity import Fate
from apps.people.merging import InvalidMerge, merge
from apps.people.models import Person, Role
from apps.workspace.problems import Conflict, Missing, Problem

from .. import reading, replying
from ..calls import Answer, Call
from ..finding import NOBODYS, find_contact, here
from ..judging import check_taken, skipped, taking_identifiers

CHANGEABLE = ("name", "custom_attributes")


def show_visitor(call: Call) -> Answer:
    """GET /visitors?user_id=."""
    return replying.visitor(call, _find(call, call.query))


def show_visitor_by_id(call: Call, visitor_id: str) -> Answer:
    """GET /visitors/{id}."""
    return replying.visitor(call, _find(call, {"id": visitor_id}))


def update_visitor(call: Call) -> Answer:
    """PUT /visitors."""
    person = _find(call, call.body)
    sent = reading.contact({key: call.body[key] for key in CHANGEABLE if key in call.body}, call.people)
    sent.check_known(call.people, person.pk)
    with transaction.atomic():
        report = amend(person, sent.offer, call.source, by=call.by, now=call.now)
        check_taken(call.people, person.pk, report)
    person.refresh_from_db()
    return replying.visitor(call, here(person, call)) | skipped(call, report)


def delete_visitor(call: Call, visitor_id: str) -> Answer:
    """DELETE /visitors/{id}: gone at once, destroyed in seven days, as contacts are (DEL-04)."""
    person = _find(call, {"id": visitor_id})
    told = replying.visitor(call, person)
    grace.request(person, by=call.by, now=call.now)
    return told


def _find(call: Call, named: Mapping[str, Any]) -> Person:
    """A visitor by Intercom's id, or by the user_id that their browser has. Raises Missing."""
    public_id, user_id = named.get("id"), named.get("user_id")
    if not (public_id or user_id or named.get("email")):
        raise Problem("Name the visitor: send an id or a user_id.", code="parameter_missing", field="user_id")
    visitors = Person.objects.of(call.workspace).active().filter(role=Role.VISITOR)
    found = None
    if isinstance(public_id, str) and PUBLIC_ID.fullmatch(public_id):
        found = visitors.filter(public_id=public_id).first()
    elif isinstance(user_id, str) and user_id and "\x00" not in user_id:
        found = visitors.filter(visitor_id=user_id).first()
    if found is None:
        raise Missing("Visitor Not Found")
    return here(found, call)


# ---- becoming a contact ----------------------------------------------------------------------------------------------


def convert_visitor(call: Call) -> Answer:
    """POST /visitors/convert: into the user who is meant, where there is one; else they are that user, or a lead."""
    role = call.body.get("type")
    if role not in (Role.USER.value, Role.LEAD.value):
        raise Problem("type must be either user or lead.", field="type")
    visitor, named = _find(call, _part(call, "visitor")), _part(call, "user")
    if role == Role.LEAD:
        return _become(call, visitor, role, _said(named, "email"))
    if not any(named.get(key) for key in ("id", "user_id", "email")):
        raise Problem("Say who they are: user needs an id, a user_id or an email.", code="parameter_missing")
    user = _user(call, named)
    if user is None:
        return _become(call, visitor, role, _said(named, "user_id", "email"))
    return replying.contact_anew(call, merge(visitor, user, by=call.by, now=call.now).pk)


def _part(call: Call, name: str) -> Mapping[str, Any]:
    part = call.body.get(name)
    if not isinstance(part, dict):
        raise Problem(f"{name} must be an object.", code="parameter_missing" if part is None else None, field=name)
    return part


def _said(named: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {"external_id" if key == "user_id" else key: named[key] for key in keys if named.get(key) is not None}


def _user(call: Call, named: Mapping[str, Any]) -> Person | None:
    """The user who is meant; None for a name that nobody has yet. Raises Missing for an id that nobody has."""
    if named.get("id"):
        user = find_contact(call, str(named["id"]))
        if user.role != Role.USER:
            raise InvalidMerge
        return user
    claim = identity.claim(named.get("user_id"), named.get("email"), None, Source.REST)
    [standing] = identity.find(call.workspace, [claim])
    if standing.fate is Fate.AMBIGUOUS:
        raise Conflict("Several users have this email; name one of them by id or user_id.", field="email")
    return Person.objects.of(call.workspace).exclude(state=State.MERGED).filter(pk=standing.pk or NOBODYS).first()


def _become(call: Call, visitor: Person, role: str, offer: Mapping[str, Any]) -> Answer:
    with taking_identifiers(call, visitor.pk):
        report = amend(visitor, offer, call.source, by=call.by, now=call.now, role=role)
        check_taken(call.people, visitor.pk, report)
    return replying.contact_anew(call, visitor.pk) | skipped(call, report)
