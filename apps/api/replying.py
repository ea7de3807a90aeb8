"""What is known, as the API writes it. Times are unix seconds; the shapes are those of the published description."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from apps.attributes import values
from apps.attributes.definitions import Catalogue, Definition
from apps.attributes.kinds import KINDS
from apps.attributes.models import Attribute, Attributed, State
from apps.attributes.sources import Source
from apps.attributes.standard import STANDARD
from apps.companies.models import Company, Membership
from apps.events.models import Event, EventSummary
from apps.people.models import Merge, Person, Role
from apps.segments.comparisons import Moment
from apps.segments.language import Unreadable
from apps.segments.membership import badges_of_each
from apps.segments.standing import Standing
from apps.subscriptions.models import Consent, SubscriptionType
from apps.tags.models import Note, Tag, Tagging
from apps.tags.tagging import tags_of_each
from apps.workspace.models import AuditEntry, Teammate, Workspace
from apps.workspace.prepared import prepared_cursor

from .calls import Call
from .models import ContentExport
from .note_bodies import as_html
from .reading import NAME_OF_MODEL
from .segment_ids import id_of
from .versions import at_least

MOST_NESTED = 10  # of a contact's companies, tags and notes

# ---- people ----------------------------------------------------------------------------------------------------------

MOBILE = ["app_name", "app_version", "device", "os_version", "sdk_version", "last_seen_at"]
CONTACT_AS_IS = [
    *("external_id", "role", "email", "email_domain", "phone", "name"),
    *("created_at", "updated_at", "signed_up_at", "last_seen_at", "last_replied_at", "last_contacted_at"),
    *("last_email_opened_at", "last_email_clicked_at"),
    *("language_override", "browser", "browser_version", "browser_language", "os"),
    *(f"{system}_{key}" for system in ("android", "ios") for key in MOBILE),
    *("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term", "referrer"),
]
CONTACT_FLAGS = ["has_hard_bounced", "marked_email_as_spam", "unsubscribed_from_emails"]  # never null there
LOCATION = ["country", "region", "city", "country_code", "continent_code"]

# What hangs on some people: of each sort the first few ids, and how many there are. One statement for all of it.
SORTS = ("company", "tag", "note", *Consent.values)
ATTACHED = """
    SELECT sort, person_id, id, total FROM (
        SELECT 'company' AS sort, person_id, company.public_id AS id,
            row_number() OVER (PARTITION BY person_id ORDER BY membership.id) AS place,
            count(*) OVER (PARTITION BY person_id) AS total
        FROM companies_membership AS membership JOIN companies_company AS company ON company.id = membership.company_id
        WHERE person_id = ANY(%(people)s) AND company.state = 'active'
        UNION ALL
        SELECT 'tag', record_id, tag_id::text, row_number() OVER (PARTITION BY record_id ORDER BY tagging.id),
            count(*) OVER (PARTITION BY record_id)
        FROM tags_tagging AS tagging JOIN tags_tag AS tag ON tag.id = tag_id
        WHERE tagging.workspace_id = %(workspace)s AND about = 'person' AND record_id = ANY(%(people)s)
        UNION ALL
        SELECT 'note', record_id, id::text, row_number() OVER (PARTITION BY record_id ORDER BY id DESC),
            count(*) OVER (PARTITION BY record_id)
        FROM tags_note
        WHERE workspace_id = %(workspace)s AND about = 'person' AND record_id = ANY(%(people)s)
        UNION ALL
        SELECT consent_type, person_id, subscription_id::text,
            row_number() OVER (PARTITION BY person_id, consent_type ORDER BY choice.id),
            count(*) OVER (PARTITION BY person_id, consent_type)
        FROM subscriptions_choice AS choice JOIN subscriptions_subscriptiontype AS type ON type.id = subscription_id
        WHERE person_id = ANY(%(people)s)
    ) AS attached
    WHERE place <= %(most)s ORDER BY place
