from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "apps.duplicates"
    label = "duplicates"

    def ready(self) -> None:
        from . import judging, sections

        judging.register_moves()
        sections.register_own()
