from django.urls import path

from apps.attributes import converters  # noqa: F401 - names the parts of addresses

from . import views

app_name = "companies"
PERSON = "apps/<slug:app_id>/people/<public_id:public_id>/companies"
urlpatterns = [
    path("apps/<slug:app_id>/companies/names/", views.names, name="names"),
    path(f"{PERSON}/", views.attach, name="attach"),
    path(f"{PERSON}/<public_id:company_id>/detach/", views.detach, name="detach"),
]
