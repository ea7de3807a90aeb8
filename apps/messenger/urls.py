"""The Messenger's addresses. They are answered by `middleware.MessengerDoor`, with and without a closing slash."""

from django.urls import re_path

from . import views

app_name = "messenger"
urlpatterns = [
    re_path(r"^messenger/web/ping/?$", views.ping, name="ping"),
    re_path(r"^messenger/web/lead/?$", views.lead, name="lead"),
]
