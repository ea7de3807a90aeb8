from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "apps.people"
    label = "people"

    def ready(self) -> None:
        from apps.qualification import editing, panel

        from . import sections
        from .arrivals import amend, release
        from .models import Person
        from .profile_views import echo

        editing.register(Person, amend, release, always=frozenset({"owner_id"}))
        panel.register_echo(echo)
        sections.register_own()
