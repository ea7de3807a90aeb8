from django.apps import AppConfig


class DeletionConfig(AppConfig):
    name = "apps.deletion"
    label = "deletion"
