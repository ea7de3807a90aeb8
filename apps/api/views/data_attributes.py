"""Data attributes: the standard ones, and the workspace's own."""

from django.db import transaction

from apps.attributes import defining
from apps.attributes.models import About, Attribute
from apps.attributes.reports import Refusal
from apps.attributes.sources import Source
from apps.workspace.problems import Problem

from .. import reading, replying
from ..calls import Answer, Call
from ..finding import find_attribute


def list_data_attributes(call: Call) -> Answer:
    """GET /data_attributes: the standard ones, then the workspace's own (API-06)."""
    asked = call.query.get("model")
    abouts = [reading.model(asked)] if asked else list(About.values)
    attributes = Attribute.objects.filter(workspace=call.workspace, about__in=abouts).order_by("pk")
    if not reading.said_true(call.query.get("include_archived")):
        attributes = attributes.filter(archived_at=None)
    standard = [answer for about in abouts for answer in replying.standard_attributes(about)]
    return {"type": "list", "data": standard + [replying.data_attribute(attribute) for attribute in attributes]}


def create_data_attribute(call: Call) -> Answer:
    """POST /data_attributes (API-05). The Messenger may write it only if the body says so (MSG-06)."""
    body = call.body
    name = reading.attribute_name(body)
    about = reading.model(body.get("model"))
    kind = reading.kind(body)
    options = reading.options(body) or []
    description = reading.description(body) or ""
    protected = not reading.flag(body, "messenger_writable")
    try:
        attribute = defining.define(
            call.workspace,
            about,
            name,
            kind,
            source=Source.REST,
            by=call.by,
            now=call.now,
            description=description,
            options=options,
            protected=protected,
        )
    except defining.NameTaken as taken:
        raise Problem(f"You already have '{name}' in your {taken.remedy}", field="name") from None
    except Refusal as refusal:
        raise Problem(f"'{name}' {refusal.message}") from None
    return replying.data_attribute(attribute)


def update_data_attribute(call: Call, attribute_id: str) -> Answer:
    """PUT /data_attributes/{id}: all but the name and the type, which are fixed (API-06, ATT-18)."""
    attribute = find_attribute(call, attribute_id)
    body = call.body
    archived, writable = reading.flag(body, "archived"), reading.flag(body, "messenger_writable")
    description, options = reading.description(body), reading.options(body)
    protected = None if writable is None else not writable
    if options is not None and attribute.kind != "list":
        raise Problem("Only a list has options; leave them out.", field="options")
    try:
        with transaction.atomic():
            if (description, options, protected) != (None, None, None):
                attribute = defining.edit(
                    attribute, by=call.by, now=call.now, description=description, options=options, protected=protected
                )
            if archived is not None:
                move = defining.archive if archived else defining.unarchive
                attribute = move(attribute, by=call.by, now=call.now)
    except Refusal as refusal:
        raise Problem(f"'{attribute.name}' {refusal.message}") from None
    return replying.data_attribute(attribute)
