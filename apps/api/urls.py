"""Every address of the REST API: at the root, and the same under `/api`. Answered by `middleware.ApiDoor`.

Without trailing slashes: the door takes one off, for a redirect would turn a POST into a GET.
"""

from django.urls import include, path

from apps.workspace.scopes import Scope

from .calls import Endpoint, Operation, resource
from .views import (
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

# What each is, by the scope that a token needs for it.


def any_token(endpoint: Endpoint) -> Operation:
    return Operation(endpoint, None)


def reading(endpoint: Endpoint) -> Operation:
    return Operation(endpoint, Scope.READ_PEOPLE)


def downloading(endpoint: Endpoint) -> Operation:
    return Operation(endpoint, Scope.READ_PEOPLE, media="application/octet-stream")


def writing(endpoint: Endpoint) -> Operation:
    return Operation(endpoint, Scope.WRITE_PEOPLE)


def managing(endpoint: Endpoint) -> Operation:
    return Operation(endpoint, Scope.MANAGE_DATA)


def deleting(endpoint: Endpoint) -> Operation:
    return Operation(endpoint, Scope.DELETE)


CONTACT, COMPANY = "contacts/<str:contact_id>", "companies/<str:company_id>"

endpoints = [
    path("me", resource(GET=any_token(admins.show_me))),
    path("admins", resource(GET=reading(admins.list_admins))),
    path("admins/activity_logs", resource(GET=managing(admins.list_activity_logs))),
    path("admins/<str:admin_id>", resource(GET=reading(admins.show_admin))),
    path("contacts", resource(GET=reading(contacts.list_contacts), POST=writing(contacts.create_contact))),
    path("contacts/search", resource(POST=reading(contacts.search_contacts))),
    path("contacts/merge", resource(POST=writing(contacts.merge_contacts))),
    path(
        "contacts/find_by_external_id/<path:external_id>",
        resource(GET=reading(contacts.show_contact_by_external_id)),
    ),
    path(
        CONTACT,
        resource(
            GET=reading(contacts.show_contact),
            PUT=writing(contacts.update_contact),
            DELETE=deleting(contacts.delete_contact),
        ),
    ),
    path(f"{CONTACT}/archive", resource(POST=writing(contacts.archive_contact))),
    path(f"{CONTACT}/unarchive", resource(POST=writing(contacts.unarchive_contact))),
    path(f"{CONTACT}/block", resource(POST=writing(contacts.block_contact))),
    path(f"{CONTACT}/merge_history", resource(GET=reading(contacts.list_merges))),
    path(
        f"{CONTACT}/companies",
        resource(GET=reading(memberships.list_contact_companies), POST=writing(memberships.attach_company)),
    ),
    path(f"{CONTACT}/companies/<str:company_id>", resource(DELETE=writing(memberships.detach_company))),
    path(f"{CONTACT}/tags", resource(GET=reading(tags.list_contact_tags), POST=writing(tags.tag_contact))),
    path(f"{CONTACT}/tags/<str:tag_id>", resource(DELETE=writing(tags.untag_contact))),
    path(f"{CONTACT}/notes", resource(GET=reading(notes.list_contact_notes), POST=writing(notes.create_contact_note))),
    path(f"{CONTACT}/segments", resource(GET=reading(segments.list_contact_segments))),
    path(
        f"{CONTACT}/subscriptions",
        resource(
            GET=reading(subscriptions.list_contact_subscriptions), POST=writing(subscriptions.attach_subscription)
        ),
    ),
    path(f"{CONTACT}/subscriptions/<str:subscription_id>", resource(DELETE=writing(subscriptions.detach_subscription))),
    path("companies", resource(GET=reading(companies.retrieve_companies), POST=writing(companies.upsert_company))),
    path("companies/list", resource(POST=reading(companies.list_companies))),
    path("companies/scroll", resource(GET=reading(companies.scroll_companies))),
    path(
        COMPANY,
        resource(
            GET=reading(companies.show_company),
            PUT=writing(companies.update_company),
            DELETE=deleting(companies.delete_company),
        ),
    ),
    path(f"{COMPANY}/contacts", resource(GET=reading(companies.list_company_contacts))),
    path(f"{COMPANY}/segments", resource(GET=reading(companies.list_company_segments))),
    path(f"{COMPANY}/notes", resource(GET=reading(notes.list_company_notes), POST=writing(notes.create_company_note))),
    path("tags", resource(GET=reading(tags.list_tags), POST=writing(tags.write_tag))),
    path("tags/<str:tag_id>", resource(GET=reading(tags.show_tag), DELETE=managing(tags.delete_tag))),
    path("notes/<str:note_id>", resource(GET=reading(notes.show_note))),
    path("segments", resource(GET=reading(segments.list_segments))),
    path("segments/<str:segment_id>", resource(GET=reading(segments.show_segment))),
    path("subscription_types", resource(GET=reading(subscriptions.list_subscription_types))),
    path("events", resource(GET=reading(events.list_events), POST=writing(events.submit_event))),
    path("events/summaries", resource(POST=writing(events.submit_summaries))),
    path("visitors", resource(GET=reading(visitors.show_visitor), PUT=writing(visitors.update_visitor))),
    path("visitors/convert", resource(POST=writing(visitors.convert_visitor))),
    path(
        "visitors/<str:visitor_id>",
        resource(GET=reading(visitors.show_visitor_by_id), DELETE=deleting(visitors.delete_visitor)),
    ),
    path("export/content/data", resource(POST=reading(exports.create_content_export))),
    path("export/content/data/<str:job_identifier>", resource(GET=reading(exports.show_content_export))),
    path("export/cancel/<str:job_identifier>", resource(POST=reading(exports.cancel_content_export))),
    path("download/content/data/<str:job_identifier>", resource(GET=downloading(exports.download_content_export))),
    path("jobs/status/<str:job_id>", resource(GET=reading(exports.show_job))),
    path(
        "data_attributes",
        resource(
            GET=reading(data_attributes.list_data_attributes), POST=managing(data_attributes.create_data_attribute)
        ),
    ),
    path("data_attributes/<str:attribute_id>", resource(PUT=managing(data_attributes.update_data_attribute))),
]
urlpatterns = [*endpoints, path("api/", include(endpoints))]
