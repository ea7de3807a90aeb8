from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "apps.exports"
    label = "exports"

    def ready(self) -> None:
        from apps.workspace.permissions import Grant
        from apps.workspace.transfers import Section, register

        from . import reaching
        from .views import recent

        register(Section("exports", 2, Grant.EXPORT, "exports/_transfers.html", recent))
        reaching.register_places()
