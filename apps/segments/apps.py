from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "apps.segments"
    label = "segments"

    def ready(self) -> None:
        from apps.attributes import usage as attribute_usage

        from . import fields, usage

        fields.register_fields()
        attribute_usage.register(usage.uses)
