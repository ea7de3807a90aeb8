from django.urls import path

from . import (
    converters,  # noqa: F401 - names the parts of addresses
    history_views,
    ingest_views,
    option_views,
    retyping_views,
    views,
)

app_name = "attributes"
SETTINGS = "apps/<slug:app_id>/settings"
DATA = f"{SETTINGS}/<data:about>"
ATTRIBUTE = f"{SETTINGS}/attributes/<int:pk>"
INGEST_LOG = f"{SETTINGS}/ingest-log"
HISTORY = "apps/<slug:app_id>/history"
urlpatterns = [
    path(f"{SETTINGS}/people-data/", views.data, {"about": "person"}, name="people-data"),
    path(f"{SETTINGS}/company-data/", views.data, {"about": "company"}, name="company-data"),
    path(f"{DATA}/new/", views.new_attribute, name="attribute-new"),
    path(f"{DATA}/new/name/", views.name_preview, name="attribute-name"),
    path(f"{DATA}/holdings/", views.holdings, name="holdings"),
    path(f"{DATA}/messenger/", views.messenger, name="messenger"),
    path(f"{ATTRIBUTE}/", views.attribute, name="attribute"),
    path(f"{ATTRIBUTE}/edit/", views.edit_attribute, name="attribute-edit"),
    path(f"{ATTRIBUTE}/archive/", views.archive_attribute, name="attribute-archive"),
    path(f"{ATTRIBUTE}/unarchive/", views.unarchive_attribute, name="attribute-unarchive"),
    path(f"{ATTRIBUTE}/type/", retyping_views.change_type, name="retype"),
    path(f"{ATTRIBUTE}/type/undo/", retyping_views.undo_type, name="retype-undo"),
    path(f"{ATTRIBUTE}/options/", option_views.rename_option, name="attribute-options"),
    path(f"{ATTRIBUTE}/work/", retyping_views.work, name="attribute-work"),
    path(f"{ATTRIBUTE}/work/stop/", retyping_views.stop_work, name="attribute-work-stop"),
    path(f"{INGEST_LOG}/", ingest_views.ingest_log, name="ingest-log"),
    path(f"{INGEST_LOG}/<int:pk>/accept/", ingest_views.accept, name="ingest-accept"),
    path(f"{INGEST_LOG}/<int:pk>/allow/", ingest_views.allow, name="ingest-allow"),
    path(f"{INGEST_LOG}/<int:pk>/unarchive/", ingest_views.unarchive, name="ingest-unarchive"),
    path(f"{INGEST_LOG}/<int:pk>/add-option/", ingest_views.add_option, name="ingest-add-option"),
    path(f"{HISTORY}/<about:about>/<public_id:public_id>/", history_views.record_history, name="record-history"),
    # the key stands last: it may hold slashes
    path(f"{HISTORY}/<about:about>/<public_id:public_id>/<key:key>/", history_views.history, name="history"),
]
