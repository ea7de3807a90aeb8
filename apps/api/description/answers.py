"""What `replying` makes, by name. The suite holds every answer against these: no key too few and none too many."""

from apps.attributes.standard import STANDARD
from apps.people.models import Role
from apps.subscriptions.models import Consent, Content

from .. import replying
from .schemas import (
    DIGITS,
    FLAG,
    HEX,
    SCALAR,
    TEXT,
    TIME,
    WHOLE,
    Schema,
    either,
    exactly,
    listed,
    many,
    mapping,
    maybe,
    of_attribute,
    one_of,
    record,
    ref,
    said,
)

PERSON = {definition.key: of_attribute(definition) for definition in STANDARD["person"]}
COMPANY = {definition.key: of_attribute(definition) for definition in STANDARD["company"]}
MODELS = ("contact", "company")
CUSTOM = said(mapping(SCALAR), "Flat; dates in unix seconds. What is unknown is left out.")
SKIPPED = said(many(TEXT), "The values that an operator's token was kept from. Nobody else is told of any.")


def _unknown_too(keys: list[str], known: dict[str, Schema]) -> dict[str, Schema]:
    return {key: maybe(known[key]) for key in keys}


# ---- people ----------------------------------------------------------------------------------------------------------


# The first of what hangs on a contact, and where all of it is listed.
ATTACHED = listed(
    record({"type": one_of(["company", "note", "subscription", "tag"]), "id": TEXT, "url": TEXT}),
    url=TEXT,
    total_count=WHOLE,
    has_more=FLAG,
)
LOCATION = record({"type": exactly("location"), **_unknown_too(replying.LOCATION, PERSON)})
CONTACT = record(
    {
        "type": exactly("contact"),
        "id": HEX,
        "workspace_id": TEXT,
        **_unknown_too(replying.CONTACT_AS_IS, PERSON),
        **{key: PERSON[key] for key in replying.CONTACT_FLAGS},
        "role": one_of([Role.USER, Role.LEAD]),
        "owner_id": said({"type": ["integer", "string", "null"]}, "A whole number; text from version 2.16 on."),
        "avatar": maybe(record({"type": exactly("avatar"), "image_url": TEXT})),
        "location": LOCATION,
        "social_profiles": listed({}),
        "custom_attributes": CUSTOM,
        "tags": ref("attached"),
        "notes": ref("attached"),
        "companies": ref("attached"),
        "opted_out_subscription_types": ref("attached"),
        "opted_in_subscription_types": ref("attached"),
    },
    enabled_push_messaging=said(maybe(FLAG), "In answers about a single contact."),
    formatted_phone=said(maybe(TEXT), "In version 2.11: the phone once more."),
    skipped=SKIPPED,
)
WHO = {"type": exactly("contact"), "id": HEX, "external_id": maybe(TEXT)}
MERGE = record(
    {
        "type": exactly("merge_history"),
        "source_contact_id": HEX,
        "source_contact_role": one_of([Role.USER, Role.LEAD]),
        "merged_at": TIME,
    }
)
PLACE = [
    replying.FULL_NAMES["person"][key].rpartition(".")[2] for key in (*replying.LOCATION, "postal_code", "timezone")
]
VISITOR = record(
    {
        "type": exactly("visitor"),
        "id": HEX,
        "user_id": maybe(said(TEXT, "What the visitor's browser has in its cookie.")),
        "anonymous": FLAG,
        "email": TEXT,
        **_unknown_too(["phone", "name", "pseudonym", "referrer"], PERSON),
        **_unknown_too([key for key in replying.CONTACT_AS_IS if key.startswith("utm_")], PERSON),
        **{key: PERSON[key] for key in replying.CONTACT_FLAGS},
        "avatar": record({"type": exactly("avatar"), "image_url": maybe(TEXT)}),
        "app_id": TEXT,
        "companies": record({"type": exactly("company.list"), "companies": many({})}),
        "location_data": record({"type": exactly("location_data")}, **dict.fromkeys(PLACE, TEXT)),
        "created_at": TIME,
        "updated_at": TIME,
        "session_count": WHOLE,
        "social_profiles": record({"type": exactly("social_profile.list"), "social_profiles": many({})}),
        "owner_id": maybe(DIGITS),
        "tags": ref("tags_of_record"),
        "segments": ref("segments_of_record"),
        "custom_attributes": CUSTOM,
        "do_not_track": maybe(FLAG),
    },
    last_request_at=TIME,
    las_request_at=said(TIME, "The same, as the published description spells it."),
    remote_created_at=TIME,
    signed_up_at=TIME,
    skipped=SKIPPED,
)


# ---- companies -------------------------------------------------------------------------------------------------------

