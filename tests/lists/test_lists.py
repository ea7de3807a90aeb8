"""A list through the door: its columns and order as each teammate wants them; what is said, counted, shared, ticked."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db import connection
from django.db.models import FloatField, Func
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.attributes.catalogue import catalogue_of
from apps.attributes.defining import archive
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.arrivals import join
from apps.companies.models import Company
from apps.events.recording import occurrence, record
from apps.lists import looking
from apps.lists.models import ColumnChoice
from apps.people.models import Person
from apps.segments import catalogue, counting, saving
from apps.segments.catalogue import Field, Provider
from apps.segments.language import Condition, all_of
from apps.segments.models import Segment
from apps.tags import tagging
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Seat, Workspace
from apps.workspace.patience import OutOfPatience
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db
LIST = "/apps/abc1234/people/"
ROOM = "/apps/abc1234/lists/person"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def seat(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace)


@pytest.fixture
def tess(seat: Seat) -> Client:
    return browser_of(seat)


def browser_of(seat: Seat) -> Client:
    browser = Client()
    browser.force_login(seat.teammate)
    return browser


def user(workspace: Workspace, name: str, **values: Any) -> Person:
    person = PersonFactory(workspace=workspace, name=name)
    if values:
        write(Person, workspace, {person.pk: values}, Source.REST, by=NOBODY, now=NOW)
    return person


def happened(person: Person, name: str, *hours_ago: int) -> None:
    workspace, times = person.workspace, [NOW - timedelta(hours=ago) for ago in hours_ago]
    happenings = [occurrence(workspace, person.pk, name, at, source=Source.REST) for at in times]
    record(workspace, happenings, source=Source.REST, by=NOBODY, now=NOW)


def page(browser: Client, address: str = LIST, **headers: str) -> str:
    answer = browser.get(address if address.startswith("/") else LIST + address, headers=headers)
    assert answer.status_code == 200
    return answer.text


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def heads(text: str) -> list[str]:
    return [plain(head) for head in re.findall(r'<th scope="col".*?</th>', text, re.DOTALL)]


def names(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<span class="who-name">([^<]*)</span>', text)]


def column(text: str, label: str) -> list[str]:
    return [plain(cell) for cell in re.findall(rf'<td data-label="{label}"[^>]*>(.*?)</td>', text, re.DOTALL)]


def said(text: str) -> list[str]:
    """The sentences that warn."""
    return [plain(notice) for notice in re.findall(r'<p class="notice warn".*?</p>', text, re.DOTALL)]


def step(browser: Client, act: str, *addresses: str) -> None:
    answer = browser.post(f"{ROOM}/columns/", {act: addresses})
    assert answer.status_code == 302


def sort(browser: Client, by: str) -> str:
    answer = browser.post(f"{ROOM}/sort/", {"segment": "users", "sort": by})
    assert answer.status_code == 302
    return page(browser, answer["Location"])


def asking(*conditions: list[Any]) -> str:
    return f"?filter={quote(json.dumps(['and', ['and', *conditions]]))}"


# ---- columns ---------------------------------------------------------------------------------------------------------


def test_columns_are_a_teammates_own_and_stay(tess: Client, seat: Seat, workspace: Workspace) -> None:
    """UI-03"""
    user(workspace, "Ann")
    olaf = browser_of(SeatFactory(workspace=workspace, role="read_only"))
    before = heads(page(olaf))

    step(tess, "add", "external_id")
    step(tess, "remove", "email")

    again = browser_of(seat)
    assert heads(page(again))[1:] == [
        "Last seen", "First seen", "Signed up", "Web sessions", "City", "Country", "Tags", "User ID",
    ]  # fmt: skip
    assert heads(page(olaf)) == before


def test_the_two_lists_have_columns_of_their_own(tess: Client, workspace: Workspace) -> None:
    """UI-03"""
    join(user(workspace, "Ann"), CompanyFactory(workspace=workspace), now=NOW)
    before = heads(page(tess, "/apps/abc1234/companies/"))

    step(tess, "order", "country")

    assert heads(page(tess))[:2] == ["Name", "Country"]
    assert heads(page(tess, "/apps/abc1234/companies/")) == before


def test_columns_are_moved_one_by_one_or_put_in_order(tess: Client, workspace: Workspace) -> None:
    user(workspace, "Ann")
    step(tess, "remove", "created_at", "signed_up_at", "session_count", "city", "country")

    step(tess, "up", "tag")
    moved = heads(page(tess))
    step(tess, "down", "email")
    lower = heads(page(tess))
    step(tess, "order", "last_seen_at", "email", "never heard of")
    ordered = heads(page(tess))
    tess.post(f"{ROOM}/columns/", {"reset": "1"})

    assert moved == ["Name", "Email", "Tags", "Last seen"]
    assert lower == ["Name", "Tags", "Email", "Last seen"]
    assert ordered == ["Name", "Last seen", "Email", "Tags"]
    assert not ColumnChoice.objects.exists()


def test_a_list_may_show_the_name_alone(tess: Client, workspace: Workspace) -> None:
    user(workspace, "Ann")

    columns = ("email", "last_seen_at", "created_at", "signed_up_at", "session_count", "city", "country", "tag")
    step(tess, "remove", *columns)

    assert heads(page(tess)) == ["Name"]


def test_everything_that_is_known_can_be_a_column(tess: Client, workspace: Workspace) -> None:
    """ATT-45, EVT-09, UI-06"""
    attribute(workspace, "seats", "number")
    attribute(workspace, "tier", about="company")
    workspace.refresh_from_db()
    ann, _ben = user(workspace, "Ann", seats=1200, owner_id=None), user(workspace, "Ben")
    sun = CompanyFactory(workspace=workspace, name="Blue Sun")
    write(Company, workspace, {sun.pk: {"tier": "gold"}}, Source.REST, by=NOBODY, now=NOW)
    join(ann, sun, now=NOW)
    happened(ann, "exported-csv", 0, 5)
    tag = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [ann.pk], tag, by=Hand(name="Tess"), now=NOW)
    addresses = ["custom_attributes.seats", "company.name", "company.custom_attributes.tier", "role"]
    events = ["event_count.exported-csv", "event_first.exported-csv", "event_last.exported-csv"]

    step(tess, "add", *addresses, *events)
    text = page(tess)

    shown = {label: column(text, label) for label in heads(text)[8:]}
    assert shown == {
        "Tags": ["– No tags", "VIP"],
        "seats": ["Unknown", "1,200"],
        "Company name": ["Unknown", "Blue Sun"],
        "Company tier": ["Unknown", "gold"],
        "Type": ["User", "User"],
        "Exported csv count": ["Unknown", "2"],
        "Exported csv first occurred": ["Unknown", "10 Mar 2026, 10:00"],
        "Exported csv last occurred": ["Unknown", "10 Mar 2026, 15:00"],
    }
    assert 'title="Tess, 10 Mar 2026, 15:00">VIP<' in text


def test_an_owner_is_called_by_name(tess: Client, seat: Seat, workspace: Workspace) -> None:
    user(workspace, "Ann", owner_id=seat.teammate_id)

    step(tess, "add", "owner_id")

    assert column(page(tess), "Owner") == [str(seat.teammate)]


def test_an_archived_attribute_leaves_the_list_and_the_picker(tess: Client, workspace: Workspace) -> None:
    """ATT-40"""
    old = attribute(workspace, "old")
    user(workspace, "Ann")
    step(tess, "add", "custom_attributes.old")

    archive(old, by=NOBODY, now=NOW)

    assert "old" not in heads(page(tess))
    assert "No column is called “old”" in page(tess, f"{ROOM}/columns/?find=old")


def test_the_picker_ticks_what_is_shown_and_finds_the_rest(tess: Client, workspace: Workspace) -> None:
    """UI-03"""
    for number in range(12):
        attribute(workspace, f"seats_{number:02}", "number")

    whole = page(tess, f"{ROOM}/columns/")
    found = page(tess, f"{ROOM}/columns/?find=SEATS_1")

    ticked = re.findall(r'name="remove" value="([^"]*)" role="checkbox" aria-checked="true"', whole)
    assert set(ticked) == {"email", "tag"}  # of those that stand there unasked
    assert "and 4 more: type to find them" in whole
    assert re.findall(r'name="add" value="([^"]*)" role="checkbox"', found) == [
        "custom_attributes.seats_10",
        "custom_attributes.seats_11",
    ]


def test_with_htmx_a_step_changes_the_picker_and_the_list_follows(tess: Client) -> None:
    answer = tess.post(f"{ROOM}/columns/", {"add": "external_id"}, headers={**HTMX, "HX-Target": "columns-steps"})

    assert (answer.status_code, answer["HX-Trigger"]) == (200, "columns-changed")
    assert 'aria-label="Remove User ID"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("data", [{}, {"act": "add"}])
def test_a_step_that_is_none_is_refused(tess: Client, data: dict[str, str]) -> None:
    answer = tess.post(f"{ROOM}/columns/", data)

    assert (answer.status_code, ColumnChoice.objects.count()) == (400, 0)


def test_there_is_an_end_to_columns(tess: Client, workspace: Workspace) -> None:
    """A list of three hundred columns helps nobody."""
    for number in range(33):
        attribute(workspace, f"a{number}")

    answer = tess.post(f"{ROOM}/columns/", {"add": [f"custom_attributes.a{number}" for number in range(33)]})

    assert answer.status_code == 400
    assert "at most 40 columns" in answer.text


def test_only_the_columns_shown_are_asked_for(tess: Client, workspace: Workspace) -> None:
    """UI-05"""
    attribute(workspace, "seats", "number")
    attribute(workspace, "plan")
    workspace.refresh_from_db()
    user(workspace, "Ann", seats=3, plan="pro")
    step(tess, "order", "custom_attributes.seats")
    shown = ("last_seen_at", "created_at", "signed_up_at", "session_count", "city", "country", "email", "tag")
    step(tess, "add", "custom_attributes.seats")
    step(tess, "remove", *shown)
    sort(tess, "-custom_attributes.seats")

    with CaptureQueriesContext(connection) as queries:
        page(tess)

    [rows] = [q["sql"] for q in queries if "LIMIT 51" in q["sql"]]
    face = {"id", "public_id", "role", "avatar", "name", "email", "external_id", "pseudonym"}
    seats = catalogue_of(workspace, "person")["seats"].column
    assert set(re.findall(r'"people_person"\."(\w+)"', rows.partition(" FROM ")[0])) == {*face, seats}
    assert not [q["sql"] for q in queries if "tags_tagging" in q["sql"]]


# ---- order -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(workspace: Workspace, seat: Seat, settings: Any) -> None:
    """Ann, bob, Cyd and two of whom nothing is known; pages of two."""
    settings.PAGE_SIZE = 2
    attribute(workspace, "seats", "number")
    attribute(workspace, "plan")
    attribute(workspace, "ends", "date")
    attribute(workspace, "vip", "boolean")
    workspace.refresh_from_db()
    owners = [SeatFactory(workspace=workspace, teammate__name=name).teammate_id for name in ("zoe", "Max", "al")]
    known = [("Ann", "a"), ("bob", "B"), ("Cyd", "c")]
    for number, (name, word) in enumerate(known):
        values = {"seats": number * 5, "plan": word, "ends": NOW + timedelta(days=number), "vip": number == 0}
        person = user(workspace, name, owner_id=owners[2 - number], **values)
        Person.objects.filter(pk=person.pk).update(city=word)
        company = CompanyFactory(workspace=workspace, name=word, monthly_spend=number)
        join(person, company, now=NOW)
        happened(person, "paid", *range(number + 1))
    user(workspace, "Nil 1")
    user(workspace, "Nil 2")


UP = ["Ann", "bob", "Cyd", "Nil 1", "Nil 2"]
DOWN = ["Cyd", "bob", "Ann", "Nil 2", "Nil 1"]
SORTED = [
    *("custom_attributes.seats", "custom_attributes.plan", "custom_attributes.ends", "city", "owner_id"),
    *("company.name", "company.monthly_spend", "event_count.paid"),
]


def walk(browser: Client, address: str, which: str) -> list[str]:
    walked: list[str] = []
    while address:
        text = page(browser, address)
        walked = walked + names(text) if which == "next" else names(text) + walked
        link = re.search(rf'rel="{which}" href="([^"]*)"', text)
        address = unescape(link[1]) if link else ""
    return walked


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("by", SORTED)
def test_any_column_sorts_both_ways_and_the_unknown_stand_last(tess: Client, by: str) -> None:
    """UI-02, UI-03, UI-05: text in whatever case, teammates by name."""
    up, down = (walk(tess, f"{LIST}?segment=users&sort={sign}{by}", "next") for sign in ("", "-"))

    assert (up, down) == (UP, DOWN)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "by", ["custom_attributes.plan", "-company.name", "-event_count.paid", "custom_attributes.vip"]
)
def test_pages_are_turned_back_as_they_came(tess: Client, by: str) -> None:
    """UI-05"""
    there = walk(tess, f"{LIST}?segment=users&sort={by}", "next")
    second = page(tess, f"{LIST}?segment=users&sort={by}")
    after = unescape(re.search(r'rel="next" href="([^"]*)"', second)[1])
    last = unescape(re.search(r'rel="next" href="([^"]*)"', page(tess, after))[1])

    assert walk(tess, last, "prev") == there
    assert len(there) == 5


def test_an_order_is_kept_for_its_teammate_and_list(tess: Client, seat: Seat, workspace: Workspace) -> None:
    """UI-03"""
    for number, name in enumerate(("Ann", "Ben")):
        Person.objects.filter(pk=user(workspace, name).pk).update(session_count=number)
    olaf = browser_of(SeatFactory(workspace=workspace))

    text = sort(tess, "session_count")

    assert names(text) == names(page(browser_of(seat))) == ["Ann", "Ben"]
    assert names(page(olaf)) == ["Ben", "Ann"]
    assert re.search(r'aria-sort="(\w+)"><button type="submit" class="sort" id="sort-\d" form="sorting" name="sort" value="(.*?)">Web sessions', text).groups() == ("ascending", "-session_count")  # fmt: skip  # noqa: E501


def test_the_name_can_be_sorted_by(tess: Client, workspace: Workspace) -> None:
    for name in ("bob", "Ann", "Cyd"):
        user(workspace, name)

    assert names(sort(tess, "name")) == ["Ann", "bob", "Cyd"]


def test_an_order_that_no_column_shows_is_said(tess: Client, workspace: Workspace) -> None:
    user(workspace, "Ann")

    step(tess, "remove", "last_seen_at")

    assert "1–1 of 1 · by Last seen" in plain(page(tess))


@pytest.mark.parametrize("by", ["", "tag", "custom_attributes.gone", "segment", "id; DROP TABLE", "--email"])
def test_what_cannot_be_sorted_by_is_refused_and_in_an_address_ignored(
    tess: Client, workspace: Workspace, by: str
) -> None:
    user(workspace, "Ann")

    refused = tess.post(f"{ROOM}/sort/", {"sort": by})

    assert refused.status_code == 400
    assert names(page(tess, f"?sort={quote(by)}")) == ["Ann"]


def test_an_order_by_an_archived_attribute_is_the_usual_one(tess: Client, workspace: Workspace) -> None:
    """ATT-40"""
    old = attribute(workspace, "old")
    workspace.refresh_from_db()
    Person.objects.filter(pk=user(workspace, "Ann", old="z").pk).update(last_seen_at=NOW)
    user(workspace, "Ben", old="a")
    before = names(sort(tess, "custom_attributes.old"))

    archive(old, by=NOBODY, now=NOW)

    assert (before, names(page(tess))) == (["Ben", "Ann"], ["Ann", "Ben"])


class Sleep(Func):
    """A value that takes half a second."""

    template = "(SELECT 1.0 FROM pg_sleep(0.5))"
    output_field = FloatField()


@pytest.fixture
def slow() -> Any:
    """A field that takes its time, to be shown and sorted by."""
    field = Field("slow", "Slow", catalogue.EVENTS, "number", column=Sleep())
    catalogue.register("person", Provider("slow", lambda workspace, address: field, lambda workspace: []))
    yield field
    del catalogue._providers["person", "slow"]


@pytest.mark.usefixtures("slow")
def test_an_order_that_takes_too_long_is_given_up_and_said(
    tess: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-05, BEY-10: no page waits, and none is lost."""
    user(workspace, "Ann")
    monkeypatch.setattr(looking, "PATIENCE", 0.2)

    text = page(tess, "?sort=slow")

    assert names(text) == ["Ann"]
    assert said(text) == [
        "Sorting so many people by Slow took longer than 0.2 seconds, so they stand in the usual order. "
        "Narrow the filter, then sort again."
    ]


