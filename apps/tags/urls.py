from django.urls import path

from apps.attributes import converters  # noqa: F401 - names the parts of addresses

from . import note_views, profile_views, settings_views

app_name = "tags"
SETTINGS = "apps/<slug:app_id>/settings/tags"
RECORD = "<about:about>/<public_id:public_id>"
TAGS, NOTES = f"apps/<slug:app_id>/tags/{RECORD}", f"apps/<slug:app_id>/notes/{RECORD}"
urlpatterns = [
    path(f"{SETTINGS}/", settings_views.settings, name="settings"),
    path(f"{SETTINGS}/<int:pk>/", settings_views.tag, name="settings-tag"),
    path(f"{SETTINGS}/<int:pk>/delete/", settings_views.delete, name="settings-delete"),
    path(f"{TAGS}/", profile_views.tags, name="tags"),
    path(f"{TAGS}/remove/", profile_views.remove, name="remove"),
    path(f"{TAGS}/names/", profile_views.names, name="names"),
    path(f"{NOTES}/", note_views.notes, name="notes"),
    path(f"{NOTES}/<int:pk>/", note_views.note, name="note"),
    path(f"{NOTES}/<int:pk>/delete/", note_views.delete, name="note-delete"),
]