"""

Attached = tuple[list[str], int]  # the ids of some, and how many there are


def contact(call: Call, person: Person) -> dict[str, Any]:
    """A single contact, with what only single ones carry."""
    [answer] = contacts(call, [person])
    return answer | {"enabled_push_messaging": person.enabled_push_messaging}


def contact_anew(call: Call, pk: int) -> dict[str, Any]:
    """A single contact as they stand now, after a change: two queries."""
    person, held = values.whole(Person, pk, call.people.custom)
    custom = {key: _plain(value) for key, value in held.items() if value is not None}
    answer = _contact(call, person, custom, _attached(call.workspace, [pk])[pk])
    return answer | {"enabled_push_messaging": person.enabled_push_messaging}


def contacts(call: Call, people: Sequence[Person]) -> list[dict[str, Any]]:
    """Whole contacts: two queries, whatever their number."""
    pks = [person.pk for person in people]
    custom = custom_attributes(Person, pks, call.people)
    attached = _attached(call.workspace, pks)
    return [_contact(call, p, custom.get(p.pk, {}), attached[p.pk]) for p in people]


def _contact(call: Call, person: Person, custom: dict[str, Any], attached: dict[str, Attached]) -> dict[str, Any]:
    here = f"/contacts/{person.public_id}"
    older = {} if at_least(call.version, "2.12") else {"formatted_phone": person.phone}
    return {
        "type": "contact",
        "id": person.public_id,
        "workspace_id": call.workspace.app_id,
        **{key: _plain(getattr(person, key)) for key in CONTACT_AS_IS},
        **{key: bool(getattr(person, key)) for key in CONTACT_FLAGS},
        "owner_id": _owner(person, call.version),
        "avatar": {"type": "avatar", "image_url": person.avatar} if person.avatar else None,
        "location": {"type": "location", **{key: getattr(person, key) for key in LOCATION}},
        "social_profiles": {"type": "list", "data": []},
        "custom_attributes": custom,
        "tags": _nested("tag", f"{here}/tags", attached["tag"]),
        "notes": _nested("note", f"{here}/notes", attached["note"]),
        "companies": _nested("company", f"{here}/companies", attached["company"]),
        "opted_out_subscription_types": _nested("subscription", f"{here}/subscriptions", attached[Consent.OPT_OUT]),
        "opted_in_subscription_types": _nested("subscription", f"{here}/subscriptions", attached[Consent.OPT_IN]),
        **older,
    }


def _owner(person: Person, version: str) -> int | str | None:
    if person.owner_id is None:
        return None
    return str(person.owner_id) if at_least(version, "2.16") else person.owner_id


def _nested(kind: str, url: str, attached: Attached) -> dict[str, Any]:
    ids, total = attached
    plural = {"company": "companies"}.get(kind, f"{kind}s")
    return {
        "type": "list",
        "data": [{"type": kind, "id": public_id, "url": f"/{plural}/{public_id}"} for public_id in ids],
        "url": url,
        "total_count": total,
        "has_more": total > len(ids),
    }


def _attached(workspace: Workspace, pks: list[int]) -> dict[int, dict[str, Attached]]:
    found: dict[int, dict[str, Attached]] = {pk: {sort: ([], 0) for sort in SORTS} for pk in pks}
    if found:
        with prepared_cursor() as cursor:
            cursor.execute(ATTACHED, {"workspace": workspace.pk, "people": pks, "most": MOST_NESTED})
            for sort, pk, public_id, total in cursor.fetchall():
                ids, _ = found[pk][sort]
                found[pk][sort] = [*ids, public_id], total
    return found


def renamed_contact(person: Person) -> dict[str, Any]:
    """Of somebody in grace nothing is told but what was sent (DEL-14)."""
    return {"type": "contact", "id": person.public_id, "external_id": person.external_id, "email": person.email}


def contact_now(person: Person, **what: bool) -> dict[str, Any]:
    """Whom something was done to, and what: archived, blocked, deleted."""
    return {"type": "contact", "id": person.public_id, "external_id": person.external_id, **what}


def merges(found: Iterable[Merge]) -> dict[str, Any]:
    """The leads that were merged into a user."""
    return {
        "type": "list",
        "data": [
            {
                "type": "merge_history",
                "source_contact_id": merge.lead.public_id,
                "source_contact_role": merge.lead.role,
                "merged_at": _plain(merge.at),
            }
            for merge in found
        ],
    }


def visitor(call: Call, person: Person) -> dict[str, Any]:
    """A visitor, in the older form that only they have."""
    tags = tags_of_each(Person, call.workspace, [person.pk])[person.pk]
    seen = {"last_request_at": _plain(person.last_seen_at), "las_request_at": _plain(person.last_seen_at)}
    told = {"remote_created_at": _plain(person.signed_up_at), "signed_up_at": _plain(person.signed_up_at)}
    return {
        "type": "visitor",
        "id": person.public_id,
        "user_id": person.visitor_id,
        "anonymous": True,
        "email": person.email or "",
        **{key: getattr(person, key) for key in ("phone", "name", "pseudonym", "referrer")},
        **{key: getattr(person, key) for key in CONTACT_AS_IS if key.startswith("utm_")},
        **{key: bool(getattr(person, key)) for key in CONTACT_FLAGS},
        **{key: value for key, value in (seen | told).items() if value is not None},
        "avatar": {"type": "avatar", "image_url": person.avatar},
        "app_id": call.workspace.app_id,
        "companies": {"type": "company.list", "companies": []},
        "location_data": {"type": "location_data", **_location_data(person)},
        "created_at": _plain(person.created_at),
        "updated_at": _plain(person.updated_at),
        "session_count": person.session_count,
        "social_profiles": {"type": "social_profile.list", "social_profiles": []},
        "owner_id": str(person.owner_id) if person.owner_id else None,
        "tags": {"type": "tag.list", "tags": [tag(one.tag) for one in tags]},
        "segments": {"type": "segment.list", "segments": []},
        "custom_attributes": custom_attributes(Person, [person.pk], call.people)[person.pk],
        "do_not_track": None,
    }


def _location_data(person: Person) -> dict[str, str]:
    """What is known of the place: the published schema has no null there."""
    paths = FULL_NAMES["person"]
    known = {paths[key].rpartition(".")[2]: getattr(person, key) for key in (*LOCATION, "postal_code", "timezone")}
    return {name: value for name, value in known.items() if value}


# ---- companies -------------------------------------------------------------------------------------------------------

# Left out while unknown: the published schema has no null there, and recorded answers leave them out.
COMPANY_IF_KNOWN = ["company_id", "name", "remote_created_at", "last_request_at", "size", "website", "industry"]


def company(call: Call, company: Company) -> dict[str, Any]:
    [answer] = companies(call, [company])
    return answer


def company_anew(call: Call, pk: int, *, is_new: bool = False) -> dict[str, Any]:
    """A company as it stands now, after a change. One that was just made has neither people nor tags."""
    company, held = values.whole(Company, pk, call.companies.custom)
    custom = {key: _plain(value) for key, value in held.items() if value is not None}
    people = 0 if is_new else _members([pk]).get(pk, 0)
    tags = [] if is_new else tags_of_each(Company, call.workspace, [pk])[pk]
    inside = badges_of_each(Company, call.workspace, [pk], moment_of(call))[pk]
    return _company(call, company, people, custom, tags, inside)


def companies(call: Call, found: Sequence[Company]) -> list[dict[str, Any]]:
    """Whole companies: four queries, whatever their number."""
    pks = [company.pk for company in found]
    if not pks:
        return []
    people, custom = _members(pks), custom_attributes(Company, pks, call.companies)
    tags = tags_of_each(Company, call.workspace, pks)
    inside = badges_of_each(Company, call.workspace, pks, moment_of(call))
    return [_company(call, c, people.get(c.pk, 0), custom[c.pk], tags[c.pk], inside[c.pk]) for c in found]


def _members(pks: list[int]) -> dict[int, int]:
    """How many people that are seen belong to each of some companies."""
    people = Membership.objects.filter(company_id__in=pks, person__state=State.ACTIVE)
    counted = people.exclude(person__role=Role.VISITOR).order_by().values_list("company_id")
    return dict(counted.annotate(Count("pk")))


def _company(
    call: Call, company: Company, people: int, custom: dict[str, Any], tags: list[Tagging], inside: list[Standing]
) -> dict[str, Any]:
    known = {key: _plain(getattr(company, key)) for key in COMPANY_IF_KNOWN}
    return {
        "type": "company",
        "id": company.public_id,
        "app_id": call.workspace.app_id,
        **{key: value for key, value in known.items() if value is not None},
        "created_at": _plain(company.created_at),
        "updated_at": _plain(company.updated_at),
        "monthly_spend": company.monthly_spend or 0,
        "session_count": company.session_count,
        "user_count": people,
        # a plan is known by its name alone, so the name is what identifies it
        "plan": {"type": "plan", "id": company.plan, "name": company.plan} if company.plan else {},
        "tags": {"type": "tag.list", "tags": [tag(one.tag) for one in tags]},
        "segments": {"type": "segment.list", "segments": [segment(call, one) for one in inside]},
        "custom_attributes": custom,
    }


def deleted_company(company: Company) -> dict[str, Any]:
    return {"id": company.public_id, "object": "company", "deleted": True}


# ---- tags, notes, segments, subscriptions ----------------------------------------------------------------------------


def listed(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "list", "data": list(items)}


def tag(tag: Tag) -> dict[str, Any]:
    return {"type": "tag", "id": str(tag.pk), "name": tag.name}


def applied_tag(tagging: Tagging) -> dict[str, Any]:
    """A tag on a record: since when, and by whom (TAG-04)."""
    by = {"type": "admin", "id": str(tagging.applied_by_id)} if tagging.applied_by_id else None
    return tag(tagging.tag) | {"applied_at": _plain(tagging.applied_at), "applied_by": by}


def note(note: Note, record: Attributed) -> dict[str, Any]:
    """A note on a contact or company, its author fetched with it."""
    about = NAME_OF_MODEL[record.about]
    return {
        "type": "note",
        "id": str(note.pk),
        "created_at": _plain(note.created_at),
        about: {"type": about, "id": record.public_id},
        "author": admin(note.author) if note.author else None,
        "body": as_html(note.text),
    }


def moment_of(call: Call) -> Moment:
    return Moment(call.now, call.workspace.zone)


def segment(call: Call, standing: Standing, count: int | None = None) -> dict[str, Any]:
    """A segment; a predefined one is as old as the workspace."""
    own = standing.segment
    answer = {
        "type": "segment",
        "id": id_of(call.workspace, standing),
        "name": standing.name,
        "created_at": _plain(own.created_at if own else call.workspace.created_at),
        "updated_at": _plain(own.updated_at if own else call.workspace.created_at),
        "person_type": "contact" if _asks_for_leads(standing) else "user",
    }
    return answer if count is None else answer | {"count": count}


def _asks_for_leads(standing: Standing) -> bool:
    if isinstance(standing.stored, Unreadable):
        return False
    return any((c.field, c.comparison, c.value) == ("role", "is", "lead") for c in standing.stored.conditions())


def subscription(found: SubscriptionType) -> dict[str, Any]:
    said = {"name": found.name, "description": found.description, "locale": found.locale}
    return {
        "type": "subscription",
        "id": str(found.pk),
        "state": found.state,
        "consent_type": found.consent_type,
        "default_translation": said,
        "translations": [said],
        "content_types": found.content_types,
    }


# ---- events ----------------------------------------------------------------------------------------------------------

EVENT_IDS = uuid.UUID("5e2d1f5c-6f0b-4d6e-9a57-3c1f6f0a7b11")  # under which an occurrence's key becomes its id


def events(person: Person, found: Iterable[Event], following: str | None) -> dict[str, Any]:
    """A page of what somebody did."""
    return {
        "type": "event.list",
        "events": [_event(person, one) for one in found],
        "pages": {"type": "pages", "next": following},
    }


def _event(person: Person, event: Event) -> dict[str, Any]:
    return {
        "type": "event",
        "id": str(uuid.uuid5(EVENT_IDS, str(event.pk))),
        "event_name": event.name.name,
        "created_at": _plain(event.at),
        **_whose(person),
        "metadata": event.metadata,
    }


def event_summaries(person: Person, summaries: Iterable[EventSummary]) -> dict[str, Any]:
    return {
        "type": "event.summary",
        **{key: value or "" for key, value in _whose(person).items()},
        "events": [
            {
                "name": one.name.name,
                "first": _iso(one.first_at),
                "last": _iso(one.last_at),
                "count": one.count,
                "description": one.name.description,
            }
            for one in summaries
        ],
    }


def _whose(person: Person) -> dict[str, Any]:
    return {"user_id": person.external_id, "email": person.email, "intercom_user_id": person.public_id}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# ---- attributes ------------------------------------------------------------------------------------------------------


def custom_attributes(model: type[Attributed], pks: Iterable[int], known: Catalogue) -> dict[int, dict[str, Any]]:
    """The custom values of records, flat; what is unknown is left out, as recorded answers do."""
    if not known.custom:
        return {pk: {} for pk in pks}
    return {
        pk: {key: _plain(value) for key, value in found.items() if value is not None}
        for pk, found in values.read(model, pks, known.custom).items()
    }


# The API's own path of a standard attribute, where it is not the key. A path's last word is the attribute's name.
FULL_NAMES = {
    "person": {
        "avatar": "avatar.image_url",
        "last_seen_at": "last_request_at",
        "country": "location_data.country_name",
        "region": "location_data.region_name",
        "city": "location_data.city_name",
        "country_code": "location_data.country_code",
        "continent_code": "location_data.continent_code",
        "postal_code": "location_data.postal_code",
        "timezone": "location_data.timezone",
    },
    "company": {"plan": "plan.name"},
}
UNLISTED = {"first_name", "last_name", "is_mobile_unidentified"}  # the API has no name for these
# What the listing says otherwise than the write path, as the field's own listing does.
SAID_WRITABLE = {("person", "role"): True, ("company", "plan"): False}
COUNTED = {"company": [("user_count", "People", "integer")]}  # made at reading, so no column and no definition


def standard_attributes(about: str) -> list[dict[str, Any]]:
    listed = [_standard(definition) for definition in STANDARD[about] if definition.key not in UNLISTED]
    counted = [_attribute(about, name, label, data_type) for name, label, data_type in COUNTED.get(about, [])]
    return listed + counted


def _standard(definition: Definition) -> dict[str, Any]:
    about, key = definition.about, definition.key
    return _attribute(
        about,
        FULL_NAMES[about].get(key, key),
        definition.label,
        definition.kind.data_type,
        api_writable=SAID_WRITABLE.get((about, key), Source.REST in definition.writable),
        ui_writable=Source.MANUAL in definition.writable,
        messenger_writable=Source.PING in definition.writable,
    )


def data_attribute(attribute: Attribute) -> dict[str, Any]:
    """A custom attribute."""
    answer = _attribute(
        attribute.about,
        f"custom_attributes.{attribute.name}",
        attribute.name,
        KINDS[attribute.kind].data_type,
        api_writable=True,
        ui_writable=True,
        messenger_writable=not attribute.messenger_protected,
    )
    answer |= {
        "id": attribute.pk,
        "name": attribute.name,
        "custom": True,
        "archived": attribute.archived_at is not None,
        "created_at": _plain(attribute.created_at),
        "updated_at": _plain(attribute.updated_at),
    }
    if attribute.description:
        answer["description"] = attribute.description
    if attribute.kind == "list":
        answer["options"] = attribute.options
    if attribute.created_by_id is not None:
        answer["admin_id"] = str(attribute.created_by_id)
    return answer


def _attribute(
    about: str,
    full_name: str,
    label: str,
    data_type: str,
    *,
    api_writable: bool = False,
    ui_writable: bool = False,
    messenger_writable: bool = False,
) -> dict[str, Any]:
    return {
        "type": "data_attribute",
        "model": NAME_OF_MODEL[about],
        "name": full_name.rpartition(".")[2],
        "full_name": full_name,
        "label": label,
        "data_type": data_type,
        "api_writable": api_writable,
        "ui_writable": ui_writable,
        "messenger_writable": messenger_writable,
        "custom": False,
        "archived": False,
    }


# ---- exports ---------------------------------------------------------------------------------------------------------


def content_export(found: ContentExport) -> dict[str, Any]:
    """An export of messages: there are none, so that there is nothing to download."""
    return {
        "job_identifier": found.identifier,
        "status": "no_data",
        "download_url": "",
        "download_expires_at": "",
    }


def job(call: Call, found: ContentExport) -> dict[str, Any]:
    """The same as any other job is told of."""
    server = call.address.partition("/jobs/status/")[0]
    return {
        "type": "job",
        "id": found.identifier,
        "url": f"{server}/jobs/status/{found.identifier}",
        "status": "success",
        "resource_type": "data_export",
        "resource_id": found.identifier,
        "resource_url": f"{server}/export/content/data/{found.identifier}",
    }


# ---- teammates -------------------------------------------------------------------------------------------------------


def admin(teammate: Teammate, *, with_avatar: bool = False) -> dict[str, Any]:
    answer = {
        "type": "admin",
        "id": str(teammate.pk),
        "name": teammate.name or teammate.email,
        "email": teammate.email,
        "job_title": "",
        "away_mode_enabled": False,
        "away_mode_reassign": False,
        "has_inbox_seat": False,
        "team_ids": [],
    }
    return answer | {"avatar": None} if with_avatar else answer


def activity(entry: AuditEntry) -> dict[str, Any]:
    """One line of the activity log (API-15)."""
    teammate = entry.teammate
    by = {"id": str(teammate.pk), "email": teammate.email} if teammate else {"id": None, "email": None}
    via = {"access_token": entry.token.name} if entry.token else {}
    return {
        "id": str(entry.pk),
        "performed_by": {"type": "admin", **by, "ip": entry.ip},
        "metadata": entry.metadata | via,
        "created_at": _plain(entry.at),
        "activity_type": entry.activity,
        "activity_description": f"{teammate or 'The workspace'}: {entry.get_activity_display()}",
    }


def me(teammate: Teammate, workspace: Workspace) -> dict[str, Any]:
    return {
        "type": "admin",
        "id": str(teammate.pk),
        "email": teammate.email,
        "name": teammate.name or teammate.email,
        "email_verified": False,  # nothing here asks the address itself, so nobody may rely on it
        "app": {
            "type": "app",
            "id_code": workspace.app_id,
            "name": workspace.name,
            "created_at": _plain(workspace.created_at),
            "secure": workspace.require_signed_identity,
            "identity_verification": workspace.require_signed_identity,
            "timezone": workspace.timezone,
            "region": workspace.region.upper(),
        },
        "avatar": {"type": "avatar", "image_url": None},
        "has_inbox_seat": False,
    }


def _plain(value: Any) -> Any:
    return int(value.timestamp()) if isinstance(value, datetime) else value
