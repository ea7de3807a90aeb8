"""Every address of the REST API: at the root, and the same under `/api`. Answered by `middleware.ApiDoor`.

Without trailing slashes: the door takes one off, for a redirect would turn a POST into a GET.
"""

from django.urls import include, path

from . import views
from .calls import resource

endpoints = [
    path("me", resource(GET=views.show_me)),
    path("contacts", resource(POST=views.create_contact)),
    path("contacts/search", resource(POST=views.search_contacts)),
    path(
        "contacts/<str:contact_id>",
        resource(GET=views.show_contact, PUT=views.update_contact, DELETE=views.delete_contact),
    ),
    path("companies", resource(POST=views.upsert_company)),
    path("data_attributes", resource(GET=views.list_data_attributes, POST=views.create_data_attribute)),
    path("data_attributes/<str:attribute_id>", resource(PUT=views.update_data_attribute)),
]
urlpatterns = [*endpoints, path("api/", include(endpoints))]
