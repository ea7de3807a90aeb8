from django.urls import path

from . import filter_views, views

app_name = "lists"

urlpatterns = [
    path("apps/<slug:app_id>/lists/<slug:about>/count/", views.count, name="count"),
    path("apps/<slug:app_id>/lists/<slug:about>/columns/", views.columns, name="columns"),
    path("apps/<slug:app_id>/lists/<slug:about>/sort/", views.sort, name="sort"),
    path("apps/<slug:app_id>/lists/<slug:about>/filter/picker/", filter_views.picker, name="filter-picker"),
    path("apps/<slug:app_id>/lists/<slug:about>/filter/condition/", filter_views.condition, name="filter-condition"),
    path("apps/<slug:app_id>/lists/<slug:about>/filter/preview/", filter_views.preview, name="filter-preview"),
    path("apps/<slug:app_id>/lists/<slug:about>/filter/edit/", filter_views.edit, name="filter-edit"),
]