PLAN = record({"type": exactly("plan"), "id": TEXT, "name": TEXT})
COMPANY_SHAPE = record(
    {
        "type": exactly("company"),
        "id": HEX,
        "app_id": TEXT,
        "created_at": TIME,
        "updated_at": TIME,
        "monthly_spend": WHOLE,
        "session_count": WHOLE,
        "user_count": WHOLE,
        "plan": said(either(PLAN, {"type": "object", "maxProperties": 0}), "Empty without a plan."),
        "tags": ref("tags_of_record"),
        "segments": ref("segments_of_record"),
        "custom_attributes": CUSTOM,
    },
    **{key: said(COMPANY[key], "Left out while unknown.") for key in replying.COMPANY_IF_KNOWN},
    skipped=SKIPPED,
)

# ---- tags, notes, segments, subscriptions, events --------------------------------------------------------------------

TAG = {"type": exactly("tag"), "id": DIGITS, "name": TEXT}
BY = maybe(record({"type": exactly("admin"), "id": DIGITS}))
TAGGED = said(many(record({"id": HEX, "tagged": FLAG})), "What became of each that was named; from 2.16 on.")
NOTE = record(
    {
        "type": exactly("note"),
        "id": DIGITS,
        "created_at": TIME,
        "author": maybe(ref("admin")),
        "body": said(TEXT, "HTML."),
    },
    **{model: record({"type": exactly(model), "id": HEX}) for model in MODELS},
)
SEGMENT = record(
    {
        "type": exactly("segment"),
        "id": HEX,
        "name": TEXT,
        "created_at": TIME,
        "updated_at": TIME,
        "person_type": said(one_of(["contact", "user"]), "contact: leads."),
    },
    count=said(WHOLE, "Where include_count asks for it."),
)
WORDING = record({"name": TEXT, "description": TEXT, "locale": TEXT})
SUBSCRIPTION = record(
    {
        "type": exactly("subscription"),
        "id": DIGITS,
        "state": one_of(["live", "archived"]),
        "consent_type": one_of(Consent.values),
        "default_translation": WORDING,
        "translations": many(WORDING),
        "content_types": many(one_of(Content.values)),
    }
)
WHOSE = {"user_id": maybe(TEXT), "email": maybe(TEXT), "intercom_user_id": HEX}
METADATA = mapping(either(SCALAR, mapping(SCALAR)))
EVENT = record(
    {
        "type": exactly("event"),
        "id": {"type": "string", "format": "uuid"},
        "event_name": TEXT,
        "created_at": TIME,
        **WHOSE,
        "metadata": METADATA,
    }
)
MOMENT: Schema = {"type": "string", "format": "date-time"}
SUMMED = record({"name": TEXT, "first": MOMENT, "last": MOMENT, "count": WHOLE, "description": TEXT})

# ---- attributes, teammates, errors -----------------------------------------------------------------------------------

ATTRIBUTE = record(
    {
        "type": exactly("data_attribute"),
        "model": one_of(MODELS),
        "name": TEXT,
        "full_name": TEXT,
        "label": TEXT,
        "data_type": one_of(["string", "integer", "float", "boolean", "date"]),
        "api_writable": FLAG,
        "ui_writable": FLAG,
        "messenger_writable": FLAG,
        "custom": FLAG,
        "archived": FLAG,
    },
    id=said(WHOLE, "Of custom ones, like all that follows."),
    created_at=TIME,
    updated_at=TIME,
    description=TEXT,
    options=said(many(TEXT), "Of lists."),
    admin_id=DIGITS,
)
AVATAR = record({"type": exactly("avatar"), "image_url": maybe(TEXT)})
ADMIN = record(
    {
        "type": exactly("admin"),
        "id": DIGITS,
        "name": TEXT,
        "email": TEXT,
        "job_title": TEXT,
        "away_mode_enabled": FLAG,
        "away_mode_reassign": FLAG,
        "has_inbox_seat": FLAG,
        "team_ids": many(WHOLE),
    },
    avatar=said(maybe(AVATAR), "Where display_avatar asks for it."),
)
APP = record(
    {
        "type": exactly("app"),
        "id_code": TEXT,
        "name": TEXT,
        "created_at": TIME,
        "secure": FLAG,
        "identity_verification": FLAG,
        "timezone": TEXT,
        "region": TEXT,
    }
)
ME = record(
    {
        "type": exactly("admin"),
        "id": DIGITS,
        "email": TEXT,
        "name": TEXT,
        "email_verified": FLAG,
        "app": APP,
        "avatar": AVATAR,
        "has_inbox_seat": FLAG,
    }
)
ACTIVITY = record(
    {
        "id": DIGITS,
        "performed_by": record(
            {"type": exactly("admin"), "id": maybe(DIGITS), "email": maybe(TEXT), "ip": maybe(TEXT)}
        ),
        "metadata": {"type": "object"},
        "created_at": TIME,
        "activity_type": TEXT,
        "activity_description": TEXT,
    }
)
ERROR = record({"code": TEXT, "message": TEXT}, field=said(TEXT, "What of the call is at fault."))

