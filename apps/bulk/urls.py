"""A page for every action that is registered, and one for every change under way or done."""

from django.urls import path

from . import views
from .actions import all_actions

app_name = "bulk"
BULK = "apps/<slug:app_id>/bulk"
JOB = f"{BULK}/changes/<int:pk>"
urlpatterns = [
    path(f"{BULK}/changes/", views.changes, name="changes"),
    path(f"{JOB}/", views.job, name="job"),
    path(f"{JOB}/progress/", views.progress, name="progress"),
    path(f"{JOB}/stop/", views.stop, name="stop"),
    path(f"{JOB}/undo/", views.undo, name="undo"),
    *(path(f"{BULK}/<about:about>/{action.slug}/", views.begin(action), name=action.slug) for action in all_actions()),
]
