"""The teammates' pages about the Messenger. What the Messenger itself is asked stands in `urls`."""

from django.urls import path

from . import installation_views

app_name = "messenger"
urlpatterns = [
    path("apps/<slug:app_id>/settings/installation/", installation_views.installation, name="installation"),
]