@pytest.mark.usefixtures("slow")
def test_rows_that_take_too_long_are_given_up_and_said(
    tess: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BEY-10"""
    user(workspace, "Ann")
    step(tess, "add", "slow")
    monkeypatch.setattr(looking, "PATIENCE", 0.2)

    text = page(tess)

    assert (names(text), said(text)) == (
        [],
        ["These people were not found within 0.2 seconds. Narrow the filter, or load the list again later."],
    )


# ---- what is asked ---------------------------------------------------------------------------------------------------


def test_a_filter_stands_in_the_address_and_is_said_back(tess: Client, workspace: Workspace) -> None:
    """FILT-18"""
    attribute(workspace, "plan")
    workspace.refresh_from_db()
    for name, plan in (("Ann", "pro"), ("Ben", "free"), ("Eve", "pro")):
        user(workspace, name, plan=plan)
    address = asking(["custom_attributes.plan", "is", "pro"])

    text = page(tess, address)

    other = page(browser_of(SeatFactory(workspace=workspace)), address)
    assert names(text) == names(other) == ["Eve", "Ann"]
    assert '<p class="filter-words" title="plan is pro">plan is pro</p>' in text
    assert "Save segment" in text


def test_a_filter_is_complete(tess: Client, workspace: Workspace) -> None:
    """FILT-17: nothing is asked behind its back but that only those on lists take part."""
    user(workspace, "Ann")
    LeadFactory(workspace=workspace, name="Ben")
    PersonFactory(workspace=workspace, name="Gone", state="archived")

    assert names(page(tess, '?filter=["and"]')) == ["Ben", "Ann"]


@pytest.mark.parametrize("raw", ["x", "[", "[]", '["and",["and",["and",["email","is","a"]]]]', "null", "[" * 3000])
def test_a_filter_that_cannot_be_read_is_said_and_the_list_is_there(
    tess: Client, workspace: Workspace, raw: str
) -> None:
    """FILT-18"""
    user(workspace, "Ann")

    text = page(tess, f"?filter={quote(raw)}")

    [sentence] = said(text)
    assert sentence.endswith("Here is the list without the address’s filter.")
    assert names(text) == ["Ann"]


def test_a_filter_by_what_is_gone_shows_nobody_and_says_why(tess: Client, workspace: Workspace) -> None:
    """ATT-40: everybody would be the wrong answer."""
    old = attribute(workspace, "old")
    user(workspace, "Ann")
    archive(old, by=NOBODY, now=NOW)

    text = page(tess, asking(["custom_attributes.old", "is", "x"]))

    assert (names(text), said(text)) == ([], ["“old” cannot be filtered by any more: it is archived or gone."])
    assert 'class="chip broken"' in text


@pytest.mark.parametrize("comparison", ["is", "is_not"])
def test_a_filter_by_a_deleted_tag_shows_nobody_and_says_so_in_its_chip_and_above_the_list(
    tess: Client, workspace: Workspace, comparison: str
) -> None:
    """TAG-05, FILT-15: neither "nobody" nor "everybody" is silently the answer"""
    user(workspace, "Ann")
    tag = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    asked = asking(["tag", comparison, tag.pk])
    tagging.delete(tag, by=NOBODY, now=NOW)

    text = page(tess, asked)

    words = f"Tag {comparison.replace('_', ' ')} one that was deleted"
    assert (names(text), said(text)) == ([], [f"{words}: choose another one, or take this out of the filter."])
    assert words in text.split('class="chip broken"')[1].replace("<strong>", "").replace("</strong>", "")


def test_a_filter_by_an_owner_who_left_finds_whom_they_own_still_and_says_so(
    tess: Client, workspace: Workspace
) -> None:
    """FILT-16, IDN-24"""
    seat = SeatFactory(workspace=workspace, teammate__name="Bo")
    user(workspace, "Ann", owner_id=seat.teammate_id)
    user(workspace, "Ben")
    seat.delete()

    text = page(tess, asking(["owner_id", "is", seat.teammate_id]))

    sentence = "Owner is Bo, who has left: choose another one, or take this out of the filter."
    assert (names(text), said(text)) == (["Ann"], [sentence])
    assert 'class="chip broken"' in text


def test_a_segment_that_is_gone_is_not_found(tess: Client) -> None:
    answer = tess.get(f"{LIST}?segment=999")

    assert (answer.status_code, "<h1>This is no longer here</h1>" in answer.text) == (404, True)
    assert "There is no such segment: it was deleted, or the link is wrong." in answer.text
    assert '<a class="button" href="/">Go to the start page</a>' in answer.text


def test_what_a_page_cannot_show_or_do_is_headed_by_what_was_asked_of_it(tess: Client, workspace: Workspace) -> None:
    """Screens §0: a page that is not there was not "not done"; what was refused was."""
    gone = f"/apps/{workspace.app_id}/segments/person/999/rename/"
    stopped = {
        "This is no longer here": tess.get(gone),
        "This was not done": tess.post(gone, {"name": "Irish"}),
        "This cannot be shown": tess.get(f"/apps/{workspace.app_id}/bulk/person/tag/"),
    }

    assert {heading: heading in answer.text for heading, answer in stopped.items()} == dict.fromkeys(stopped, True)
    assert [answer.status_code for answer in stopped.values()] == [404, 404, 400]


def test_a_saved_segment_has_its_name_and_its_filter(tess: Client, workspace: Workspace) -> None:
    """SEG-02"""
    irish = all_of(Condition("country", "is", "Ireland"))
    segment = saving.create(workspace, "person", "Irish", irish, by=NOBODY, now=NOW)
    PersonFactory(workspace=workspace, name="Ann", country="Ireland")
    user(workspace, "Ben")

    text = page(tess, f"?segment={segment.pk}")

    assert names(text) == ["Ann"]
    assert '<h1>Irish <span class="count" id="match-count">1</span></h1>' in text


@pytest.mark.parametrize("address", ["?segment={}", '?segment={}&filter=["and"]'])
def test_a_segment_whose_filter_is_none_any_more_says_so(tess: Client, workspace: Workspace, address: str) -> None:
    """SEG-02: and another filter can be asked for in its place"""
    kept = {"name": "Broken", "filter": ["nope"], "created_at": NOW, "updated_at": NOW}
    broken = Segment.objects.create(workspace=workspace, about="person", **kept)
    user(workspace, "Ann")

    text = page(tess, address.format(broken.pk))

    sentence = 'Filters are groups of conditions: a filter is written ["and", …] or ["or", …].'
    assert (names(text), said(text)) == ((["Ann"], []) if "filter" in address else ([], [sentence]))


def test_nobody_matches_says_so_and_everything_can_be_cleared(tess: Client, workspace: Workspace) -> None:
    """Screens §0"""
    user(workspace, "Ann")

    text = page(tess, asking(["email", "is", "nobody"]) + "&q=zzz")

    assert "<h2>0 people match</h2>" in text
    assert '<a class="button" href="/apps/abc1234/people/">Clear filters</a>' in text
    assert "Clear the search" in text


def test_a_filter_that_lets_nobody_through_can_be_cleared_though_it_asks_for_the_type_alone(
    tess: Client, workspace: Workspace
) -> None:
    """Screens §0: there are people, whom the filter leaves out"""
    user(workspace, "Ann")
    LeadFactory(workspace=workspace, name="Ben")

    text = page(tess, asking(["role", "is", "user"], ["role", "is", "lead"]))

    assert ("<h2>0 people match</h2>" in text, "No people yet" in text) == (True, False)
    assert '<a class="button" href="/apps/abc1234/people/">Clear filters</a>' in text


def test_another_type_than_the_list_s_own_is_said_back(tess: Client, workspace: Workspace) -> None:
    """FILT-18: but not what only says which list it is"""
    LeadFactory(workspace=workspace, name="Ben")
    filters = {"leads among users": asking(["role", "is", "lead"]), "users": asking(["role", "is", "user"])}
    addresses = {**filters, "all leads": "?segment=leads", "everybody": '?filter=["and"]'}

    words = {
        name: re.findall(r'class="filter-words" title="([^"]*)"', page(tess, at)) for name, at in addresses.items()
    }

    assert words == {"leads among users": ["Type is Lead"], "users": [], "all leads": [], "everybody": []}


@pytest.mark.parametrize("search", ["vip", "VI", "an", "ANN"])
def test_the_search_finds_by_tag_as_well(tess: Client, workspace: Workspace, search: str) -> None:
    """FILT-20"""
    ann = user(workspace, "Ann")
    user(workspace, "Ben")
    tag = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    tagging.add(Person, workspace, [ann.pk], tag, by=NOBODY, now=NOW)

    assert names(page(tess, f"?q={search}")) == ["Ann"]


def test_where_there_are_only_users_the_leads_list_says_so(tess: Client, workspace: Workspace) -> None:
    """Screens §0"""
    user(workspace, "Ann")

    text = plain(page(tess, "?segment=leads"))

    assert "No leads yet There are only users in this workspace so far. See all users." in text


def test_a_tag_of_companies_finds_no_person(tess: Client, workspace: Workspace) -> None:
    """FILT-20: keys of people and of companies may be the same numbers."""
    ann = user(workspace, "Ann")
    company = CompanyFactory(pk=ann.pk, workspace=workspace)
    tag = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)
    tagging.add(Company, workspace, [company.pk], tag, by=NOBODY, now=NOW)

    assert names(page(tess, "?q=vip")) == []


def test_the_search_on_top_keeps_what_is_asked(tess: Client, workspace: Workspace) -> None:
    user(workspace, "Ann")
    condition = ["email", "contains", "x"]

    whole, part = page(tess, asking(condition)), page(tess, asking(condition), **HTMX)

    kept = unescape(re.search(r'<span id="search-keeps">(.*?)</span>', whole)[1])
    followed = unescape(re.search(r'<span id="search-keeps" hx-swap-oob="true">(.*?)</span>', part)[1])
    assert kept == followed
    assert json.dumps(condition, separators=(",", ":")) in kept


# ---- the count -------------------------------------------------------------------------------------------------------


def test_an_exact_count_is_not_asked_for_again(tess: Client, workspace: Workspace) -> None:
    user(workspace, "Ann")

    assert "/lists/person/count/" not in page(tess)


@pytest.mark.parametrize("size", [7, 8])
def test_what_is_all_on_one_page_is_counted_already(
    tess: Client, workspace: Workspace, settings: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """UI-05"""
    for number in range(7):
        user(workspace, f"Ann {number}")
    settings.PAGE_SIZE = size
    monkeypatch.setattr(counting, "CHEAP", 0)
    monkeypatch.setattr(counting, "AT_ONCE", 0)

    text = page(tess, asking(["name", "contains", "ann"]))

    assert '<span class="count" id="match-count">7</span>' in text


def test_an_estimate_is_shown_at_once_and_the_exact_number_follows(
    tess: Client, workspace: Workspace, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BEY-10, UI-05"""
    settings.PAGE_SIZE = 3
    for number in range(7):
        user(workspace, f"Ann {number}")
    monkeypatch.setattr(counting, "CHEAP", 0)
    monkeypatch.setattr(counting, "AT_ONCE", 0)
    monkeypatch.setattr(looking, "FEW", 0)

    text = page(tess, asking(["name", "contains", "ann"]))
    follows = unescape(re.search(r'hx-get="([^"]*/count/[^"]*)"', text)[1])
    answer = page(tess, follows, **HTMX)

    assert re.search(r'<span class="count" id="match-count"[^>]*>≈ \d+</span>', text)
    assert re.search(r'1–3 of <span id="pager-total">≈ \d+</span>', text)
    assert re.findall(r'id="([\w-]+)"[^>]*>7<', answer) == ["match-count", "pager-total", "select-total"]


def test_an_estimate_is_given_again_to_whoever_turns_the_page(
    tess: Client, workspace: Workspace, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BEY-10"""
    settings.PAGE_SIZE = 3
    for number in range(7):
        user(workspace, f"Ann {number}")
    monkeypatch.setattr(counting, "CHEAP", 0)
    monkeypatch.setattr(counting, "AT_ONCE", 0)
    monkeypatch.setattr(looking, "FEW", 0)
    first = page(tess, asking(["name", "contains", "ann"]))
    following = unescape(re.search(r'id="next-page" rel="next" href="([^"]*)"', first)[1])

    with CaptureQueriesContext(connection) as asked:
        second = page(tess, following)

    assert re.search(r'id="match-count"[^>]*>([^<]*)<', second)[1] == "≈ 7"  # six are seen, and there are more
    assert not [query["sql"] for query in asked if re.search("EXPLAIN|TABLESAMPLE|count\\(", query["sql"])]


def test_few_matches_are_counted_as_they_are_shown(tess: Client, workspace: Workspace) -> None:
    """BEY-10: the second time without a statement of its own, and still right."""
    for number in range(3):
        user(workspace, f"Ann {number}")
    address = asking(["name", "contains", "ann"])
    page(tess, address)
    user(workspace, "Ann 3")

    with CaptureQueriesContext(connection) as asked:
        text = page(tess, address)

    assert re.search(r'id="match-count"[^>]*>([^<]*)<', text)[1] == "4"
    assert not [query["sql"] for query in asked if "EXPLAIN" in query["sql"] or "SELECT (SELECT count(" in query["sql"]]


def test_what_a_search_finds_is_looked_up_once(tess: Client, workspace: Workspace) -> None:
    """FILT-20, UI-05"""
    user(workspace, "Ann")
    LeadFactory(workspace=workspace, name="Ann")

    with CaptureQueriesContext(connection) as asked:
        page(tess, f"/apps/{workspace.app_id}/people/?q=ann")

    looked_up = [query["sql"] for query in asked if 'LOWER("people_person"."name")' in query["sql"]]
    assert len(looked_up) == 1


def test_a_count_that_takes_too_long_stays_an_estimate_and_says_so(
    tess: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BEY-10"""
    from apps.lists import views

    user(workspace, "Ann")
    monkeypatch.setattr(views, "EXACT_WITHIN", 0.0)
    catalogue.register(
        "person",
        Provider(
            "asleep",
            lambda workspace, address: Field("asleep", "Asleep", catalogue.EVENTS, "number", value=Sleep()),
            lambda workspace: [],
        ),
    )

    answer = page(tess, f"{ROOM}/count/{asking(['asleep', 'is', 1])}", **HTMX)

    del catalogue._providers["person", "asleep"]
    assert 'title="Estimated: counting to the last one takes longer than 0 seconds"' in answer


# ---- sharing ---------------------------------------------------------------------------------------------------------


def copied(text: str) -> list[str]:
    return [unescape(value) for value in re.findall(r'data-copy="([^"]*)">', text.partition('id="share"')[2])][:2]


def test_a_list_is_shared_as_a_link_and_as_a_search(tess: Client, workspace: Workspace) -> None:
    """FILT-18, BEY-13"""
    PersonFactory(workspace=workspace, name="Ann", city="Cork")

    link, search = copied(page(tess, asking(["city", "is", "Cork"], ["role", "is", "user"])))

    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("http", "testserver", LIST)
    assert parse_qs(parts.query)["sort"] == ["-last_seen_at"]
    assert names(page(tess, link.removeprefix("http://testserver"))) == ["Ann"]
    both = [
        {"field": "location.city", "operator": "=", "value": "Cork"},
        {"field": "role", "operator": "=", "value": "user"},
    ]
    assert json.loads(search) == {"query": {"operator": "AND", "value": both}}


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (asking(["company", "is_any"]), "The REST API cannot search by Company."),
        ("?q=ann", "The REST API has no quick search: clear it first."),
    ],
)
def test_what_no_search_can_ask_is_said(tess: Client, workspace: Workspace, address: str, why: str) -> None:
    """BEY-13"""
    user(workspace, "Ann")

    assert why in plain(page(tess, address))


