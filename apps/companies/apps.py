from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "apps.companies"
    label = "companies"

    def ready(self) -> None:
        from apps.people.models import Person
        from apps.people.sections import register
        from apps.qualification import editing, panel

        from . import fields, lists, merging, profiles, qualifying, sections, segments
        from .arrivals import amend, release
        from .models import Company

        editing.register(Company, amend, release)
        panel.register(Person, qualifying.COMPANY_HALF)
        panel.register_echo(sections.echo)
        register(sections.COMPANIES)
        merging.register_moves()
        profiles.register_own()
        fields.register_fields()
        segments.register_segments()
        lists.register_list()
        panel.register_echo(segments.echo)
        panel.register_echo(profiles.echo)
