from django.apps import AppConfig
from django.core.checks import register


class MessengerConfig(AppConfig):
    name = "apps.messenger"
    label = "messenger"

    def ready(self) -> None:
        from .limits import check_rates

        register(check_rates)
