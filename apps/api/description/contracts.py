"""What each endpoint takes and answers. A test holds that every address has its line here, and no line is too many."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .. import paging
from ..calls import Endpoint
from ..views import (
    admins,
    companies,
    contacts,
    data_attributes,
    events,
    exports,
    memberships,
    notes,
    segments,
    subscriptions,
    tags,
    visitors,
)
from .schemas import FLAG, HEX, TEXT, TIME, WHOLE, Schema, either, one_of, ref, said


@dataclass(frozen=True, slots=True)
class Contract:
    """What goes in and what comes out. `fails`: statuses of refusals beside those that any address may answer with."""

    answer: Schema | None  # None: not one byte
    body: str | None = None  # by the name of its shape
    query: Mapping[str, Schema] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()  # of the query
    status: int | None = 200  # None: it never says yes
    fails: frozenset[int] = frozenset()


def _of(
    answer: str | Schema | None,
    body: str | None = None,
    *,
    query: Mapping[str, Schema] | None = None,
    needed: tuple[str, ...] = (),
    status: int | None = 200,
    fails: tuple[int, ...] = (),
) -> Contract:
    shape = ref(answer) if isinstance(answer, str) else answer
    return Contract(shape, body, query or {}, frozenset(needed), status, frozenset(fails))


SIZE = {"per_page": WHOLE | {"minimum": 1, "maximum": paging.LARGEST_SIZE}}
NUMBERED = {"page": WHOLE | {"minimum": 1, "maximum": 10**9 - 1}} | SIZE
FROM_CURSOR = SIZE | {"starting_after": said(TEXT, "From pages.next of the page before.")}
ORDER = {"order": one_of(["asc", "desc"])}
AVATARS = {"display_avatar": FLAG}
PERSON_NAMED = {"user_id": said(TEXT, "An external_id."), "email": TEXT, "intercom_user_id": HEX}

CONTRACTS: dict[Endpoint, Contract] = {
    # teammates
    admins.show_me: _of("me"),
    admins.list_admins: _of("admin_list", query=AVATARS),
    admins.show_admin: _of("admin", query=AVATARS),
    admins.list_activity_logs: _of(
        "activity_log_list",
        query=NUMBERED | {"created_at_after": TIME, "created_at_before": TIME},
        needed=("created_at_after",),
    ),
    # contacts
    contacts.list_contacts: _of("contact_list", query=FROM_CURSOR),
    contacts.create_contact: _of("contact", "contact_body", fails=(409,)),
    contacts.search_contacts: _of("contact_list", "search_body"),
    contacts.merge_contacts: _of("contact", "merge_body", fails=(404, 409, 410)),
    contacts.show_contact_by_external_id: _of("contact"),
    contacts.show_contact: _of("contact"),
    contacts.update_contact: _of(either(ref("contact"), ref("contact_in_grace")), "contact_body", fails=(409,)),
    contacts.delete_contact: _of("contact_deleted", fails=(409,)),
    contacts.archive_contact: _of("contact_archived", fails=(409,)),
    contacts.unarchive_contact: _of("contact_archived", fails=(409,)),
    contacts.block_contact: _of("contact_blocked", fails=(409,)),
    contacts.list_merges: _of("merge_history", query=SIZE | ORDER | {"cursor": said(TEXT, "A next_cursor.")}),
    memberships.list_contact_companies: _of("companies_of_contact", query=NUMBERED),
    memberships.attach_company: _of("company", "attach_body"),
    memberships.detach_company: _of("company"),
    tags.list_contact_tags: _of("applied_tag_list"),
    tags.tag_contact: _of("applied_tag", "attach_body"),
    tags.untag_contact: _of("applied_tag"),
    notes.list_contact_notes: _of("note_list", query=NUMBERED),
    notes.create_contact_note: _of("note", "note_body"),
    segments.list_contact_segments: _of("segments_of_either"),
    subscriptions.list_contact_subscriptions: _of("subscription_type_list"),
    subscriptions.attach_subscription: _of("subscription_type", "subscription_body"),
    subscriptions.detach_subscription: _of("subscription_type"),
    # companies
    companies.retrieve_companies: _of(
        either(ref("company"), ref("company_list")),
        query={"company_id": TEXT, "name": TEXT, "tag_id": TEXT, "segment_id": TEXT} | NUMBERED | ORDER,
        fails=(404,),
    ),
    companies.upsert_company: _of("company", "company_body"),
    companies.list_companies: _of("company_list", query=NUMBERED | ORDER),
    companies.scroll_companies: _of(
        "company_scroll", query={"scroll_param": said(TEXT, "From the page before.")}, fails=(404,)
    ),
    companies.show_company: _of("company"),
    companies.update_company: _of("company", "company_values"),
    companies.delete_company: _of("company_deleted"),
    companies.list_company_contacts: _of("contacts_of_company", query=NUMBERED),
    companies.list_company_segments: _of("segments_of_either"),
    notes.list_company_notes: _of("note_list", query=NUMBERED),
    notes.create_company_note: _of("note", "note_body"),
    # tags, notes, segments, subscription types
    tags.list_tags: _of("tag_list"),
    tags.write_tag: _of("tag", "tag_body", fails=(404, 409)),
    tags.show_tag: _of("tag"),
    tags.delete_tag: _of(None),
    notes.show_note: _of("note", fails=(410,)),
    segments.list_segments: _of("segment_list", query={"include_count": FLAG}),
    segments.show_segment: _of("segment"),
    subscriptions.list_subscription_types: _of("subscription_type_list"),
    # events
    events.list_events: _of(
        either(ref("event_list"), ref("event_summary")),
        query=PERSON_NAMED
        | SIZE
        | {"type": one_of(["user"]), "summary": FLAG, "after": said(TEXT, "In the address of the next page.")},
        needed=("type",),
        fails=(404, 409, 410),
    ),
    events.submit_event: _of(None, "event_body", status=202, fails=(404, 409, 410)),
    events.submit_summaries: _of(None, "event_summaries_body", fails=(404, 409, 410)),
    # visitors
    visitors.show_visitor: _of("visitor", query={"user_id": TEXT, "id": HEX}, fails=(404,)),
    visitors.show_visitor_by_id: _of("visitor"),
    visitors.delete_visitor: _of("visitor"),
    visitors.update_visitor: _of("visitor", "visitor_body", fails=(404,)),
    visitors.convert_visitor: _of("contact", "convert_body", fails=(404, 409, 410)),
    # exports of messages
    exports.create_content_export: _of("content_export", "content_export_body"),
    exports.show_content_export: _of("content_export"),
    exports.cancel_content_export: _of("content_export"),
    exports.download_content_export: _of(None, status=None),
    exports.show_job: _of("job"),
    # data attributes
    data_attributes.list_data_attributes: _of(
        "data_attribute_list", query={"model": one_of(["contact", "company"]), "include_archived": FLAG}
    ),
    data_attributes.create_data_attribute: _of("data_attribute", "data_attribute_body"),
    data_attributes.update_data_attribute: _of("data_attribute", "data_attribute_changes", fails=(422,)),
}
