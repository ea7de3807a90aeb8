from django.urls import path

from apps.attributes import converters  # noqa: F401 - names the parts of addresses

from . import settings_views, views

app_name = "qualification"
SETTINGS = "apps/<slug:app_id>/settings/qualification"
PANEL = "apps/<slug:app_id>/qualification/<about:panel>/<public_id:public_id>"
urlpatterns = [
    path(f"{SETTINGS}/", settings_views.settings, name="settings"),
    path(f"{SETTINGS}/add/", settings_views.add, name="settings-add"),
    path(f"{SETTINGS}/new/", settings_views.new, name="settings-new"),
    path(f"{SETTINGS}/order/", settings_views.order, name="settings-order"),
    path(f"{SETTINGS}/<int:pk>/remove/", settings_views.remove, name="settings-remove"),
    path(f"{SETTINGS}/<int:pk>/move/", settings_views.move, name="settings-move"),
    # the key stands last: it may hold slashes
    path(f"{PANEL}/cell/<about:about>/<key:key>/", views.cell, name="cell"),
    path(f"{PANEL}/hold/<about:about>/<key:key>/", views.hold, name="hold"),
]
