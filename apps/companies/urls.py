from django.urls import path

from apps.attributes import converters  # noqa: F401 - names the parts of addresses

from . import list_views, profile_views, views

app_name = "companies"
COMPANIES = "apps/<slug:app_id>/companies"
COMPANY = f"{COMPANIES}/<public_id:public_id>"
PERSON = "apps/<slug:app_id>/people/<public_id:public_id>/companies"
urlpatterns = [
    path(f"{COMPANIES}/", list_views.companies, name="list"),
    path(f"{COMPANIES}/names/", views.names, name="names"),
    path(f"{COMPANY}/", profile_views.profile, name="profile"),
    path(f"{COMPANY}/people/", profile_views.attach_person, name="attach-person"),
    path(f"{COMPANY}/people/<public_id:person_id>/detach/", profile_views.detach_person, name="detach-person"),
    path(f"{PERSON}/", views.attach, name="attach"),
    path(f"{PERSON}/<public_id:company_id>/detach/", views.detach, name="detach"),
]
