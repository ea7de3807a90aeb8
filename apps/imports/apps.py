from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "apps.imports"
    label = "imports"

    def ready(self) -> None:
        from apps.workspace.permissions import Grant
        from apps.workspace.transfers import Section, register

        from .looking import recent
        from .reaching import register_places

        register(Section("imports", 1, Grant.IMPORT, "imports/_transfers.html", recent))
        register_places()
