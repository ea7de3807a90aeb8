from django.urls import path

from . import views

app_name = "demo"
urlpatterns = [path("apps/<slug:app_id>/settings/demo/", views.removal, name="remove")]
