from django.urls import path

from . import converters, history_views, ingest_views, views  # noqa: F401 - converters name the parts of addresses

app_name = "attributes"
PEOPLE_DATA = "apps/<slug:app_id>/settings/people-data"
INGEST_LOG = "apps/<slug:app_id>/settings/ingest-log"
HISTORY = "apps/<slug:app_id>/history"
urlpatterns = [
    path(f"{PEOPLE_DATA}/", views.people_data, name="people-data"),
    path(f"{PEOPLE_DATA}/new/", views.new_attribute, name="attribute-new"),
    path(f"{PEOPLE_DATA}/new/name/", views.name_preview, name="attribute-name"),
    path(f"{PEOPLE_DATA}/messenger/", views.messenger_creation, name="messenger-creation"),
    path(f"{PEOPLE_DATA}/<int:pk>/", views.attribute, name="attribute"),
    path(f"{PEOPLE_DATA}/<int:pk>/edit/", views.edit_attribute, name="attribute-edit"),
    path(f"{PEOPLE_DATA}/<int:pk>/archive/", views.archive_attribute, name="attribute-archive"),
    path(f"{PEOPLE_DATA}/<int:pk>/unarchive/", views.unarchive_attribute, name="attribute-unarchive"),
    path(f"{INGEST_LOG}/", ingest_views.ingest_log, name="ingest-log"),
    path(f"{INGEST_LOG}/<int:pk>/accept/", ingest_views.accept, name="ingest-accept"),
    path(f"{INGEST_LOG}/<int:pk>/allow/", ingest_views.allow, name="ingest-allow"),
    path(f"{INGEST_LOG}/<int:pk>/unarchive/", ingest_views.unarchive, name="ingest-unarchive"),
    path(f"{INGEST_LOG}/<int:pk>/add-option/", ingest_views.add_option, name="ingest-add-option"),
    # the key stands last: it may hold slashes
    path(f"{HISTORY}/<about:about>/<public_id:public_id>/<key:key>/", history_views.history, name="history"),
]
