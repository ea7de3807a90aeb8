from django.urls import path

from . import views

app_name = "conversations"
urlpatterns = [
    path("apps/<slug:app_id>/conversations/", views.months, name="report"),
    path("apps/<slug:app_id>/conversations/<int:pk>/", views.conversation, name="conversation"),
]
