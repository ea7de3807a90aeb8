from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "apps.events"
    label = "events"

    def ready(self) -> None:
        from apps.people.sections import register

        from . import fields, merging, sections

        register(sections.EVENTS)
        fields.register_fields()
        merging.register_moves()
