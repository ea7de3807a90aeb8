from django.urls import path

from . import settings_views

app_name = "subscriptions"
SETTINGS = "apps/<slug:app_id>/settings/subscriptions"
urlpatterns = [
    path(f"{SETTINGS}/", settings_views.settings, name="settings"),
    path(f"{SETTINGS}/<int:pk>/", settings_views.subscription, name="subscription"),
    path(f"{SETTINGS}/<int:pk>/archive/", settings_views.archive, name="archive"),
    path(f"{SETTINGS}/<int:pk>/unarchive/", settings_views.unarchive, name="unarchive"),
]
