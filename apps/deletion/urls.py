from django.urls import path

from . import views

app_name = "deletion"
SETTINGS = "apps/<slug:app_id>/settings/deleting-people-data"
urlpatterns = [
    path(f"{SETTINGS}/", views.settings, name="settings"),
    path(f"{SETTINGS}/<public_id:public_id>/delete/", views.delete, name="delete"),
    path(f"{SETTINGS}/<public_id:public_id>/restore/", views.restore, name="restore"),
    path(f"{SETTINGS}/receipts/<int:pk>/", views.receipt, name="receipt"),
]
