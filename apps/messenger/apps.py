from django.apps import AppConfig


class MessengerConfig(AppConfig):
    name = "apps.messenger"
    label = "messenger"
