from django.urls import path

from apps.attributes import converters  # noqa: F401 - names the parts of addresses

from . import settings_views, views, why_views

app_name = "segments"
HERE = "apps/<slug:app_id>/segments/<about:about>"
urlpatterns = [
    path("apps/<slug:app_id>/settings/segments/", settings_views.settings, name="settings"),
    path(f"{HERE}/counts/", views.counts, name="counts"),
    path(f"{HERE}/pins/", views.pins, name="pins"),
    path(f"{HERE}/new/", views.create, name="create"),
    path(f"{HERE}/of/<public_id:public_id>/why/", why_views.why, name="why"),
    path(f"{HERE}/<slug:slug>/rename/", views.rename, name="rename"),
    path(f"{HERE}/<slug:slug>/edit/", views.edit, name="edit"),
    path(f"{HERE}/<slug:slug>/delete/", views.delete, name="delete"),
]
