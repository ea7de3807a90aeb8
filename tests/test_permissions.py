"""Every page below /apps/ × every role, signed out, and with another workspace's ids (PERM-02…05).

The routes are read from the URL configuration, so a new page is tested as soon as it has an address. A route with a
new kind of argument needs a line in SAMPLES.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from apps.attributes.models import RefusedWrite
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.bulk.models import BulkChange
from apps.conversations import keeping as conversing
from apps.deletion.models import Receipt
from apps.duplicates.models import BulkMerge, Pair
from apps.events.models import EventName
from apps.exports.models import Export
from apps.imports.models import Import, ImportRun
from apps.people.merging import merge
from apps.people.models import Merge, Person
from apps.qualification.models import Question
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.subscriptions import keeping
from apps.subscriptions.keeping import Wording
from apps.tags import noting, tagging
from apps.workspace import documents
from apps.workspace.clock import now
from apps.workspace.hands import NOBODY
from apps.workspace.models import Notification, Seat, Workspace
from apps.workspace.permissions import GRANTS, Role
from apps.workspace.tokens import issue
from tests.factories import CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute


@dataclass(frozen=True)
class Route:
    """One address below /apps/: its name, its path with `{argument}`s, and the view behind it."""

    name: str
    path: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]

    def __str__(self) -> str:
        return self.name

    def to(self, world: "World", **others: "World") -> str:
        """The path with a world's own objects; `others` gives single arguments from another world."""
        return self.path.format(**{name: sample(others.get(name, world), self, name) for name in self.arguments})


def routes(patterns: list[Any], prefix: str = "", namespace: str = "") -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path, pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern) and path.startswith("apps/"):
            arguments = tuple(pattern.pattern.converters)
            plain = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
            yield Route(f"{namespace}:{pattern.name}", plain, arguments, pattern.callback)


ROUTES = list(routes(get_resolver().url_patterns))


class World:
    """A workspace with one of everything, made when it is asked for."""

    def __init__(self) -> None:
        self.workspace: Workspace = WorkspaceFactory()
        self.seat: Seat = SeatFactory(workspace=self.workspace, role="agent")

    def person(self) -> str:
        return PersonFactory(workspace=self.workspace).public_id

    def company(self) -> str:
        return CompanyFactory(workspace=self.workspace).public_id

    def attribute(self) -> int:
        return attribute(Workspace.objects.get(pk=self.workspace.pk), "budget", "number").pk

    def refusal(self) -> int:
        person = PersonFactory(workspace=self.workspace)
        write(Person, self.workspace, {person.pk: {"new key": 1}}, Source.REST, now=now())
        return RefusedWrite.objects.get(record_id=person.pk).pk

    def segment(self) -> str:
        workspace = Workspace.objects.get(pk=self.workspace.pk)
        asked = all_of(Condition("city", "is", "Cork"))
        return str(saving.create(workspace, "person", "Cork", asked, by=NOBODY, now=now()).pk)

    def question(self) -> int:
        return Question.objects.filter(workspace=self.workspace)[0].pk

    def tag(self) -> int:
        return tagging.find_or_create(self.workspace, "VIP", by=NOBODY, now=now()).pk

    def note(self) -> int:
        return noting.add(PersonFactory(workspace=self.workspace), "Call back", by=NOBODY, now=now()).pk

    def merge(self) -> int:
        user, lead = PersonFactory(workspace=self.workspace), LeadFactory(workspace=self.workspace)
        merge(lead, user, by=NOBODY, now=now())
        return Merge.objects.get(lead=lead).pk

    def bulk_change(self) -> int:
        done = {"state": "done", "finished_at": now(), "created_at": now(), "changed": 1}
        return BulkChange.objects.create(workspace=self.workspace, about="person", action="tag", **done).pk

    def pair(self) -> int:
        lower, higher = PersonFactory.create_batch(2, workspace=self.workspace, email="ann@example.test")
        return Pair.objects.create(workspace=self.workspace, lower=lower, higher=higher, found_at=now()).pk

    def bulk_merge(self) -> int:
        done = {"state": "done", "finished_at": now(), "created_at": now(), "changed": 1}
        return BulkMerge.objects.create(workspace=self.workspace, **done).pk

    def conversation(self) -> int:
        return conversing.begin(PersonFactory(workspace=self.workspace), now=now()).pk

    def receipt(self) -> int:
        told = {"public_id": "6" * 24, "role": "user", "requested_at": now(), "destroyed_at": now()}
        return Receipt.objects.create(workspace=self.workspace, **told).pk

    def event_name(self) -> int:
        return EventName.objects.create(workspace=self.workspace, name="read-pricing", created_at=now()).pk

    def subscription(self) -> int:
        wording = Wording("News", "", "en", ["email"])
        return keeping.create(self.workspace, wording, "opt_out", by=NOBODY, now=now()).pk

    def imported(self) -> int:
        kept = {"role": "user", "stage": "run", "file_name": "people.csv", "size": 1, "sha256": "", "created_at": now()}
        upload = Import.objects.create(workspace=self.workspace, **kept)
        done = {"purpose": "run", "state": "done", "finished_at": now(), "created_at": now()}
        ImportRun.objects.create(workspace=self.workspace, upload=upload, **done)
        return upload.pk

    def export(self) -> int:
        asked = {"about": "person", "extent": "all", "created_at": now(), "expires_at": now(), "zone": "UTC"}
        return Export.objects.create(workspace=self.workspace, title="All users", **asked).pk

    def notification(self) -> int:
        whose = {"workspace": self.workspace, "teammate": self.seat.teammate}
        return Notification.objects.create(message="The export is ready.", created_at=now(), **whose).pk

    def document(self) -> int:
        letter = SimpleUploadedFile("letter.txt", b"We attest.")
        return documents.keep(self.workspace, letter, by=NOBODY, now=now()).pk

    def token(self) -> int:
        return issue(self.workspace, self.seat.teammate, "backend", by=NOBODY, now=now())[0].pk


