from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "apps.people"
    label = "people"

    def ready(self) -> None:
        from apps.qualification import editing

        from .arrivals import amend
        from .models import Person

        editing.register(Person, amend)
