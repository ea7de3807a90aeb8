"""Segments through the browser's door: beside the list, on profiles, in the settings (SEG-02, SEG-05…09, BEY-03)."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.attributes.models import Attributed
from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Filter, address
from apps.segments.models import Pins, Segment
from apps.segments.standing import all_of, find
from apps.workspace.clock import now
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute, question
from tests.segments.conftest import both, company

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)
CORK = both(("city", "is", "Cork"))


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    """A manager, signed in."""
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


@pytest.fixture
def olaf(workspace: Workspace, client: Client) -> Client:
    """An agent, who may not change segments."""
    client.force_login(SeatFactory(workspace=workspace, role="agent", teammate__name="Olaf").teammate)
    return client


def at(workspace: Workspace, name: str, *more: object, about: str = "person", **asked: str) -> str:
    path = reverse(f"segments:{name}", args=[workspace.app_id, about, *more])
    return f"{path}?{urlencode(asked)}" if asked else path


def people(workspace: Workspace, slug: str) -> str:
    return f"{reverse('people:list', args=[workspace.app_id])}?segment={slug}"


def settings_of(workspace: Workspace) -> str:
    return reverse("segments:settings", args=[workspace.app_id])


def save(workspace: Workspace, name: str, asked: Filter = CORK, about: str = "person") -> Segment:
    fresh = Workspace.objects.get(pk=workspace.pk)
    return saving.create(fresh, about, name, asked, by=NOBODY, now=now())


def saved(workspace: Workspace) -> list[str]:
    return [one.name for one in all_of(Workspace.objects.get(pk=workspace.pk), "person") if one.editable]


def why(record: Attributed, **asked: str) -> str:
    return at(record.workspace, "why", record.public_id, about=record.about, **asked)


def counts(text: str) -> dict[str, str]:
    return dict(re.findall(r'id="count-person-([\w-]+)"[^>]*>([^<]*)<', text))


def badges(text: str) -> list[str]:
    return re.findall(r'<a class="badge segment"[^>]*>([^<]+)</a>', text)


# ---- saving ----------------------------------------------------------------------------------------------------------


def test_a_filtered_list_is_saved_and_opens_on_the_new_segment(tess, workspace):
    """SEG-02"""
    for number in range(12):
        PersonFactory(workspace=workspace, city="Cork", name=f"Ann {number}")
    PersonFactory(workspace=workspace, city="Galway")

    answer = tess.post(at(workspace, "create"), {"name": "IE trials", "filter": address(CORK)})
    segment = Segment.objects.get()
    shown = tess.get(at(workspace, "counts"), headers=HTMX).text

    assert (answer.status_code, answer["Location"]) == (302, people(workspace, str(segment.pk)))
    assert (segment.name, counts(shown)[str(segment.pk)]) == ("IE trials", "12")
    assert find(Workspace.objects.get(pk=workspace.pk), "person", str(segment.pk)).filter == CORK


def test_with_htmx_the_browser_is_led_there(tess, workspace):
    """SEG-02, UI-08"""
    answer = tess.post(at(workspace, "create"), {"name": "IE", "filter": address(CORK)}, headers=HTMX)

    assert (answer.status_code, answer["HX-Redirect"]) == (200, people(workspace, str(Segment.objects.get().pk)))


def test_the_form_says_the_filter_back_in_words(tess, workspace):
    """UI-08: it is a page of its own without script."""
    page = tess.get(at(workspace, "create", filter=address(CORK), segment="users"))

    assert (page.status_code, "City is Cork" in page.text) == (200, True)
    assert f'href="{people(workspace, "users")}"' in page.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_taken_name_is_said_beside_the_field_and_the_filter_stays(tess, workspace, headers):
    """SEG-07, UI-08"""
    form = {"name": "active", "filter": address(CORK)}

    answer = tess.post(at(workspace, "create"), form, headers=headers)

    assert answer.status_code == 422
    assert 'id="id_name_error"' in answer.text
    assert "There is a segment “Active” already." in answer.text
    assert "&quot;city&quot;,&quot;is&quot;,&quot;Cork&quot;" in answer.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "This filter asks nothing, so everybody would be in. Add a filter first."),
        ("{", "This filter cannot be read"),
        ('["and",["and",["city","over","Cork"]]]', "City cannot be asked this"),
    ],
)
def test_a_filter_that_will_not_do_is_said_above_the_name(tess, workspace, asked, said):
    answer = tess.post(at(workspace, "create"), {"name": "IE", "filter": asked})

    assert (answer.status_code, said in answer.text, saved(workspace)) == (422, True, [])


def test_giving_up_brings_the_buttons_back(tess, workspace):
    segment = save(workspace, "IE")
    asked = address(both(("city", "is", "Galway")))

    shown = tess.get(at(workspace, "create", filter=asked, segment=str(segment.pk)) + "&close", headers=HTMX).text

    assert ("Update segment" in shown, "Save as new" in shown, 'name="name"' in shown) == (True, True, False)


# ---- changing --------------------------------------------------------------------------------------------------------


def test_a_form_leaves_the_segments_that_every_page_reads_as_they_are(tess, workspace):
    """SEG-06: they are kept in memory for all threads, and no workspace of one request with them"""
    slug = str(save(workspace, "IE trials").pk)
    kept = find(Workspace.objects.get(pk=workspace.pk), "person", slug)

    answer = tess.get(at(workspace, "rename", slug))

    assert (answer.status_code, find(Workspace.objects.get(pk=workspace.pk), "person", slug) is kept) == (200, True)
    assert not Segment.workspace.is_cached(kept.segment)


def test_a_manager_renames_changes_and_deletes(tess, workspace):
    """SEG-06, SEG-09"""
    segment = save(workspace, "IE trials")
    slug = str(segment.pk)
    galway = both(("city", "is", "Galway"))

    renamed = tess.post(at(workspace, "rename", slug), {"name": "IE"})
    changed = tess.post(at(workspace, "edit", slug), {"filter": address(galway)})
    stood = find(Workspace.objects.get(pk=workspace.pk), "person", slug)
    deleted = tess.post(at(workspace, "delete", slug))

    assert [answer["Location"] for answer in (renamed, changed, deleted)] == [
        people(workspace, slug),
        people(workspace, slug),
        reverse("people:list", args=[workspace.app_id]),
    ]
    assert (stood.name, stood.filter, saved(workspace)) == ("IE", galway, [])


@pytest.mark.parametrize("act", ["rename", "edit", "delete"])
def test_an_agent_may_look_and_not_touch(olaf, workspace, act):
    """SEG-06"""
    segment = save(workspace, "IE trials")
    slug = str(segment.pk)

    refused = olaf.post(at(workspace, act, slug), {"name": "IE", "filter": "[]"}).status_code
    page = olaf.get(people(workspace, slug)).text

    assert (refused, saved(workspace)) == (403, ["IE trials"])
    assert [at(workspace, one, slug) in page for one in ("rename", "edit", "delete")] == [False, False, False]


@pytest.mark.parametrize("act", ["rename", "edit", "delete"])
@pytest.mark.parametrize("slug", ["users", "leads", "new", "active", "slipping-away"])
def test_forging_a_change_of_a_predefined_segment_is_refused(tess, workspace, act, slug):
    """SEG-06"""
    answer = tess.post(at(workspace, act, slug), {"name": "Mine", "filter": address(CORK)})

    assert (answer.status_code, find(workspace, "person", slug).editable) == (403, False)


def test_a_used_segment_stays_and_the_user_is_named(tess, workspace):
    """SEG-08"""
    first = save(workspace, "A")
    save(workspace, "B", both(("segment", "in", str(first.pk))))

    answer = tess.post(at(workspace, "delete", first.pk))

    assert (answer.status_code, "Used by segment: B" in answer.text, saved(workspace)) == (422, True, ["A", "B"])


def test_changes_from_the_settings_lead_back_there(tess, workspace):
    segment = save(workspace, "A")
    form = tess.get(at(workspace, "rename", segment.pk) + "?from=settings").text

    answer = tess.post(at(workspace, "rename", segment.pk), {"name": "B", "from": "settings"})

    assert ('name="from" value="settings"' in form, answer["Location"]) == (True, settings_of(workspace))


def test_nobody_is_led_anywhere_else(tess, workspace):
    segment = save(workspace, "A")

    answer = tess.post(at(workspace, "rename", segment.pk), {"name": "B", "from": "https://evil.example"})

    assert answer["Location"] == people(workspace, str(segment.pk))


# ---- beside the list -------------------------------------------------------------------------------------------------


def test_the_list_names_every_segment_and_marks_its_own(tess, workspace):
    """SEG-02, screens §2"""
    segment = save(workspace, "IE trials")

    page = tess.get(people(workspace, str(segment.pk))).text
    sidebar = page[page.index("<aside") : page.index("</aside>")]

    assert re.findall(r'nav-title">(\w+)', sidebar) == ["Predefined", "Saved"]
    names = ["All users", "All leads", "New", "Active", "Slipping away", "IE trials"]
    assert re.findall(r'<span class="clip">([^<]+)', sidebar) == names
    assert re.findall(r'aria-current="page"><span class="clip">([^<]+)', sidebar) == ["IE trials"]


def test_companies_have_segments_of_their_own(tess, workspace):
    """SEG-04"""
    save(workspace, "People of Cork")
    save(workspace, "Pro", both(("plan", "is", "pro")), about="company")

    page = tess.get(reverse("companies:list", args=[workspace.app_id])).text
    sidebar = page[page.index("<aside") : page.index("</aside>")]

    assert re.findall(r'<span class="clip">([^<]+)', sidebar) == ["All", "New", "Active", "Slipping away", "Pro"]


def test_counts_are_those_of_the_lists(tess, workspace):
    """SEG-03, CO-06, FILT-17"""
    moment = now()
    PersonFactory(workspace=workspace, last_seen_at=moment - 5 * DAY)
    PersonFactory(workspace=workspace, last_seen_at=moment - 45 * DAY)
    PersonFactory(workspace=workspace, last_seen_at=moment - 5 * DAY, state="archived")
    PersonFactory(workspace=workspace, role="visitor", last_seen_at=moment)
    CompanyFactory(workspace=workspace, name="without people")
    company(workspace, "Acme", Person.objects.listed().first())

    shown = counts(tess.get(at(workspace, "counts"), headers=HTMX).text)
    companies = tess.get(at(workspace, "counts", about="company"), headers=HTMX).text

    assert shown == {"users": "2", "leads": "0", "new": "0", "active": "1", "slipping-away": "1"}
    assert 'id="count-company-all" hx-swap-oob="true">1<' in companies


def test_counts_come_from_one_pass_whatever_their_number(tess, workspace):
    """UI-05, BEY-10"""

    def passes() -> int:
        with CaptureQueriesContext(connection) as queries:
            tess.get(at(workspace, "counts"), headers=HTMX)
        return sum("people_person" in query["sql"] and "EXPLAIN" not in query["sql"] for query in queries)

    tess.get(at(workspace, "counts"), headers=HTMX)
    few = passes()
    for number in range(20):
        save(workspace, f"Segment {number}", both(("city", "is", f"City {number}")))

    assert (few, passes()) == (1, 1)


def test_a_broken_segment_says_why_and_the_others_are_counted(tess, workspace):
    plan = attribute(workspace, "plan")
    segment = save(workspace, "Trials", both(("custom_attributes.plan", "is", "trial")))
    plan.archived_at = now()
    plan.save()
    Workspace.objects.filter(pk=workspace.pk).update(attributes_version="0" * 32)

    shown = tess.get(at(workspace, "counts"), headers=HTMX).text
    settings = tess.get(settings_of(workspace)).text

    assert (counts(shown)[str(segment.pk)], counts(shown)["users"]) == ("–", "0")
    assert "“plan” cannot be filtered by any more: it is archived or gone." in shown
    assert "“plan” cannot be filtered by any more: it is archived or gone." in settings


def test_without_script_counts_are_a_page(tess, workspace):
    """UI-08"""
    PersonFactory(workspace=workspace)

    page = tess.get(at(workspace, "counts"))

    assert (page.status_code, counts(page.text)["users"]) == (200, "1")


# ---- pins ------------------------------------------------------------------------------------------------------------


def sidebar_of(client: Client, workspace: Workspace) -> list[tuple[str, list[str]]]:
    page = client.get(people(workspace, "users")).text
    groups = page[page.index("<aside") : page.index("</aside>")].split('class="nav-group"')[1:]
    return [(re.findall(r'nav-title">(\w+)', one)[0], re.findall(r'class="clip">([^<]+)', one)) for one in groups]


def test_a_teammate_pins_and_orders_segments_for_themselves(tess, workspace):
    """screens §2"""
    segment = save(workspace, "IE trials")
    slug = str(segment.pk)

    for act, which in [("pin", "active"), ("pin", slug), ("pin", "new"), ("up", slug), ("down", slug), ("up", slug)]:
        tess.post(at(workspace, "pins"), {act: which})
    tess.post(at(workspace, "pins"), {"unpin": "new"})
    mine = sidebar_of(tess, workspace)
    tess.force_login(SeatFactory(workspace=workspace).teammate)
    theirs = sidebar_of(tess, workspace)

    assert mine == [
        ("Pinned", ["IE trials", "Active"]),
        ("Predefined", ["All users", "All leads", "New", "Slipping away"]),
    ]
    assert [title for title, _ in theirs] == ["Predefined", "Saved"]


def test_a_pin_of_a_deleted_segment_is_no_trouble(tess, workspace):
    segment = save(workspace, "IE trials")
    tess.post(at(workspace, "pins"), {"pin": str(segment.pk)})

    saving.delete(segment, by=NOBODY, now=now())
    tess.post(at(workspace, "pins"), {"pin": "active"})

    assert list(Pins.objects.values_list("slugs", flat=True)) == [["active"]]


@pytest.mark.parametrize("form", [{}, {"pin": "4711"}, {"drop": "active"}])
def test_a_step_that_there_is_not_is_not_there(tess, workspace, form):
    assert tess.post(at(workspace, "pins"), form).status_code == 404


# ---- on profiles -----------------------------------------------------------------------------------------------------


def test_a_profile_shows_a_badge_a_segment_and_what_it_asks(tess, workspace):
    """SEG-05"""
    ann = PersonFactory(workspace=workspace, city="Cork", last_seen_at=now())
    segment = save(workspace, "IE trials")

    page = tess.get(ann.page()).text

    assert badges(page) == ["Active", "IE trials"]
    assert f'href="{people(workspace, str(segment.pk))}">IE trials' in page
    assert '<span class="item-line">City is Cork</span>' in page


def test_a_ping_takes_a_person_out_of_slipping_away(tess, workspace):
    """UPD-05"""
    ann = PersonFactory(workspace=workspace, external_id="1", last_seen_at=now() - 40 * DAY)
    before = badges(tess.get(ann.page()).text)

    body = orjson.dumps({"app_id": "abc1234", "user_data": {"user_id": "1"}})
    sent = Client().post("/messenger/web/ping", body, content_type="text/plain")

    assert sent.status_code == 200
    assert (before, badges(tess.get(ann.page()).text)) == (["Slipping away"], ["Active"])


def test_the_badges_follow_the_clock(tess, workspace, settings):
    """SEG-11"""
    ann = PersonFactory(workspace=workspace, last_seen_at=now())
    seen = [badges(tess.get(ann.page()).text)]

    for offset in ("+31d", "+61d"):
        settings.CLOCK_OFFSET = offset
        seen.append(badges(tess.get(ann.page()).text))

    assert seen == [["Active"], ["Slipping away"], []]


def test_an_edited_value_brings_the_badges_with_it(tess, workspace):
    """UPD-05, UPD-08"""
    ann = PersonFactory(workspace=workspace)
    stage = attribute(workspace, "stage")
    question(workspace, stage)
    save(workspace, "Won", both(("custom_attributes.stage", "is", "won")))
    cell = reverse("qualification:cell", args=[workspace.app_id, "person", ann.public_id, "person", "stage"])

    answer = tess.post(cell, {"value": "won"}, headers=HTMX)

    assert (answer.status_code, badges(answer.text)) == (200, ["Won"])
    assert 'id="segment-badges" hx-swap-oob="true"' in answer.text


def test_a_companys_page_shows_its_segments(tess, workspace):
    """SEG-04"""
    acme = company(workspace, "Acme", PersonFactory(workspace=workspace), last_request_at=now() - 45 * DAY)

    assert "Slipping away" in badges(tess.get(acme.page()).text)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_why_somebody_is_not_in_is_told_condition_by_condition(tess, workspace, headers):
    """BEY-03"""
    attribute(workspace, "plan")
    ann = PersonFactory(workspace=workspace, name="Ann", city="Cork")
    asked = both(("custom_attributes.plan", "is_unknown"), ("city", "is", "Galway"))
    segment = save(workspace, "Trial ending", asked)

    text = re.sub(r"\s+", " ", tess.get(why(ann, segment=str(segment.pk)), headers=headers).text)

    assert "<strong>Ann</strong> is not in <strong>Trial ending</strong>." in text
    lines = re.findall(r'<li class="(yes|no)">.*?why-words">([^<]+)</span>(?: <span class="why-actual">([^<]+))?', text)
    assert lines == [("yes", "plan is unknown", "(Unknown)"), ("no", "City is Galway", "(Cork)")]


def test_any_segment_can_be_picked(olaf, workspace):
    """BEY-03: whoever sees profiles may ask."""
    ann = PersonFactory(workspace=workspace)
    save(workspace, "IE trials")

    page = olaf.get(why(ann)).text

    assert re.findall(r"<option[^>]*>([^<]+)", page[page.index('id="why-segment"') :]) == [
        *("All users", "All leads", "New", "Active", "Slipping away", "IE trials")
    ]


def test_a_segment_that_is_not_there_is_not_explained(tess, workspace):
    ann = PersonFactory(workspace=workspace)
    theirs = save(WorkspaceFactory(), "Theirs")

    assert tess.get(why(ann, segment=str(theirs.pk))).status_code == 404


# ---- settings --------------------------------------------------------------------------------------------------------


def test_the_settings_list_every_saved_segment(tess, workspace):
    """screens §8.6"""
    first = save(workspace, "A")
    save(workspace, "B", both(("segment", "in", str(first.pk))))
    save(workspace, "Pro", both(("plan", "is", "pro")), about="company")

    page = re.sub(r"\s+", " ", tess.get(settings_of(workspace)).text)

    assert re.findall(r'item-title"><a href="[^"]+">([^<]+)', page) == ["A", "B", "Pro"]
    assert "Used by segment: B" in page
    assert "Segment in A" in page


def test_the_settings_take_as_many_queries_for_many_segments_as_for_one(tess, workspace):
    """UI-05"""

    def queries() -> int:
        tess.get(settings_of(workspace))
        with CaptureQueriesContext(connection) as asked:
            tess.get(settings_of(workspace))
        return len(asked)

    save(workspace, "First")
    few = queries()
    for number in range(10):
        save(workspace, f"Segment {number}", both(("segment", "not_in", "active")))

    assert queries() == few
