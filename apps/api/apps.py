from django.apps import AppConfig
from django.core.checks import register


class ApiConfig(AppConfig):
    name = "apps.api"
    label = "api"

    def ready(self) -> None:
        from .limits import check_rates

        register(check_rates)
