"""What is known, as the API writes it. Times are unix seconds; the shapes are those of the published description."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from apps.attributes import values
from apps.attributes.definitions import Catalogue, Definition
from apps.attributes.kinds import KINDS
from apps.attributes.models import Attribute, Attributed, State
from apps.attributes.sources import Source
from apps.attributes.standard import STANDARD
from apps.companies.models import Company, Membership
from apps.people.models import Person, Role
from apps.workspace.models import Teammate, Workspace

from .calls import Call
from .reading import NAME_OF_MODEL
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

Attached = tuple[list[str], int]  # the ids of some, and how many there are


def contact(call: Call, person: Person) -> dict[str, Any]:
    """A single contact, with what only single ones carry."""
    [answer] = contacts(call, [person])
    return answer | {"enabled_push_messaging": person.enabled_push_messaging}


def contacts(call: Call, people: Sequence[Person]) -> list[dict[str, Any]]:
    """Whole contacts: two queries, whatever their number."""
    pks = [person.pk for person in people]
    custom = custom_attributes(Person, pks, call.people)
    companies = _attached_companies(pks)
    return [_contact(call, p, custom.get(p.pk, {}), companies.get(p.pk, ([], 0))) for p in people]


def _contact(call: Call, person: Person, custom: dict[str, Any], companies: Attached) -> dict[str, Any]:
    here = f"/contacts/{person.public_id}"
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
        "tags": _nested("tag", f"{here}/tags"),
        "notes": _nested("note", f"{here}/notes"),
        "companies": _nested("company", f"{here}/companies", companies),
        "opted_out_subscription_types": _nested("subscription", f"{here}/subscriptions"),
        "opted_in_subscription_types": _nested("subscription", f"{here}/subscriptions"),
    }


def _owner(person: Person, version: str) -> int | str | None:
    if person.owner_id is None:
        return None
    return str(person.owner_id) if at_least(version, "2.16") else person.owner_id


def _nested(kind: str, url: str, attached: Attached = ([], 0)) -> dict[str, Any]:
    ids, total = attached
    plural = {"company": "companies"}.get(kind, f"{kind}s")
    return {
        "type": "list",
        "data": [{"type": kind, "id": public_id, "url": f"/{plural}/{public_id}"} for public_id in ids],
        "url": url,
        "total_count": total,
        "has_more": total > len(ids),
    }


def _attached_companies(pks: list[int]) -> dict[int, Attached]:
    """The first companies of each person, and how many there are. One query."""
    memberships = (
        Membership.objects.filter(person_id__in=pks, company__state=State.ACTIVE)
        .annotate(
            place=Window(RowNumber(), partition_by=F("person_id"), order_by=F("pk").asc()),
            total=Window(Count("pk"), partition_by=F("person_id")),
        )
        .filter(place__lte=MOST_NESTED)
        .order_by("person_id", "place")
    )
    attached: dict[int, Attached] = {}
    for person_id, public_id, total in memberships.values_list("person_id", "company__public_id", "total"):
        ids, _ = attached.get(person_id, ([], 0))
        attached[person_id] = [*ids, public_id], total
    return attached


def renamed_contact(person: Person) -> dict[str, Any]:
    """Of somebody in grace nothing is told but what was sent (DEL-14)."""
    return {"type": "contact", "id": person.public_id, "external_id": person.external_id, "email": person.email}


def deleted_contact(person: Person) -> dict[str, Any]:
    return {"type": "contact", "id": person.public_id, "external_id": person.external_id, "deleted": True}


# ---- companies -------------------------------------------------------------------------------------------------------

# Left out while unknown: the published schema has no null there, and recorded answers leave them out.
COMPANY_IF_KNOWN = ["company_id", "name", "remote_created_at", "last_request_at", "size", "website", "industry"]


def company(call: Call, company: Company) -> dict[str, Any]:
    known = {key: _plain(getattr(company, key)) for key in COMPANY_IF_KNOWN}
    people = Membership.objects.filter(company=company, person__state=State.ACTIVE)
    return {
        "type": "company",
        "id": company.public_id,
        "app_id": call.workspace.app_id,
        **{key: value for key, value in known.items() if value is not None},
        "created_at": _plain(company.created_at),
        "updated_at": _plain(company.updated_at),
        "monthly_spend": company.monthly_spend or 0,
        "session_count": company.session_count,
        "user_count": people.exclude(person__role=Role.VISITOR).count(),
        # a plan is known by its name alone, so the name is what identifies it
        "plan": {"type": "plan", "id": company.plan, "name": company.plan} if company.plan else {},
        "tags": {"type": "tag.list", "tags": []},
        "segments": {"type": "segment.list", "segments": []},
        "custom_attributes": custom_attributes(Company, [company.pk], call.companies)[company.pk],
    }


# ---- attributes ------------------------------------------------------------------------------------------------------


def custom_attributes(model: type[Attributed], pks: Iterable[int], known: Catalogue) -> dict[int, dict[str, Any]]:
    """The custom values of records, flat; what is unknown is left out, as recorded answers do."""
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


# ---- the one who calls -----------------------------------------------------------------------------------------------


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
