from django.urls import path

from . import views

app_name = "exports"
EXPORTS = "apps/<slug:app_id>/exports"
urlpatterns = [
    path(f"{EXPORTS}/<about:about>/new/", views.new, name="new"),
    path(f"{EXPORTS}/<int:pk>/", views.export, name="export"),
    path(f"{EXPORTS}/<int:pk>/progress/", views.progress, name="progress"),
    path(f"{EXPORTS}/<int:pk>/stop/", views.stop, name="stop"),
    path(f"{EXPORTS}/<int:pk>/file/", views.download, name="download"),
    path(f"{EXPORTS}/<int:pk>/delete/", views.delete, name="delete"),
]
