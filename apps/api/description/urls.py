"""Where the API is described. Its own addresses stand in `api/urls`."""

from django.urls import path

from . import views

app_name = "api"
urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("api/openapi.json", views.openapi),
    path("apps/<slug:app_id>/settings/api-reference/", views.api_reference, name="reference"),
]
