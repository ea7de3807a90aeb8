from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "apps.bulk"
    label = "bulk"

    def ready(self) -> None:
        from .acts import register_own

        register_own()
