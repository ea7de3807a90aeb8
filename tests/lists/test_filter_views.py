"""The filter builder through its addresses: picking, asking, applying; as fragments and, without a script, as pages."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from apps.attributes.defining import archive
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.companies.models import Membership
from apps.events.recording import occurrence, record
from apps.people.models import Person
from apps.segments import catalogue
from apps.segments.comparisons import COMPARISONS, Comparison
from apps.segments.language import Condition, Filter, Group, address, all_of, from_address
from apps.tags import tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import Seat, Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

USER = Condition("role", "is", "user")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace)


@pytest.fixture
def door(client: Client, tess: Seat) -> Client:
    client.force_login(tess.teammate)
    return client


def ask(door: Client, workspace: Workspace, page: str, *, about: str = "person", htmx: str = "", **params: Any) -> Any:
    """What a page of the builder answers; `htmx` names what the answer is put into."""
    headers = {**HTMX, "HX-Target": htmx} if htmx else {}
    return door.get(f"/apps/{workspace.app_id}/lists/{about}/filter/{page}/", params, headers=headers)


def asked_for(location: str) -> Filter:
    """The filter that an address carries."""
    return from_address(parse_qs(urlsplit(location).query).get("filter", [""])[0])


def offered(answer: Any) -> list[str]:
    return re.findall(r'<span class="choice-name">(.*?)</span>', answer.text)


def chips(answer: Any) -> list[str]:
    """The chips of a page, as they are read."""
    found = re.findall(r'<a id="filter-\d+-\d+".*?>(.*?)</a>', answer.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


# ---- every comparison of every kind ----------------------------------------------------------------------------------


@pytest.fixture
def furnished(workspace: Workspace, tess: Seat) -> Workspace:
    """A workspace in which there is something to ask in every way there is."""
    attribute(workspace, "plan")
    attribute(workspace, "score", "decimal")
    attribute(workspace, "files", "number")
    attribute(workspace, "vip", "boolean")
    attribute(workspace, "ends_at", "date")
    attribute(workspace, "stage", "list", options=["A", "B"])
    tagging.create(workspace, "VIP", by=NOBODY, now=NOW)
    ann = PersonFactory(workspace=workspace)
    sent = occurrence(workspace, ann.pk, "exported-csv", int(NOW.timestamp()), source=Source.REST)
    record(workspace, [sent], source=Source.REST, by=NOBODY, now=NOW)
    return Workspace.objects.get(pk=workspace.pk)


def value_for(field: catalogue.Field, comparison: Comparison) -> Any:
    """A value that fits, as a form sends it, and as the filter keeps it."""
    if comparison.takes in ("choice", "key"):
        return field.choices()[0][0]
    return {"": None, "text": "pro", "number": 2.5, "days": -3, "day": "2026-03-10"}[comparison.takes]


@pytest.mark.parametrize("kind", COMPARISONS)
def test_every_comparison_of_every_kind_can_be_set(door, furnished, kind):
    """FILT-02, FILT-05…08, FILT-13…16"""
    field = next(one for one in catalogue.fields(furnished, "person") if one.kind == kind)

    for comparison in field.comparisons:
        value = value_for(field, comparison)
        asked = {"at": "new", "field": field.address, "comparison": comparison.name}
        form = ask(door, furnished, "condition", htmx="filter-panel", **asked)
        answer = ask(door, furnished, "edit", act="add", value="" if value is None else value, **asked)
        wanted = Condition(field.address, comparison.name, value)

        assert ('id="filter-input"' in form.text) is bool(comparison.takes)
        assert asked_for(answer["Location"]).groups[1] == Group((wanted,))
        assert len(chips(door.get(answer["Location"]))) == 2


# ---- picking ---------------------------------------------------------------------------------------------------------


def test_the_picker_offers_the_first_of_every_group_and_how_many_there_are(door, furnished):
    answer = ask(door, furnished, "picker", at="new", htmx="filter-panel")

    heads = re.findall(r'class="menu-title"[^>]*>(.*?) <span class="count">(\d+)', answer.text)
    assert [head for head, _ in heads] == [
        *("Standard people attributes", "Custom people attributes", "Events"),
        *("Company", "Tags", "Segments", "Owner and type"),
    ]
    assert dict(heads)["Custom people attributes"] == "6"
    assert answer.text.count('class="menu-item all"') == 2  # of the standard ones and the companies' there are more
    assert answer["Vary"].startswith("HX-Request")


def test_one_group_can_be_seen_whole(door, workspace):
    answer = ask(door, workspace, "picker", at="new", group="Standard people attributes", htmx="filter-choices")

    every = [one.label for one in catalogue.fields(workspace, "person") if one.group == "Standard people attributes"]
    assert offered(answer) == every


def test_a_search_finds_the_best_first_wherever_it_stands(door, furnished):
    answer = ask(door, furnished, "picker", at="new", find="plan", htmx="filter-choices")

    assert offered(answer)[:2] == ["plan", "Company plan"]
    assert "<form" not in answer.text


def test_enter_takes_the_first_that_was_found(door, furnished):
    answer = ask(door, furnished, "picker", at="new", find="last seen", pick="1", htmx="filter-panel")

    assert 'aria-label="Filter by Last seen"' in answer.text


def test_enter_on_nothing_found_says_so(door, workspace):
    answer = ask(door, workspace, "picker", at="new", find="<zzz>", pick="1", htmx="filter-panel")

    assert "Nothing is called “&lt;zzz&gt;”." in answer.text


def test_an_archived_attribute_is_not_offered_and_not_taken(door, workspace):
    """FILT-17"""
    archive(attribute(workspace, "plan"), by=NOBODY, now=NOW)
    chosen = {"at": "new", "field": "custom_attributes.plan", "comparison": "is", "value": "pro"}

    picker = ask(door, workspace, "picker", at="new", find="plan", htmx="filter-choices")
    form = ask(door, workspace, "condition", **chosen)
    answer = ask(door, workspace, "edit", act="add", **chosen)

    assert "plan" not in offered(picker)
    assert (form.status_code, "archived or gone" in form.text) == (422, True)
    assert (answer.status_code, "archived or gone" in answer.text) == (400, True)


def test_an_archived_attribute_in_a_filter_can_still_be_taken_out(door, workspace):
    """FILT-17"""
    attribute(workspace, "plan")
    archived = attribute(workspace, "tier")
    archive(archived, by=NOBODY, now=NOW)
    asked = all_of(Condition("custom_attributes.tier", "is", "gold"), Condition("custom_attributes.plan", "is", "pro"))

    page = door.get(f"/apps/{workspace.app_id}/people/", {"filter": address(asked)})
    gone = ask(door, workspace, "edit", act="remove", at="0.0", filter=address(asked))

    assert chips(page) == ["“tier” cannot be filtered by any more: it is archived or gone.", "plan is pro"]
    assert asked_for(gone["Location"]) == all_of(Condition("custom_attributes.plan", "is", "pro"))


# ---- asking ----------------------------------------------------------------------------------------------------------


def test_a_menu_of_options_has_the_values_that_are_none(door, workspace):
    """FILT-08"""
    attribute(workspace, "stage", "list", options=["A", "B"])
    ann = PersonFactory(workspace=workspace)
    workspace.refresh_from_db()
    write(Person, workspace, {ann.pk: {"stage": "Z"}}, Source.REST, now=NOW)
    chosen = {"at": "new", "field": "custom_attributes.stage"}

    form = ask(door, workspace, "condition", htmx="filter-panel", **chosen)
    answer = ask(door, workspace, "edit", act="add", comparison="is", value="Z", **chosen)

    menu = form.text.partition('id="filter-input"')[2]
    assert re.findall(r"<option value=\"(.*?)\"", menu) == ["", "A", "B", "Z"]
    assert chips(door.get(answer["Location"])) == ["Type is User", "stage is Z"]


def test_a_condition_opens_as_it_stands(door, workspace):
    asked = Filter((Group((USER,)), Group((Condition("last_seen_at", "less_than", -3),))))

    form = ask(door, workspace, "condition", at="1.0", filter=address(asked), htmx="filter-panel")

    assert '<option value="less_than" selected>' in form.text
    assert 'name="value" value="-3"' in form.text
    assert 'name="act" value="change"' in form.text


def test_another_comparison_brings_its_own_widget_alone(door, workspace):
    asked = {"at": "new", "field": "last_seen_at", "value": "30"}

    answer = ask(door, workspace, "condition", comparison="on", htmx="filter-value", **asked)

    assert 'type="date"' in answer.text
    assert "<form" not in answer.text


def test_the_form_says_what_of_the_unknown_and_of_companies(door, furnished):
    """FILT-09, FILT-13"""

    def said(field: str, comparison: str) -> list[str]:
        form = ask(door, furnished, "condition", at="new", field=field, comparison=comparison, htmx="filter-panel")
        return re.findall(r'<p class="hint"[^>]*>(.*?)</p>', form.text)

    unknown = "Also finds people whose {} is unknown."
    company = (
        "Any company of a person counts. Several company filters joined by “and” in one group must hold for the same "
        "company."
    )
    assert said("custom_attributes.plan", "is_not") == [unknown.format("plan")]
    assert said("custom_attributes.plan", "is") == []
    assert said("company.plan", "does_not_contain") == [unknown.format("Company plan"), company]
    assert said("company", "is_none") == [company]


# ---- applying --------------------------------------------------------------------------------------------------------


def test_what_is_applied_leads_to_the_list_with_all_else_as_it_was(door, workspace):
    """FILT-18"""
    PersonFactory(workspace=workspace, name="Ann", country="Ireland")
    PersonFactory(workspace=workspace, name="Eve", country="France")
    asked = {"act": "add", "at": "new", "field": "country", "comparison": "is", "value": "Ireland"}

    answer = ask(door, workspace, "edit", segment="users", q="n", sort="-created_at", **asked)
    page = door.get(answer["Location"])

    query = parse_qs(urlsplit(answer["Location"]).query)
    assert (query["segment"], query["q"], query["sort"]) == (["users"], ["n"], ["-created_at"])
    assert chips(page) == ["Type is User", "Country is Ireland"]
    assert re.findall(r'class="who-name">(.*?)<', page.text) == ["Ann"]


@pytest.mark.parametrize("value", ["abc", "1.5"])
def test_a_value_that_does_not_fit_comes_back_with_its_form(door, workspace, value):
    """FILT-07: to htmx the form alone, so that the list stays as it was."""
    asked = {"act": "add", "at": "new", "field": "last_seen_at", "comparison": "more_than", "value": value}

    fragment = ask(door, workspace, "edit", htmx="main", **asked)
    page = ask(door, workspace, "edit", **asked)

    said = "Last seen needs a whole number of days; -3 means three days ahead."
    assert (fragment.status_code, fragment["HX-Retarget"]) == (422, "#filter-panel")
    assert "<html" not in fragment.text
    assert page.status_code == 422
    for answer in (fragment, page):
        assert said in answer.text
        assert f'name="value" value="{value}"' in answer.text
        assert 'aria-invalid="true" aria-describedby="filter-error"' in answer.text


def test_another_workspaces_tag_is_refused(door, workspace):
    """FILT-15"""
    theirs = tagging.create(WorkspaceFactory(), "VIP", by=NOBODY, now=NOW)

    answer = ask(door, workspace, "edit", act="add", at="new", field="tag", comparison="is", value=theirs.pk)

    assert (answer.status_code, "Tag is one that was deleted: choose another one" in answer.text) == (422, True)


def test_a_part_that_was_taken_out_meanwhile_is_said(door, workspace):
    answer = ask(door, workspace, "edit", act="remove", at="3.0", filter=address(all_of(USER)))

    assert (answer.status_code, "edited meanwhile" in answer.text) == (400, True)


def test_there_is_no_builder_of_another_list(door, workspace):
    assert ask(door, workspace, "picker", about="segment", at="new").status_code == 404


def test_companies_are_filtered_by_what_is_theirs(door, workspace):
    """SEG-04"""
    acme = CompanyFactory(workspace=workspace, name="Acme", plan="pro")
    Membership.objects.create(
        workspace=workspace, company=acme, person=PersonFactory(workspace=workspace), created_at=NOW
    )
    asked = {"act": "add", "at": "new", "field": "plan", "comparison": "is", "value": "pro"}

    answer = ask(door, workspace, "edit", about="company", **asked)
    page = door.get(answer["Location"])

    assert answer["Location"].startswith(f"/apps/{workspace.app_id}/companies/?")
    assert (chips(page), "Acme" in page.text) == (["Plan is pro"], True)


# ---- what it means ---------------------------------------------------------------------------------------------------


@pytest.fixture
def at_three(settings: Any) -> None:
    """10 March 2026, half a minute past 15:00 UTC."""
    ahead = round((NOW - timezone.now()).total_seconds()) + 30
    settings.CLOCK_OFFSET = f"{ahead:+d}s"


def previewed(door: Client, workspace: Workspace, **asked: Any) -> list[str]:
    answer = ask(door, workspace, "preview", htmx="filter-preview", **asked)
    return [
        " ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in re.findall(r"<p>(.*?)</p>", answer.text, re.DOTALL)
    ]


@pytest.mark.usefixtures("at_three")
def test_a_date_says_what_it_means_in_the_readers_zone(door, workspace):
    """BEY-11"""
    door.cookies["tz"] = "Europe/Dublin"
    asked = {"act": "add", "at": "new", "field": "last_seen_at", "comparison": "more_than"}

    assert previewed(door, workspace, value="30", **asked) == [
        "before 8 Feb 2026, 15:00 · Europe/Dublin",
        "0 people match then",
    ]
    assert previewed(door, workspace, value="", **asked) == []
    assert previewed(door, workspace, value="-", **asked) == [
        "Last seen needs a whole number of days; -3 means three days ahead."
    ]


@pytest.mark.usefixtures("at_three")
def test_two_filters_on_one_date_say_what_they_leave_together(door, workspace):
    """DATE-06, BEY-11: the next three days."""
    attribute(workspace, "ends_at", "date")
    stands = Condition("custom_attributes.ends_at", "more_than", -3)
    asked = {
        "filter": address(Filter((Group((USER,)), Group((stands,))))),
        **{"act": "add", "at": "1.new", "field": stands.field, "comparison": "less_than", "value": "0"},
    }

    means = previewed(door, workspace, **asked)
    excludes = previewed(door, workspace, **{**asked, "value": "-5"})

    assert means[:2] == ["after now · UTC", "Together: between now and 13 Mar 2026, 15:00"]
    assert excludes[1] == "Together: no date at all: they exclude each other"


@pytest.mark.usefixtures("at_three")
def test_a_day_is_the_workspaces_and_says_so(door, workspace):
    """DATE-08"""
    workspace.timezone = "America/New_York"
    workspace.save()
    asked = {"act": "add", "at": "new", "field": "last_seen_at", "comparison": "on", "value": "2026-03-10"}

    form = ask(door, workspace, "condition", htmx="filter-value", **asked)

    assert "A day of America/New_York, the workspace’s time zone." in form.text
    assert previewed(door, workspace, **asked)[0] == "between 10 Mar 2026, 04:00 and 11 Mar 2026, 04:00 · UTC"


def test_the_preview_counts_whom_the_whole_filter_would_find(door, workspace):
    """BEY-10"""
    for name, country in (("Ann", "Ireland"), ("Eve", "Ireland"), ("Joe", "France")):
        PersonFactory(workspace=workspace, name=name, country=country)
    asked = {"act": "add", "at": "new", "field": "country", "comparison": "is", "segment": "users"}

    assert previewed(door, workspace, value="Ireland", **asked) == ["2 people match then"]
    assert previewed(door, workspace, value="France", **asked) == ["1 person matches then"]


# ---- without a script ------------------------------------------------------------------------------------------------


def test_without_a_script_the_picker_and_the_form_are_pages(door, workspace):
    """UI-08"""
    PersonFactory(workspace=workspace, country="Ireland")

    picker = ask(door, workspace, "picker", at="new", find="country")
    form = ask(door, workspace, "condition", at="new", field="country", comparison="is", value="Ireland")

    assert "<h1>Filter All users</h1>" in picker.text
    assert "Country" in offered(picker)
    assert "<h1>Filter All users</h1>" in form.text
    assert "<strong>1</strong> person matches then" in form.text
