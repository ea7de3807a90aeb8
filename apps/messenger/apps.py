from django.apps import AppConfig
from django.core.checks import register


class MessengerConfig(AppConfig):
    name = "apps.messenger"
    label = "messenger"

    def ready(self) -> None:
        from .checks import check_places
        from .limits import check_rates

        register(check_places)
        register(check_rates)
