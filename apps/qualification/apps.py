from django.apps import AppConfig


class QualificationConfig(AppConfig):
    name = "apps.qualification"
    label = "qualification"

    def ready(self) -> None:
        from apps.attributes import usage
        from apps.workspace import founding

        from . import choosing

        usage.register(choosing.uses)
        founding.register(choosing.furnish)
