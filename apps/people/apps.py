from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "apps.people"
    label = "people"

    def ready(self) -> None:
        from apps.qualification import editing, panel

        from . import fields, lists, merging, sections, segments
        from .arrivals import amend, release
        from .models import Person, Role
        from .profile_views import echo

        def users_alone(person: Person) -> frozenset[str]:
            return frozenset({"external_id"} if person.role == Role.LEAD else ())

        editing.register(Person, amend, release, always=frozenset({"owner_id"}), closed=users_alone)
        panel.register_echo(echo)
        sections.register_own()
        merging.register_own()
        fields.register_fields()
        segments.register_segments()
        lists.register_list()
        panel.register_echo(segments.echo)
