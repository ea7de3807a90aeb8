from django.apps import AppConfig


class MessengerConfig(AppConfig):
    name = "apps.messenger"
    label = "messenger"

    def ready(self) -> None:
        from .limits import check_rates

        check_rates()
