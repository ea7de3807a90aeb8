from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "apps.companies"
    label = "companies"

    def ready(self) -> None:
        from apps.qualification import editing

        from .arrivals import amend
        from .models import Company

        editing.register(Company, amend)
