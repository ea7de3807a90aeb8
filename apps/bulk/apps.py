from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "apps.bulk"
    label = "bulk"

    def ready(self) -> None:
        from apps.people.following import stays

        from .acts import register_own
        from .models import Former

        register_own()
        stays(Former, "what the lead was before is not what the user was")
