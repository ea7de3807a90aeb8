from django.urls import path

import apps.attributes.converters  # noqa: F401 - registers public_id

from . import settings_views, timeline_views

app_name = "events"
SETTINGS = "apps/<slug:app_id>/settings/events"
urlpatterns = [
    path("apps/<slug:app_id>/people/<public_id:public_id>/events/", timeline_views.timeline, name="timeline"),
    path(f"{SETTINGS}/", settings_views.settings, name="settings"),
    path(f"{SETTINGS}/<int:pk>/", settings_views.name, name="name"),
    path(f"{SETTINGS}/<int:pk>/edit/", settings_views.edit, name="edit"),
    path(f"{SETTINGS}/<int:pk>/archive/", settings_views.archive, name="archive"),
    path(f"{SETTINGS}/<int:pk>/unarchive/", settings_views.unarchive, name="unarchive"),
]
