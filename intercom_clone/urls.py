"""Every address of the product, by door."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

ROOMS = (
    "workspace",
    "attributes",
    "segments",
    "qualification",
    "tags",
    "lists",
    "people",
    "companies",
    "events",
    "subscriptions",
    "conversations",
    "bulk",
    "duplicates",
    "deletion",
    "imports",
    "exports",
    "demo",
)
urlpatterns = [
    *(path("", include(f"apps.{room}.urls")) for room in ROOMS if find_spec(f"apps.{room}.urls")),
    path("", include("apps.messenger.settings_urls")),
    path("", include("apps.api.description.urls")),
    path("admin/", admin.site.urls),
]
