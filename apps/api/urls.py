"""Every address of the REST API: at the root, and the same under `/api`. Answered by `middleware.ApiDoor`.

Without trailing slashes: the door takes one off, for a redirect would turn a POST into a GET.
"""

from django.urls import include, path

from .calls import resource
from .views import (
    admins,
    companies,
    contacts,
    data_attributes,
    events,
    memberships,
    notes,
    segments,
    subscriptions,
    tags,
    visitors,
)

CONTACT, COMPANY = "contacts/<str:contact_id>", "companies/<str:company_id>"

endpoints = [
    path("me", resource(GET=admins.show_me)),
    path("admins", resource(GET=admins.list_admins)),
    path("admins/activity_logs", resource(GET=admins.list_activity_logs)),
    path("admins/<str:admin_id>", resource(GET=admins.show_admin)),
    path("contacts", resource(GET=contacts.list_contacts, POST=contacts.create_contact)),
    path("contacts/search", resource(POST=contacts.search_contacts)),
    path("contacts/merge", resource(POST=contacts.merge_contacts)),
    path(
        "contacts/find_by_external_id/<path:external_id>",
        resource(GET=contacts.show_contact_by_external_id),
    ),
    path(
        CONTACT,
        resource(GET=contacts.show_contact, PUT=contacts.update_contact, DELETE=contacts.delete_contact),
    ),
    path(f"{CONTACT}/archive", resource(POST=contacts.archive_contact)),
    path(f"{CONTACT}/unarchive", resource(POST=contacts.unarchive_contact)),
    path(f"{CONTACT}/block", resource(POST=contacts.block_contact)),
    path(f"{CONTACT}/merge_history", resource(GET=contacts.list_merges)),
    path(
        f"{CONTACT}/companies",
        resource(GET=memberships.list_contact_companies, POST=memberships.attach_company),
    ),
    path(f"{CONTACT}/companies/<str:company_id>", resource(DELETE=memberships.detach_company)),
    path(f"{CONTACT}/tags", resource(GET=tags.list_contact_tags, POST=tags.tag_contact)),
    path(f"{CONTACT}/tags/<str:tag_id>", resource(DELETE=tags.untag_contact)),
    path(f"{CONTACT}/notes", resource(GET=notes.list_contact_notes, POST=notes.create_contact_note)),
    path(f"{CONTACT}/segments", resource(GET=segments.list_contact_segments)),
    path(
        f"{CONTACT}/subscriptions",
        resource(GET=subscriptions.list_contact_subscriptions, POST=subscriptions.attach_subscription),
    ),
    path(f"{CONTACT}/subscriptions/<str:subscription_id>", resource(DELETE=subscriptions.detach_subscription)),
    path("companies", resource(GET=companies.retrieve_companies, POST=companies.upsert_company)),
    path("companies/list", resource(POST=companies.list_companies)),
    path("companies/scroll", resource(GET=companies.scroll_companies)),
    path(
        COMPANY,
        resource(GET=companies.show_company, PUT=companies.update_company, DELETE=companies.delete_company),
    ),
    path(f"{COMPANY}/contacts", resource(GET=companies.list_company_contacts)),
    path(f"{COMPANY}/segments", resource(GET=companies.list_company_segments)),
    path(f"{COMPANY}/notes", resource(GET=notes.list_company_notes, POST=notes.create_company_note)),
    path("tags", resource(GET=tags.list_tags, POST=tags.write_tag)),
    path("tags/<str:tag_id>", resource(GET=tags.show_tag, DELETE=tags.delete_tag)),
    path("notes/<str:note_id>", resource(GET=notes.show_note)),
    path("segments", resource(GET=segments.list_segments)),
    path("segments/<str:segment_id>", resource(GET=segments.show_segment)),
    path("subscription_types", resource(GET=subscriptions.list_subscription_types)),
    path("events", resource(GET=events.list_events, POST=events.submit_event)),
    path("events/summaries", resource(POST=events.submit_summaries)),
    path("visitors", resource(GET=visitors.show_visitor, PUT=visitors.update_visitor)),
    path("visitors/convert", resource(POST=visitors.convert_visitor)),
    path("visitors/<str:visitor_id>", resource(GET=visitors.show_visitor_by_id)),
    path(
        "data_attributes",
        resource(GET=data_attributes.list_data_attributes, POST=data_attributes.create_data_attribute),
    ),
    path("data_attributes/<str:attribute_id>", resource(PUT=data_attributes.update_data_attribute)),
]
urlpatterns = [*endpoints, path("api/", include(endpoints))]