# argument → a sample; `word/argument` where it means different things after different words of the path
SAMPLES: dict[str, Callable[[World], Any]] = {
    "app_id": lambda world: world.workspace.app_id,
    "public_id": World.person,
    "companies/public_id": World.company,
    "companies/company_id": World.company,
    "people/person_id": World.person,
    "merge/into_id": World.person,
    "merges/pk": World.merge,
    "ingest-log/pk": World.refusal,
    "attributes/pk": World.attribute,
    "settings/about": lambda world: "people-data",
    "qualification/pk": World.question,
    "segments/slug": World.segment,
    "tags/pk": World.tag,
    "notes/pk": World.note,
    "changes/pk": World.bulk_change,
    "events/pk": World.event_name,
    "subscriptions/pk": World.subscription,
    "receipts/pk": World.receipt,
    "duplicates/pk": World.pair,
    "jobs/pk": World.bulk_merge,
    "conversations/pk": World.conversation,
    "exports/pk": World.export,
    "imports/pk": World.imported,
    "notifications/pk": World.notification,
    "seat_pk": lambda world: world.seat.pk,
    "token_pk": World.token,
    "document_pk": World.document,
    "about": lambda world: "person",
    "panel": lambda world: "person",
    "key": lambda world: "email",
}
# Arguments that name something which every workspace has, so that there is no other workspace's.
EVERYWHERE = {"about", "panel", "key"}
# What a form must hold to come as far as asking for whom it is meant.
FORMS = {"qualification:settings-move": {"direction": "up"}}


def sample(world: World, route: Route, argument: str) -> Any:
    words = [word for word in route.path.partition(f"{{{argument}}}")[0].split("/") if word and word[0] != "{"]
    make = SAMPLES.get(f"{words[-1]}/{argument}") or SAMPLES.get(argument)
    if make is None:
        pytest.fail(f"{route} has an argument {argument!r} that SAMPLES does not know: add a line to {__file__}")
    return make(world)


@pytest.fixture
def world(db: None) -> World:
    return World()


def answers(client: Client, route: Route, path: str) -> dict[str, int]:
    form = FORMS.get(route.name, {})
    return {"GET": client.get(path).status_code, "POST": client.post(path, form).status_code}


def test_there_are_routes_to_test():
    assert len(ROUTES) > 10


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_page_is_guarded(route):
    """PERM-05"""
    assert hasattr(route.view, "grants"), f"{route.view} needs the decorator pages.page"


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_role_may_what_it_is_granted_and_no_more(client, world, route, role):
    """PERM-02, PERM-05"""
    client.force_login(SeatFactory(workspace=world.workspace, role=role).teammate)
    SeatFactory(workspace=world.workspace)  # so that nobody here is the last Super admin

    forbidden = {method: status == 403 for method, status in answers(client, route, route.to(world)).items()}

    read, write = route.view.grants
    assert forbidden == {"GET": read not in GRANTS[role], "POST": write not in GRANTS[role]}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_signed_out_are_asked_to_sign_in(client, world, route):
    path = route.to(world)

    answer = client.get(path)

    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in?next={path}")


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_another_workspace_is_not_there(client, world, route):
    client.force_login(SeatFactory().teammate)

    assert answers(client, route, route.to(world)) == {"GET": 404, "POST": 404}


WITH_IDS = [
    (route, argument)
    for route in ROUTES
    for argument in route.arguments
    if argument != "app_id" and argument not in EVERYWHERE
]


@pytest.mark.parametrize(("route", "argument"), WITH_IDS, ids=str)
def test_another_workspaces_id_is_not_there(client, world, route, argument):
    """404, as for one that was never given; 405 where the page does not take the method at all."""
    client.force_login(SeatFactory(workspace=world.workspace).teammate)

    found = answers(client, route, route.to(world, **{argument: World()}))

    assert 404 in found.values()
    assert set(found.values()) <= {404, 405}


WRITES = re.compile(r"\s*(?:WITH .*\b)?(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE | re.DOTALL)
# What looking at a page may leave behind, and where: that it was looked at.
TRACES = {"workspace:document": {"workspace_auditentry"}}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_looking_changes_nothing(client, world, route):
    """A link, a reload or a prefetching browser does no harm."""
    client.force_login(SeatFactory(workspace=world.workspace).teammate)
    path = route.to(world)

    with CaptureQueriesContext(connection) as made:
        client.get(path)

    written = {found[2] for query in made.captured_queries if (found := WRITES.match(query["sql"]))}
    assert written <= TRACES.get(route.name, set())


@pytest.mark.parametrize("role", Role.values)
def test_no_navigation_link_leads_where_the_role_may_not_go(client, world, role):
    """PERM-02: every other control is hidden."""
    client.force_login(SeatFactory(workspace=world.workspace, role=role).teammate)
    pages = [f"/apps/{world.workspace.app_id}/{page}" for page in ("people/", "settings/")]

    links = {link for page in pages for link in re.findall(r'href="(/apps/[^"]*)"', client.get(page).text)}

    assert len(links) > 2
    assert {link for link in links if client.get(link).status_code == 403} == set()
