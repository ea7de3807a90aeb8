"""The API fuzzed by its own description: no 500, no undocumented status, no answer of another shape (API-02).

What is tried is derived from the description alone and is the same at every run. Ids are swapped for those of a
workspace with one of everything, most of the time, so that calls come further than to a 404.
"""

import copy
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.config import (
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.specs.openapi import checks

from apps.api import segment_ids
from apps.api.description.document import document
from apps.people.models import Person, Role
from apps.segments.standing import all_of
from apps.subscriptions.models import SubscriptionType
from apps.workspace.models import AccessToken, Workspace
from intercom_clone.wsgi import application
from tests.api.conftest import SECRET
from tests.factories import LeadFactory, attribute

pytestmark = pytest.mark.django_db

EXAMPLES = 6  # of each operation, beside those at the edges of what its schemas allow
VERSION = "2.16"  # which has every address
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
GENERATION = GenerationConfig(
    max_examples=EXAMPLES, deterministic=True, database="none", with_security_parameters=False, no_shrink=True
)


def fuzzed() -> dict[str, Any]:
    """The description. Its version, which is the same everywhere, is left to one address to try."""
    told = copy.deepcopy(document())
    for path, operations in told["paths"].items():
        for operation in operations.values():
            if path != "/me":
                operation["parameters"] = [one for one in operation["parameters"] if "$ref" not in one]
    return told


PHASES = PhasesConfig(coverage=CoveragePhaseConfig(unexpected_methods=set()))
PROJECT = ProjectConfig(generation=GENERATION, phases=PHASES)
API = schemathesis.openapi.from_dict(fuzzed(), config=SchemathesisConfig(projects=ProjectsConfig(default=PROJECT)))
API.app = application


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The test's own connection, with what it wrote in it, for every call: a server would begin each with another."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(one_connection: None, token: AccessToken, workspace: Workspace, furnished: dict[str, str]) -> dict[str, Any]:
    """What stands in this workspace, by the names that paths, queries and bodies have for it and where they have it."""
    visitor, news = Person.objects.get(role=Role.VISITOR), SubscriptionType.objects.get()
    lead = LeadFactory(workspace=workspace, email="a@x.io")
    seats, _ = attribute(workspace, "seats", "number"), attribute(workspace, "licences", "number", "company")
    return {
        "contact_id": furnished["ann"],
        "company_id": furnished["company"],
        "tag_id": furnished["tag"],
        "note_id": furnished["note"],
        "admin_id": furnished["tess"],
        "owner_id": furnished["tess"],
        "subscription_id": str(news.pk),
        "visitor_id": visitor.public_id,
        "attribute_id": str(seats.pk),
        "segment_id": segment_ids.id_of(workspace, all_of(workspace, "person")[0]),
        "from": lead.public_id,
        "into": furnished["ann"],
        "companies.custom_attributes": {"licences": 3},
        "custom_attributes": {"seats": 3},
        "sort": {"field": "email", "order": "ascending"},
        "companies.id": furnished["company"],
        "tags.id": furnished["tag"],
        "subscriptions.id": str(news.pk),
        "find_by_external_id.external_id": "1",
        **{f"{where}.id": visitor.public_id for where in ("visitors", "visitor")},
        **{f"{where}.user_id": "v-1" for where in ("visitors", "visitor")},
        **{f"{where}.id": furnished["ann"] for where in ("user", "events", "summaries")},
        "intercom_user_id": furnished["ann"],
    }


@API.parametrize()
@settings(suppress_health_check=[*HealthCheck])  # one workspace for all calls to one address, and busy machines
def test_no_call_breaks_what_is_described(case: schemathesis.Case, known: dict[str, Any]) -> None:
    where = [part for part in case.operation.path.split("/") if not part.startswith("{")][-1]
    for part in (case.path_parameters, case.query, case.body):
        swap(part, where, known)

    headers = {"Authorization": f"Bearer {SECRET}"} | ({} if where == "me" else {"Intercom-Version": VERSION})
    case.call_and_validate(headers=headers, checks=CHECKS)


def swap(part: Any, where: str, known: dict[str, Any]) -> None:
    """What is known, in place of three out of four values that were made up: always of the same ones."""
    for name, made_up in part.items() if isinstance(part, dict) else ():
        meant = known.get(f"{where}.{name}", known.get(name))
        if meant is not None and crc32(str(made_up).encode(errors="replace")) % 4:
            part[name] = meant
        else:
            swap(made_up, name, known)
