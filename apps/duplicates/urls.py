from django.urls import path

from . import job_views, views

app_name = "duplicates"
HOME = "apps/<slug:app_id>/settings/duplicates"
JOB = f"{HOME}/jobs/<int:pk>"
urlpatterns = [
    path(f"{HOME}/", views.queue, name="queue"),
    path(f"{HOME}/look/", views.look, name="look"),
    path(f"{HOME}/looking/", views.looking_on, name="looking"),
    path(f"{HOME}/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
    path(f"{HOME}/<int:pk>/take-back/", views.take_back, name="take-back"),
    path(f"{HOME}/merge/", job_views.merge, name="merge"),
    path(f"{JOB}/", job_views.job, name="job"),
    path(f"{JOB}/progress/", job_views.progress, name="progress"),
    path(f"{JOB}/stop/", job_views.stop, name="stop"),
    path(f"{JOB}/undo/", job_views.undo, name="undo"),
]
