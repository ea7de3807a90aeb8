"""Where a value comes from: the sign beside it, and its history in a popover or on a page of its own."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.chronicle import chronicle
from apps.attributes.facts import Fact, facts_of
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Workspace
from tests.factories import NOW, SeatFactory, TeammateFactory, attribute

pytestmark = pytest.mark.django_db
TESS = Hand(name="Tess")
HTMX = {"HX-Request": "true"}


def offer(person: Person, source: Source, minute: int = 0, by: Hand = NOBODY, **values: object) -> None:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    write(type(person), workspace, {person.pk: values}, source, by=by, now=NOW + timedelta(minutes=minute))


def fact(person: Person, key: str) -> Fact:
    person = Person.objects.select_related("workspace").get(pk=person.pk)
    return facts_of(person, [catalogue_of(person.workspace, "person")[key]])[key]


def told(person: Person, key: str) -> list[tuple[str, object, object, str]]:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    entries = chronicle(person, catalogue_of(workspace, "person")[key])
    return [(entry.source.value, entry.old, entry.new, entry.ignored) for entry in entries]


def test_a_values_history_says_what_replaced_what_and_what_was_ignored(ann, plan):
    """BEY-01, AUD-05"""
    offer(ann, Source.PING, 0, plan="free")
    offer(ann, Source.MANUAL, 1, TESS, plan="pro")
    offer(ann, Source.PING, 2, plan="free")

    assert told(ann, "plan") == [
        ("ping", None, "free", ""),
        ("manual", "free", "pro", ""),
        ("ping", None, "free", "Tess’s value is kept"),
    ]


def test_an_ignored_ping_is_told_of_the_attribute_that_the_snippet_means(ann):
    """The snippet's `created_at` is Signed up, the catalogue's is First seen."""
    offer(ann, Source.PING, created_at="yesterday")

    assert [line[3] for line in told(ann, "signed_up_at")] != []
    assert told(ann, "created_at") == []


def test_what_a_teammate_mistyped_is_no_history(ann, workspace):
    attribute(workspace, "seats", "number")

    offer(ann, Source.MANUAL, seats="many")

    assert told(ann, "seats") == []


def test_a_value_says_its_source_hand_and_time(ann, plan):
    """UPD-04, BEY-01"""
    offer(ann, Source.MANUAL, 5, TESS, plan="pro")

    origin = fact(ann, "plan").provenance

    assert (origin.source, origin.by, origin.at) == (Source.MANUAL, "Tess", NOW + timedelta(minutes=5))
    assert "until it is re-synced" in origin.hint


def test_what_follows_from_another_value_says_so(ann):
    """BEY-01"""
    offer(ann, Source.CSV, 5, TESS, name="Ann Lee")

    origin = fact(ann, "first_name").provenance

    assert (origin.source, origin.at, origin.hint) == (Source.CSV, NOW + timedelta(minutes=5), "Follows from name.")


def test_what_the_platform_keeps_says_so(ann):
    """BEY-01"""
    assert fact(ann, "created_at").provenance.source is Source.AUTO
    assert fact(ann, "created_at").provenance.at == NOW


def test_an_unknown_value_that_never_was_one_comes_from_nowhere(ann, plan):
    assert fact(ann, "plan").provenance is None


def test_a_teammate_is_shown_by_name(ann):
    """IDN-24"""
    seat = SeatFactory(workspace=ann.workspace, teammate=TeammateFactory(name="Olaf"))

    offer(ann, Source.REST, owner_id=seat.teammate_id)

    assert fact(ann, "owner_id").name == "Olaf"
    assert told(ann, "owner_id") == [("rest", None, "Olaf", "")]


# ---- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def olaf(workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    return client


def address(person: Person, key: str) -> str:
    return reverse("attributes:history", args=[person.workspace.app_id, "person", person.public_id, key])


def test_the_history_has_a_page_and_a_fragment(ann, plan, olaf):
    """AUD-05, UI-08"""
    offer(ann, Source.PING, plan="free")
    offer(ann, Source.MANUAL, 1, TESS, plan="pro")

    page, fragment = olaf.get(address(ann, "plan")), olaf.get(address(ann, "plan"), headers=HTMX)

    assert "<html" in page.text
    assert "<html" not in fragment.text
    for answer in (page, fragment):
        assert "Edited by hand · Tess" in answer.text
        assert answer.text.index("Messenger ·") < answer.text.index("Edited by hand ·")


@pytest.mark.parametrize("key", ["a/b", "Use case", "größe €", "a/hold/b/", "line\nbreak", "100?x=1", "a;b,c"])
def test_every_key_has_an_address(ann, workspace, olaf, key):
    """ATT-28"""
    attribute(workspace, key)
    offer(ann, Source.REST, **{key: "gold"})

    answer = olaf.get(address(ann, key))

    assert (answer.status_code, "gold" in answer.text) == (200, True)


def test_a_values_markup_is_text(ann, plan, olaf):
    offer(ann, Source.REST, plan="<script>alert(1)</script>")

    assert "<script>alert" not in olaf.get(address(ann, "plan")).text


def test_there_is_no_history_of_nobody_and_nothing(ann, plan, olaf):
    assert olaf.get(address(ann, "no such")).status_code == 404
    assert olaf.get(address(ann, "plan").replace(ann.public_id, "0" * 24)).status_code == 404


def test_another_workspaces_people_have_no_history_here(ann, plan, client):
    stranger = SeatFactory()
    client.force_login(stranger.teammate)

    address_there = address(ann, "plan").replace(f"/{ann.workspace.app_id}/", f"/{stranger.workspace.app_id}/")

    assert client.get(address(ann, "plan")).status_code == 404
    assert client.get(address_there).status_code == 404
