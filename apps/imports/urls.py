"""An import from its upload to its end, and back; the history stands on Settings → Imports & exports."""

from django.urls import path

from . import views

app_name = "imports"
IMPORTS = "apps/<slug:app_id>/imports"
IMPORT = f"{IMPORTS}/<int:pk>"
urlpatterns = [
    path(f"{IMPORTS}/new/", views.new, name="new"),
    path(f"{IMPORT}/columns/", views.columns, name="columns"),
    path(f"{IMPORT}/delimiter/", views.delimiter, name="delimiter"),
    path(f"{IMPORT}/options/", views.options, name="options"),
    path(f"{IMPORT}/review/", views.review, name="review"),
    path(f"{IMPORT}/begin/", views.begin, name="begin"),
    path(f"{IMPORT}/discard/", views.discard, name="discard"),
    path(f"{IMPORT}/", views.show, name="import"),
    path(f"{IMPORT}/progress/", views.progress, name="progress"),
    path(f"{IMPORT}/stop/", views.stop, name="stop"),
    path(f"{IMPORT}/undo/", views.undo, name="undo"),
    path(f"{IMPORT}/errors.csv", views.errors, name="errors"),
    path(f"{IMPORT}/report.csv", views.report, name="report"),
]