# ---- selecting -------------------------------------------------------------------------------------------------------


def test_the_rows_can_be_ticked_and_the_form_says_what_all_means(tess: Client, workspace: Workspace) -> None:
    """UI-04"""
    ann = user(workspace, "Ann")

    text = page(tess, "?q=ann")

    form = text.partition('id="selection"')[2].partition("</form>")[0]
    assert f'form="selection" name="chosen" value="{ann.public_id}" aria-label="Select Ann"' in text
    assert re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form) == [
        ("segment", "users"),
        ("q", "ann"),
    ]
    assert 'name="all" value="1"' in form


def test_who_may_only_read_has_nothing_to_tick(workspace: Workspace) -> None:
    """PERM-05"""
    user(workspace, "Ann")
    olaf = browser_of(SeatFactory(workspace=workspace, role="read_only"))

    assert 'name="chosen"' not in page(olaf)


# ---- what it costs ---------------------------------------------------------------------------------------------------


def test_a_page_costs_as_many_queries_as_a_row(tess: Client, seat: Seat, workspace: Workspace) -> None:
    """UI-05: with tags, owners, events and companies among the columns."""
    tag = tagging.find_or_create(workspace, "VIP", by=NOBODY, now=NOW)

    def somebody(number: int) -> None:
        person = user(workspace, f"Ann {number}", owner_id=seat.teammate_id)
        tagging.add(Person, workspace, [person.pk], tag, by=NOBODY, now=NOW)
        join(person, CompanyFactory(workspace=workspace), now=NOW)
        happened(person, "paid", 0)

    somebody(0)
    step(tess, "add", "owner_id", "company.name", "company.plan", "event_count.paid", "event_last.paid")
    address = asking(["name", "contains", "ann"], ["tag", "is", tag.pk])
    page(tess, address)
    with CaptureQueriesContext(connection) as for_one:
        page(tess, address)
    for number in range(30):
        somebody(number + 1)

    with CaptureQueriesContext(connection) as for_all:
        text = page(tess, address)

    assert len(names(text)) == 31
    assert len(for_all) == len(for_one)
    assert not [query["sql"] for query in for_all if "OFFSET" in query["sql"]]


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("people/", 200, "Asking all of this would take too long."),
        ("companies/", 200, "Asking all of this would take too long."),
        ("lists/person/count/", 503, "This takes too long just now."),
        ("bulk/person/tag/?all=1", 503, "This takes too long just now."),
        ("segments/person/counts/", 503, "This takes too long just now."),
    ],
)
def test_a_filter_that_is_too_much_for_the_planner_is_said(
    tess: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, address: str, status: int, said: str
):
    """BEY-10"""
    PersonFactory(workspace=workspace)

    def late(*_: Any) -> None:
        raise OutOfPatience

    monkeypatch.setattr(counting, "_explained", late)
    answer = tess.get(f"/apps/{workspace.app_id}/{address}")

    assert answer.status_code == status
    assert said in answer.text


def test_what_mobile_apps_send_is_offered_once_one_has_sent_something(tess: Client, workspace: Workspace) -> None:
    """ATT-04: as a filter and as a column"""
    ann = PersonFactory(workspace=workspace)
    addresses = [
        f"/apps/{workspace.app_id}/lists/person/{page}" for page in ("filter/picker/?find=ios", "columns/?find=ios")
    ]

    before = ["iOS sessions" in tess.get(address).text for address in addresses]
    Person.objects.filter(pk=ann.pk).update(ios_sessions=1)

    assert before == [False, False]
    assert ["iOS sessions" in tess.get(address).text for address in addresses] == [True, True]
