from django.urls import path

from . import log_views, package_views, views

app_name = "exports"
EXPORTS = "apps/<slug:app_id>/exports"
urlpatterns = [
    path("apps/<slug:app_id>/settings/activity-log/csv/", log_views.log, name="activity-log"),
    path("apps/<slug:app_id>/people/<str:public_id>/package/", package_views.package, name="package"),
    path(f"{EXPORTS}/<about:about>/new/", views.new, name="new"),
    path(f"{EXPORTS}/<int:pk>/", views.export, name="export"),
    path(f"{EXPORTS}/<int:pk>/progress/", views.progress, name="progress"),
    path(f"{EXPORTS}/<int:pk>/stop/", views.stop, name="stop"),
    path(f"{EXPORTS}/<int:pk>/file/", views.download, name="download"),
    path(f"{EXPORTS}/<int:pk>/delete/", views.delete, name="delete"),
]
