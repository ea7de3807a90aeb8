"""Where a value comes from: the sign beside it, and its history in a popover or on a page of its own."""

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.chronicle import Entry, Story, chronicle
from apps.attributes.facts import Fact, facts_of
from apps.attributes.history import count_refusals, history_of, latest_changes
from apps.attributes.models import Attribute, Phase, RecordChange, TypeChange
from apps.attributes.paging import Place
from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.retyping import begin, undo
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
    entries = chronicle(person, catalogue_of(workspace, "person")[key]).entries
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


@pytest.mark.parametrize("odd", ["a\tb", "a\nb\r\nc", "a\\b", r"\N", r"\.", "\\t", '"quoted"', "100%", "🦊 é", "\x01"])
def test_every_character_comes_back_from_the_history_as_it_went_in(ann, workspace, odd):
    """AUD-05"""
    key = attribute(workspace, f"key {odd}").name

    offer(ann, Source.REST, 0, Hand(name=odd), **{key: odd})
    offer(ann, Source.REST, 1, Hand(name=odd), **{key: 12})

    lines = [(line.old, line.new, line.hand) for line in history_of(ann, key)]
    assert lines == [(odd, "12", odd), (None, odd, odd)]


def test_one_write_is_one_row_and_each_of_its_values_has_a_line(ann, plan, workspace, django_assert_num_queries):
    """AUD-05, BEY-01: the newest line of each value, in one query however long the history"""
    attribute(workspace, "seats", "number")
    offer(ann, Source.REST, 0, TESS, plan="free", seats=4)
    offer(ann, Source.PING, 1, plan="pro")

    with django_assert_num_queries(1):
        latest = latest_changes(ann)

    assert RecordChange.objects.filter(record_id=ann.pk).count() == 2
    assert {key: (line.old, line.new, line.source) for key, line in latest.items()} == {
        "plan": ("free", "pro", "ping"),
        "seats": (None, 4, "rest"),
    }


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


# ---- long stories ----------------------------------------------------------------------------------------------------


def story(person: Person, key: str, before: Place | None = None) -> Story:
    workspace = Workspace.objects.get(pk=person.workspace_id)
    return chronicle(person, catalogue_of(workspace, "person")[key], before=before)


def lines(entries: Iterable[Entry]) -> list[object]:
    return [entry.ignored or entry.note or entry.new for entry in entries]


def test_a_long_history_is_told_a_page_at_a_time(ann, plan, django_assert_num_queries):
    """BEY-01, UI-05: nothing twice, nothing left out, in order of time"""
    for number in range(120):
        offer(ann, Source.REST, number, plan=f"plan {number}")
    for minute, key in ((10, "protected"), (60, "invalid"), (119, "too_long")):
        refused = Report(refused={"plan": Refusal(Reason(key), "is no good")}, raw={"plan": key})
        at = NOW + timedelta(minutes=minute, seconds=30)
        count_refusals("person", ann.workspace, {ann.pk: refused}, Source.CSV, NOBODY, at)
    catalogue_of(Workspace.objects.get(pk=ann.workspace_id), "person")

    with django_assert_num_queries(4):  # the workspace; changes, refusals, changes of type
        last = story(ann, "plan")
    middle = story(ann, "plan", last.earlier)
    first = story(ann, "plan", middle.earlier)

    assert [len(page.entries) for page in (first, middle, last)] == [21, 51, 51]
    assert first.earlier is None
    told = lines([*first.entries, *middle.entries, *last.entries])
    expected: list[object] = [f"plan {number}" for number in range(120)]
    for place in (120, 61, 11):
        expected.insert(place, "plan is no good")
    assert told == expected


def test_a_history_goes_on_with_earlier_changes(ann, plan, olaf):
    """UI-08: a link without scripts, more lines with htmx"""
    for number in range(60):
        offer(ann, Source.REST, number, plan=f"plan {number}.")
    [link] = re.findall(r'href="(\?before=[^"]+)"', olaf.get(address(ann, "plan")).text)

    page = olaf.get(address(ann, "plan") + link).text
    more = olaf.get(address(ann, "plan") + link, headers=HTMX).text

    for answer in (page, more):
        assert "plan 9." in answer
        assert "plan 11." not in answer
        assert "Load earlier" not in answer
    assert "To the latest changes" in page
    assert more.lstrip().startswith("<li")