# ---- pages of lists --------------------------------------------------------------------------------------------------


def _pages(following: Schema) -> Schema:
    return record(
        {
            "type": exactly("pages"),
            "page": WHOLE,
            "per_page": WHOLE,
            "total_pages": WHOLE,
            "next": said(maybe(following), "null on the last page."),
        }
    )


SHAPES: dict[str, Schema] = {
    "contact": CONTACT,
    "attached": ATTACHED,
    "contact_in_grace": record(WHO | {"email": maybe(TEXT)}, skipped=SKIPPED),
    "contact_archived": record(WHO | {"archived": FLAG}),
    "contact_blocked": record(WHO | {"blocked": FLAG}),
    "contact_deleted": record(WHO | {"deleted": FLAG}),
    "contact_list": listed(ref("contact"), total_count=WHOLE, pages=ref("cursor_pages")),
    "contacts_of_company": listed(ref("contact"), total_count=WHOLE, pages=ref("numbered_pages")),
    "merge_history": listed(MERGE, next_cursor=maybe(TEXT), has_more=FLAG),
    "visitor": VISITOR,
    "company": COMPANY_SHAPE,
    "company_deleted": record({"id": HEX, "object": exactly("company"), "deleted": FLAG}),
    "company_list": listed(ref("company"), total_count=WHOLE, pages=ref("numbered_pages")),
    "companies_of_contact": listed(
        ref("company"),
        companies=said(many(ref("company")), "The same as data: programs look for either."),
        total_count=WHOLE,
        pages=ref("linked_pages"),
    ),
    "company_scroll": record(
        {
            "type": exactly("list"),
            "data": many(ref("company")),
            "pages": {"type": "null"},
            "total_count": {"type": "null"},
        },
        scroll_param=said(TEXT, "What goes on from here; left out at the end, where data is empty."),
    ),
    "tag": record(TAG, companies=TAGGED, users=TAGGED),
    "tag_list": listed(record(TAG)),
    "tags_of_record": record({"type": exactly("tag.list"), "tags": many(record(TAG))}),
    "applied_tag": record(TAG, applied_at=TIME, applied_by=BY),
    "applied_tag_list": listed(ref("applied_tag")),
    "note": NOTE,
    "note_list": listed(ref("note"), total_count=WHOLE, pages=ref("numbered_pages")),
    "segment": SEGMENT,
    "segment_list": record(
        {"type": exactly("segment.list"), "segments": many(ref("segment")), "pages": {"type": "object"}}
    ),
    "segments_of_record": record({"type": exactly("segment.list"), "segments": many(ref("segment"))}),
    "segments_of_either": listed(ref("segment")),
    "subscription_type": SUBSCRIPTION,
    "subscription_type_list": listed(ref("subscription_type")),
    "event_list": record(
        {
            "type": exactly("event.list"),
            "events": many(EVENT),
            "pages": record({"type": exactly("pages"), "next": maybe(said(TEXT, "The address of the next page."))}),
        }
    ),
    "event_summary": record(
        {
            "type": exactly("event.summary"),
            "user_id": TEXT,
            "email": TEXT,
            "intercom_user_id": HEX,
            "events": many(SUMMED),
        }
    ),
    "data_attribute": ATTRIBUTE,
    "data_attribute_list": listed(ref("data_attribute")),
    "admin": ADMIN,
    "admin_list": record({"type": exactly("admin.list"), "admins": many(ref("admin"))}),
    "me": ME,
    "activity_log_list": record(
        {"type": exactly("activity_log.list"), "pages": ref("linked_pages"), "activity_logs": many(ACTIVITY)}
    ),
    "content_export": record(
        {"job_identifier": TEXT, "status": exactly("no_data"), "download_url": TEXT, "download_expires_at": TEXT}
    ),
    "job": record(
        {
            "type": exactly("job"),
            "id": TEXT,
            "url": TEXT,
            "status": exactly("success"),
            "resource_type": exactly("data_export"),
            "resource_id": TEXT,
            "resource_url": TEXT,
        }
    ),
    "cursor_pages": _pages(record({"page": WHOLE, "per_page": WHOLE, "starting_after": TEXT})),
    "numbered_pages": _pages(record({"page": WHOLE, "per_page": WHOLE})),
    "linked_pages": _pages(said(TEXT, "The address of the next page.")),
    "error_list": record(
        {
            "type": exactly("error.list"),
            "request_id": {"type": "string", "format": "uuid"},
            "errors": many(ERROR) | {"minItems": 1},
        }
    ),
}
