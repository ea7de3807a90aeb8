"""What attributes are about, in the words and at the addresses of their settings: people, or companies."""

from dataclasses import dataclass

from django.urls import reverse

from apps.workspace.models import Workspace


@dataclass(frozen=True)
class Subject:
    """People or companies, as their settings speak of them."""

    about: str
    slug: str  # in addresses and in the navigation
    title: str
    lede: str
    records: str

    @property
    def list_name(self) -> str:
        return f"attributes:{self.slug}"

    def list_url(self, workspace: Workspace) -> str:
        return reverse(self.list_name, args=[workspace.app_id])


PEOPLE = Subject(
    "person",
    "people-data",
    "People data",
    "What is known about your users and leads, and who may write it.",
    "people",
)
COMPANIES = Subject(
    "company",
    "company-data",
    "Company data",
    "What is known about your companies, and who may write it.",
    "companies",
)
SUBJECTS = {subject.about: subject for subject in (PEOPLE, COMPANIES)}
SLUGS = {subject.slug: subject.about for subject in (PEOPLE, COMPANIES)}
