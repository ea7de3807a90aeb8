from django.apps import AppConfig
from django.core.checks import register


class ApiConfig(AppConfig):
    name = "apps.api"
    label = "api"

    def ready(self) -> None:
        from apps.deletion.reach import spared

        from .limits import check_rates
        from .models import ContentExport

        register(check_rates)
        spared(ContentExport, why="that somebody asked for messages of some time, and when")
