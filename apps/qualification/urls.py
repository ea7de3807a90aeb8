from django.urls import path

from . import settings_views

app_name = "qualification"
SETTINGS = "apps/<slug:app_id>/settings/qualification"
urlpatterns = [
    path(f"{SETTINGS}/", settings_views.settings, name="settings"),
    path(f"{SETTINGS}/add/", settings_views.add, name="settings-add"),
    path(f"{SETTINGS}/new/", settings_views.new, name="settings-new"),
    path(f"{SETTINGS}/order/", settings_views.order, name="settings-order"),
    path(f"{SETTINGS}/<int:pk>/remove/", settings_views.remove, name="settings-remove"),
    path(f"{SETTINGS}/<int:pk>/move/", settings_views.move, name="settings-move"),
]