def test_the_popover_of_a_long_history_has_the_last_few_lines(ann, plan, olaf):
    for number in range(9):
        offer(ann, Source.REST, number, plan=f"plan {number}")

    popover = olaf.get(address(ann, "plan"), headers=HTMX).text

    assert popover.count('class="history-change"') == 8
    assert "Earlier changes, whole history" in popover


# ---- other types -----------------------------------------------------------------------------------------------------


def retyped(plan: Attribute, kind: str, minute: int, by: Hand = NOBODY) -> TypeChange:
    """Change the attribute's type as the queue's worker does, in one go."""
    at = NOW + timedelta(minutes=minute)
    change = begin(Attribute.objects.get(pk=plan.pk), kind, by=by, now=at)
    change.phase = Phase.COPYING
    while change.step(at):
        change.save()
    change.save()
    return change


def test_a_history_tells_of_changes_of_type(ann, plan):
    """ATT-19, BEY-01"""
    tess = TeammateFactory(name="Tess")
    offer(ann, Source.REST, 0, plan="n/a")
    change = retyped(plan, "number", 1, Hand(name="Tess", teammate_id=tess.pk))
    cleared = [(entry.note, entry.by, entry.old, entry.new) for entry in story(ann, "plan").entries]
    undo(change, by=NOBODY, now=NOW + timedelta(minutes=2))

    assert cleared == [
        ("", "", None, "n/a"),
        ("Type changed from Text to Number", "Tess", None, None),
        ("", "Type changed to Number: the value did not fit", "n/a", None),
    ]
    assert lines(story(ann, "plan").entries)[-1] == "Type changed back to Text: every value is what it was"


@pytest.mark.parametrize(
    ("kind", "sent", "to", "told"),
    [
        ("date", 1773154800, "boolean", "2026-03-10T15:00:00+00:00"),
        ("number", 4, "boolean", "4"),
        ("boolean", True, "date", "true"),
    ],
)
def test_a_value_that_a_change_of_type_cleared_is_told_as_it_was(ann, workspace, kind, sent, to, told):
    """ATT-19, BEY-01"""
    thing = attribute(workspace, "thing", kind)
    offer(ann, Source.REST, 0, thing=sent)

    retyped(thing, to, 1)

    written, _, cleared = story(ann, "thing").entries
    assert (written.new, cleared.old, cleared.new) == (told, told, None)


def test_a_change_of_type_before_there_was_a_value_is_no_part_of_its_story(ann, plan):
    retyped(plan, "number", 1)
    assert lines(story(ann, "plan").entries) == []

    offer(ann, Source.REST, 2, plan=4)

    assert lines(story(ann, "plan").entries) == [4]


@pytest.mark.parametrize("kind", ["number", "decimal", "boolean", "date", "text"])
@pytest.mark.parametrize("kept", ["n/a", "https://x.io", 4, 4.5, True, "2026-03-10T15:00:00+00:00", 10**15])
def test_values_of_an_earlier_type_can_still_be_read(ann, workspace, olaf, kind, kept):
    """ATT-19, BEY-01"""
    attribute(workspace, "thing", kind)
    RecordChange.objects.create(
        workspace=workspace, about="person", record_id=ann.pk, changes={"thing": [kept, None]}, source="rest", at=NOW
    )

    page = olaf.get(address(ann, "thing"))

    words = {True: ("true", "True"), 4: ("4",), 4.5: ("4.5",), 10**15: ("1000000000000000", "1,000,000,000,000,000")}
    expected = words.get(kept, (kept, "10 Mar 2026, 15:00"))
    assert page.status_code == 200
    assert any(said in page.text for said in expected)


# ---- companies -------------------------------------------------------------------------------------------------------


def test_a_companys_values_have_a_history_too(acme, workspace, olaf):
    """BEY-01, QUAL-20: your app's values overwrite what a teammate set"""
    attribute(workspace, "tier", about="company")
    offer(acme, Source.MANUAL, 0, TESS, tier="gold")
    offer(acme, Source.PING, 1, tier="silver")
    offer(acme, Source.PING, 2, tier={"a": 1})

    url = reverse("attributes:history", args=[workspace.app_id, "company", acme.public_id, "tier"])
    page = olaf.get(url).text

    assert page.index("Edited by hand · Tess") < page.index("A member’s browser")
    assert "ignored: tier: objects are not supported" in page
    assert f'href="{acme.page()}"' in page
    assert "Back to the company" in page


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
