"""A value edited where it stands: through the browser's door, as plain forms and as htmx sends them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import history_of
from apps.attributes.sources import Source
from apps.companies.arrivals import join
from apps.companies.arrivals import receive as receive_company
from apps.companies.models import Company, Membership
from apps.people.models import Person
from apps.qualification import choosing
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.attributes.conftest import holder, offer, value
from tests.factories import (
    NOW,
    CompanyFactory,
    LeadFactory,
    PersonFactory,
    SeatFactory,
    TeammateFactory,
    WorkspaceFactory,
    attribute,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)
    return client


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, external_id="1")


@pytest.fixture
def budget(workspace: Workspace) -> str:
    ask(workspace, "budget", "number")
    return "budget"


def ask(workspace: Workspace, name: str, kind: str = "text", about: str = "person", **more: Any) -> None:
    attribute(workspace, name, kind, about, **more)
    workspace.refresh_from_db()
    choosing.add(workspace, catalogue_of(workspace, about)[name], by=NOBODY, now=NOW)


def cell(person: Person, key: str, about: str = "person", view: str = "cell") -> str:
    return reverse(f"qualification:{view}", args=[person.workspace.app_id, "person", person.public_id, about, key])


# ---- asking and saving -----------------------------------------------------------------------------------------------


def test_a_value_saves_in_place(tess, ann, budget):
    """QUAL-01, UI-01"""
    answer = tess.post(cell(ann, budget), {"value": "500"}, headers=HTMX)

    assert (answer.status_code, value(ann, budget), holder(ann, budget)) == (200, 500, "manual")
    assert 'id="cell-person-c' in answer.text
    assert "<html" not in answer.text


def test_without_script_saving_leads_back_to_the_profile(tess, ann, budget):
    """UI-08"""
    answer = tess.post(cell(ann, budget), {"value": "600"}, follow=True)

    assert answer.redirect_chain[0][0].startswith(ann.page())
    assert "600" in answer.text
    assert "Saved budget." in answer.text


def test_a_wrong_value_is_said_beside_the_field_and_the_old_one_stays(tess, ann, budget):
    """UI-01"""
    offer(ann, Source.REST, budget=500)

    answer = tess.post(cell(ann, budget), {"value": "abc"}, headers=HTMX)

    assert (answer.status_code, value(ann, budget)) == (422, 500)
    assert "budget is not a number." in answer.text
    assert 'value="abc"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_without_script_a_wrong_value_is_said_on_the_forms_own_page(tess, ann, budget):
    """UI-08"""
    answer = tess.post(cell(ann, budget), {"value": "abc"})

    assert answer.status_code == 422
    assert "<h1>Edit budget</h1>" in answer.text
    assert "budget is not a number." in answer.text


def test_the_form_holds_the_present_value(tess, ann, budget):
    """UI-01"""
    offer(ann, Source.REST, budget=1500)

    fragment, page = tess.get(cell(ann, budget) + "?edit", headers=HTMX), tess.get(cell(ann, budget) + "?edit")

    assert 'value="1500"' in fragment.text
    assert 'inputmode="numeric"' in fragment.text
    assert "<html" in page.text


def test_cancelling_brings_the_value_back(tess, ann, budget):
    """UI-01"""
    offer(ann, Source.REST, budget=1500)

    answer = tess.get(cell(ann, budget), headers=HTMX)

    assert "1,500" in answer.text
    assert "<input" not in answer.text
    assert tess.get(cell(ann, budget)).headers["Location"].startswith(ann.page())


@pytest.mark.parametrize("shown", ["100", " 100\r\n"])
def test_saving_what_was_shown_takes_no_hold(tess, ann, budget, shown):
    """QUAL-08: Enter on an untouched field is no edit."""
    offer(ann, Source.PING, budget=100)

    answer = tess.post(cell(ann, budget), {"value": "100", "seen": shown}, headers=HTMX)

    assert (answer.status_code, value(ann, budget), holder(ann, budget)) == (200, 100, "ping")
    assert "<input" not in answer.text.replace('<input type="hidden"', "")


def test_a_date_left_as_it_was_takes_no_hold(tess, ann, workspace):
    """QUAL-08, DATE-01"""
    ask(workspace, "renews_at", "date")
    offer(ann, Source.PING, renews_at=1790000000)
    form = tess.get(cell(ann, "renews_at") + "?edit", headers=HTMX).context["form"]
    shown = {"value": form["value"].value(), "time": form["time"].value(), "seen": form.seen}

    answer = tess.post(cell(ann, "renews_at"), shown, headers=HTMX)

    assert (answer.status_code, holder(ann, "renews_at")) == (200, "ping")


def test_what_somebody_else_changed_meanwhile_is_not_replaced_unseen(tess, ann, workspace):
    """UPD-04"""
    ask(workspace, "motto")
    offer(ann, Source.PING, motto="Q&A <b>")

    refused = tess.post(cell(ann, "motto"), {"value": "mine", "seen": "before"}, headers=HTMX)
    stood = value(ann, "motto")
    saved = tess.post(cell(ann, "motto"), {"value": "mine", "seen": refused.context["form"].seen}, headers=HTMX)

    assert (refused.status_code, saved.status_code) == (422, 200)
    assert (stood, value(ann, "motto")) == ("Q&A <b>", "mine")
    assert "This was changed to Q&amp;A &lt;b&gt; meanwhile. Save again to replace it." in refused.text
    assert 'value="mine"' in refused.text


def test_what_somebody_else_cleared_meanwhile_is_said_to_be_so(tess, ann, budget):
    """UPD-04"""
    answer = tess.post(cell(ann, budget), {"value": "7", "seen": "5"}, headers=HTMX)

    assert (answer.status_code, value(ann, budget)) == (422, None)
    assert "This was cleared meanwhile. Save again to set it." in answer.text


def test_a_wrong_date_is_said_in_the_words_of_a_calendar(tess, ann, workspace):
    """DATE-01"""
    ask(workspace, "renews_at", "date")

    answer = tess.post(cell(ann, "renews_at"), {"value": "soon", "time": ""}, headers=HTMX)

    assert answer.status_code == 422
    assert "renews_at is not a date: enter a day" in answer.text
    assert "unix" not in answer.text


def test_a_leads_user_id_is_plain_text(tess, workspace):
    """Users alone have one."""
    choosing.add(workspace, catalogue_of(workspace, "person")["external_id"], by=NOBODY, now=NOW)
    ben, ann = LeadFactory(workspace=workspace), PersonFactory(workspace=workspace, external_id="1")

    answers = [tess.get(cell(person, "external_id") + "?edit", headers=HTMX).status_code for person in (ben, ann)]

    assert answers == [404, 200]


def test_re_syncing_what_is_no_longer_held_shows_the_value_as_it_stands(tess, ann, budget):
    """QUAL-16"""
    offer(ann, Source.REST, budget=100)

    answer = tess.post(cell(ann, budget, view="hold"), headers=HTMX)

    assert (answer.status_code, value(ann, budget)) == (422, 100)
    assert 'id="cell-person-c' in answer.text
    assert "Only a value that a teammate set by hand can be re-synced." in answer.text


def test_a_blank_saved_by_hand_stays_blank(tess, ann, budget):
    """QUAL-17"""
    offer(ann, Source.PING, budget=100)

    tess.post(cell(ann, budget), {"value": ""}, headers=HTMX)

    offer(ann, Source.PING, budget=100)
    assert (value(ann, budget), holder(ann, budget)) == (None, "manual")


@pytest.mark.parametrize(
    ("later", "stands"),
    [(Source.PING, 500), (Source.SIGNED_PING, 500), (Source.OPERATOR, 500), (Source.CSV, 7), (Source.REST, 7)],
)
def test_a_saved_value_gives_way_to_files_and_rest_alone(tess, ann, budget, later, stands):
    """QUAL-08, QUAL-09, QUAL-12, QUAL-13"""
    tess.post(cell(ann, budget), {"value": "500"}, headers=HTMX)

    offer(ann, later, budget=7)

    assert value(ann, budget) == stands


def test_after_rest_the_next_ping_wins(tess, ann, budget):
    """QUAL-14"""
    tess.post(cell(ann, budget), {"value": "500"}, headers=HTMX)
    offer(ann, Source.REST, budget=300)
    offer(ann, Source.PING, budget=100)

    assert (value(ann, budget), holder(ann, budget)) == (100, "ping")


def test_the_hand_and_the_time_are_kept(tess, ann, budget):
    """UPD-04"""
    tess.post(cell(ann, budget), {"value": "5"}, headers=HTMX)

    [line] = history_of(ann, budget)
    assert (line.source, line.hand, line.new) == ("manual", "Tess", 5)


def test_a_name_set_by_hand_is_locked_and_shown_at_once(tess, ann):
    """QUAL-28, UPD-08"""
    answer = tess.post(cell(ann, "name"), {"value": "Robert Roe, CBA"}, headers=HTMX)

    offer(ann, Source.PING, name="Bob")
    assert value(ann, "name") == "Robert Roe, CBA"
    assert 'id="profile-header" hx-swap-oob="true"' in answer.text
    assert "<h1>Robert Roe, CBA</h1>" in answer.text
    assert "<title>Robert Roe, CBA" in answer.text


def test_an_edit_also_changes_the_other_places_that_show_it(tess, ann, budget):
    """UPD-08"""
    answer = tess.post(cell(ann, "email"), {"value": "ann@example.test"}, headers=HTMX)

    assert 'id="fact-person-email" hx-swap-oob="true"' in answer.text
    answer = tess.post(cell(ann, budget), {"value": "5"}, headers=HTMX)
    assert 'id="profile-header"' not in answer.text
    assert 'id="fact-person-c' in answer.text


def test_an_email_that_is_taken_is_said_beside_the_field_with_its_holder(tess, workspace):
    """IDN-05"""
    holds = PersonFactory(workspace=workspace, external_id=None, email="ann@example.test", name="Ann")
    other = PersonFactory(workspace=workspace, external_id=None, email="b@example.test")

    answer = tess.post(cell(other, "email"), {"value": "Ann@example.test"}, headers=HTMX)

    assert (answer.status_code, value(other, "email")) == (422, "b@example.test")
    assert "Email is taken." in answer.text
    assert f'<a href="{holds.page()}">Ann</a>' in answer.text


@pytest.mark.parametrize("user_id", ["1", None])
def test_what_is_no_email_is_refused(tess, workspace, user_id):
    person = PersonFactory(workspace=workspace, external_id=user_id, email="a@x.io")

    answer = tess.post(cell(person, "email"), {"value": "ann at home"}, headers=HTMX)

    assert (answer.status_code, "Email is not one email address" in answer.text) == (422, True)


def test_a_users_last_identifier_is_neither_cleared_nor_re_synced(tess, workspace):
    """IDN-02"""
    person = PersonFactory(workspace=workspace, external_id=None, email="a@x.io")
    offer(person, Source.MANUAL, email="b@x.io")

    cleared = tess.post(cell(person, "email"), {"value": ""}, headers=HTMX)
    released = tess.post(cell(person, "email", view="hold"), headers=HTMX)

    assert (cleared.status_code, released.status_code, value(person, "email")) == (422, 400, "b@x.io")


def test_an_owner_who_left_is_still_named(tess, ann, workspace):
    """IDN-24"""
    ana = SeatFactory(workspace=workspace, teammate=TeammateFactory(name="Ana"))
    offer(ann, Source.REST, owner_id=ana.teammate_id)
    ana.delete()

    form = tess.get(cell(ann, "owner_id") + "?edit", headers=HTMX).text

    assert "selected>Ana (no longer here)</option>" in form


# ---- kinds -----------------------------------------------------------------------------------------------------------


def test_a_list_is_one_choice(tess, ann, workspace):
    """QUAL-05"""
    ask(workspace, "stage", "list", options=["A", "B", "C"])

    form = tess.get(cell(ann, "stage") + "?edit", headers=HTMX).text
    tess.post(cell(ann, "stage"), {"value": "B"}, headers=HTMX)

    assert form.count("<option") == 4
    assert value(ann, "stage") == "B"
    assert tess.post(cell(ann, "stage"), {"value": "D"}, headers=HTMX).status_code == 422


def test_a_value_outside_the_list_is_kept_until_another_is_picked(tess, ann, workspace):
    """QUAL-06, QUAL-07"""
    ask(workspace, "stage", "list", options=["A", "B"])
    offer(ann, Source.REST, stage="Z")

    before = tess.get(cell(ann, "stage") + "?edit", headers=HTMX).text
    kept = tess.post(cell(ann, "stage"), {"value": "Z"}, headers=HTMX)
    still = value(ann, "stage")
    tess.post(cell(ann, "stage"), {"value": "A"}, headers=HTMX)
    after = tess.get(cell(ann, "stage") + "?edit", headers=HTMX).text

    assert '<option value="Z" selected>Z (not in list)</option>' in before
    assert (kept.status_code, still, value(ann, "stage")) == (200, "Z", "A")
    assert "not in list" not in after


@pytest.mark.parametrize(("typed", "stored"), [("true", True), ("false", False), ("", None)])
def test_true_false_or_unknown(tess, ann, workspace, typed, stored):
    ask(workspace, "vip", "boolean")
    offer(ann, Source.REST, vip=True)

    tess.post(cell(ann, "vip"), {"value": typed}, headers=HTMX)

    assert value(ann, "vip") is stored


@pytest.mark.parametrize(
    ("day", "hour", "stored"),
    [
        ("2026-03-10", "16:30", "2026-03-10T15:30:00+00:00"),
        ("2026-03-10", "", "2026-03-09T23:00:00+00:00"),
        ("2026-07-10", "16:30", "2026-07-10T14:30:00+00:00"),
    ],
)
def test_a_date_is_meant_in_the_teammates_zone(tess, ann, workspace, day, hour, stored):
    """DATE-01, ATT-27"""
    ask(workspace, "renews_at", "date")
    tess.cookies["tz"] = "Europe/Paris"

    tess.post(cell(ann, "renews_at"), {"value": day, "time": hour}, headers=HTMX)

    form = tess.get(cell(ann, "renews_at") + "?edit", headers=HTMX).text
    assert value(ann, "renews_at").isoformat() == stored
    assert f'value="{day}"' in form
    assert not hour or f'value="{hour}"' in form
    assert "Europe/Paris" in form


def test_a_date_saved_as_it_stood_keeps_its_seconds(tess, ann, workspace):
    """DATE-01"""
    ask(workspace, "renews_at", "date")
    offer(ann, Source.REST, renews_at=1350466037)

    tess.post(cell(ann, "renews_at"), {"value": "2012-10-17", "time": "09:27:17"}, headers=HTMX)

    assert value(ann, "renews_at").isoformat() == "2012-10-17T09:27:17+00:00"


def test_what_is_no_date_is_refused(tess, ann, workspace):
    ask(workspace, "renews_at", "date")

    answer = tess.post(cell(ann, "renews_at"), {"value": "soon", "time": ""}, headers=HTMX)

    assert (answer.status_code, "is not a date" in answer.text) == (422, True)


def test_an_address_is_a_link_beside_its_pencil(tess, ann, workspace):
    """ATT-37"""
    ask(workspace, "site")
    offer(ann, Source.REST, site="http://www.google.com")

    assert '<a href="http://www.google.com" rel="noopener nofollow">' in tess.get(cell(ann, "site"), headers=HTMX).text


def test_the_owner_is_picked_among_the_teammates(tess, ann, workspace):
    """IDN-24"""
    ana = SeatFactory(workspace=workspace, teammate=TeammateFactory(name="Ana"))
    stranger = SeatFactory()

    form = tess.get(cell(ann, "owner_id") + "?edit", headers=HTMX).text
    refused = tess.post(cell(ann, "owner_id"), {"value": stranger.teammate_id}, headers=HTMX)
    answer = tess.post(cell(ann, "owner_id"), {"value": ana.teammate_id}, headers=HTMX)

    assert "No owner" in form
    assert "Ana" in form
    assert (refused.status_code, "not a member of the workspace" in refused.text) == (422, True)
    assert (value(ann, "owner_id"), "Ana" in answer.text) == (ana.teammate_id, True)


@pytest.mark.parametrize("key", ["a/b", "Use case", "größe €", "hold/x", "line\nbreak", "100?x=1"])
def test_any_key_can_be_edited(tess, ann, workspace, key):
    """ATT-28"""
    ask(workspace, key)

    tess.post(cell(ann, key), {"value": "gold"}, headers=HTMX)

    assert value(ann, key) == "gold"


# ---- re-sync ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "delete"])
def test_re_sync_clears_the_value_and_opens_it(tess, ann, budget, method):
    """QUAL-15"""
    tess.post(cell(ann, budget), {"value": "500"}, headers=HTMX)
    shown = tess.get(cell(ann, budget), headers=HTMX).text

    answer = getattr(tess, method)(cell(ann, budget, view="hold"), headers=HTMX)

    assert (value(ann, budget), holder(ann, budget)) == (None, None)
    assert "Re-sync" in shown
    assert "Unknown" in answer.text
    assert "<button" not in answer.text
    offer(ann, Source.OPERATOR, budget=50)
    offer(ann, Source.PING, budget=100)
    assert value(ann, budget) == 100


def test_without_script_re_sync_leads_back_to_the_profile(tess, ann, budget):
    """QUAL-15, UI-08"""
    tess.post(cell(ann, budget), {"value": "500"})

    answer = tess.post(cell(ann, budget, view="hold"))

    assert answer.headers["Location"].startswith(ann.page())
    assert value(ann, budget) is None


def test_what_no_teammate_set_cannot_be_re_synced(tess, ann, budget):
    """QUAL-16"""
    offer(ann, Source.PING, budget=100)

    answer = tess.post(cell(ann, budget, view="hold"))

    assert (answer.status_code, value(ann, budget)) == (409, 100)
    assert "Re-sync" not in tess.get(cell(ann, budget), headers=HTMX).text


def test_what_a_workflow_collected_bears_its_mark(tess, ann, budget):
    """QUAL-23"""
    offer(ann, Source.OPERATOR, budget=50)

    answer = tess.get(cell(ann, budget), headers=HTMX).text

    assert 'title="Collected by workflow"' in answer
    assert "lucide-bot" in answer or 'class="source operator"' in answer


# ---- who may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["cell", "hold"])
def test_a_forged_post_without_the_permission_is_refused(client, workspace, ann, budget, view):
    """QUAL-19, PERM-01, PERM-05"""
    offer(ann, Source.MANUAL, budget=1)
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)

    answer = client.post(cell(ann, budget, view=view), {"value": "500"})

    assert (answer.status_code, value(ann, budget)) == (403, 1)
    assert client.get(cell(ann, budget) + "?edit").status_code == 403
    assert "?edit" not in client.get(cell(ann, budget), headers=HTMX).text


@pytest.mark.parametrize("view", ["cell", "hold"])
@pytest.mark.parametrize("key", ["secret", "plan", "external_id", "created_at", "no such"])
def test_what_is_not_in_the_set_cannot_be_edited(tess, ann, workspace, view, key):
    """QUAL-18"""
    attribute(workspace, "secret")

    assert tess.post(cell(ann, key, view=view), {"value": "x"}).status_code == 404


def test_people_of_another_workspace_are_not_found(tess, workspace, budget):
    stranger = PersonFactory()
    stranger.workspace = workspace

    assert tess.get(cell(stranger, budget)).status_code == 404
    assert tess.post(cell(stranger, budget), {"value": "1"}).status_code == 404


@pytest.mark.parametrize("state", ["archived", "blocked", "pending_deletion"])
def test_who_is_not_listed_is_not_edited(tess, workspace, budget, state):
    """IDN-19"""
    gone = PersonFactory(workspace=workspace, state=state)

    assert tess.post(cell(gone, budget), {"value": "1"}).status_code == 404


# ---- the company half ------------------------------------------------------------------------------------------------


def test_a_companys_value_is_edited_for_all_of_its_people(tess, ann, workspace):
    """QUAL-18"""
    acme = CompanyFactory(workspace=workspace, name="Blue Sun")
    ben = LeadFactory(workspace=workspace)
    join(ann, acme, now=NOW)
    join(ben, acme, now=NOW)

    tess.post(cell(ann, "size", "company"), {"value": "85", "record": acme.public_id}, headers=HTMX)

    assert value(acme, "size") == 85
    assert "85" in tess.get(cell(ben, "size", "company"), headers=HTMX).text


def test_a_companys_value_is_overwritten_by_the_next_ping(tess, ann, workspace):
    """QUAL-20"""
    acme = CompanyFactory(workspace=workspace, company_id="6")
    join(ann, acme, now=NOW)
    tess.post(cell(ann, "size", "company"), {"value": "85"}, headers=HTMX)

    receive_company(Workspace.objects.get(pk=workspace.pk), "6", {"size": 90}, Source.PING, now=NOW)

    assert value(acme, "size") == 90


def test_a_company_attribute_outside_the_set_is_read_only(tess, ann, workspace):
    """QUAL-18"""
    attribute(workspace, "tier", about="company")
    join(ann, CompanyFactory(workspace=workspace), now=NOW)

    assert tess.post(cell(ann, "tier", "company"), {"value": "A"}).status_code == 404


def test_a_typed_company_name_makes_a_company_and_attaches(tess, workspace):
    """QUAL-26"""
    ben = LeadFactory(workspace=workspace)

    answer = tess.post(cell(ben, "name", "company"), {"value": "Blue Sun", "record": ""}, headers=HTMX)

    company = Company.objects.get(workspace=workspace)
    assert (company.name, company.company_id) == ("Blue Sun", None)
    assert Membership.objects.filter(person=ben, company=company).exists()
    assert answer.headers["HX-Retarget"] == "#qualification-panel"
    assert 'id="section-companies"' in answer.text


def test_an_existing_company_name_attaches_to_that_one(tess, workspace):
    """QUAL-26"""
    acme = CompanyFactory(workspace=workspace, name="Blue Sun")
    ben = LeadFactory(workspace=workspace)

    tess.post(cell(ben, "name", "company"), {"value": "blue sun"})

    assert Membership.objects.get(person=ben).company == acme
    assert Company.objects.count() == 1


def test_a_blank_company_name_is_refused(tess, workspace):
    ben = LeadFactory(workspace=workspace)

    answer = tess.post(cell(ben, "name", "company"), {"value": "  "}, headers=HTMX)

    assert (answer.status_code, Company.objects.count()) == (422, 0)


def test_without_a_company_its_other_values_cannot_be_edited(tess, workspace):
    ben = LeadFactory(workspace=workspace)

    assert tess.post(cell(ben, "size", "company"), {"value": "5"}).status_code == 404
    assert tess.post(cell(ben, "size", "company", "hold")).status_code == 404


def test_an_edit_never_lands_on_another_company_than_the_one_that_was_seen(tess, ann, workspace):
    seen = CompanyFactory(workspace=workspace, name="Acme")
    join(ann, seen, now=NOW)
    newer = CompanyFactory(workspace=workspace, name="Umbrella")
    join(ann, newer, now=NOW, seen=True)

    answer = tess.post(cell(ann, "size", "company"), {"value": "5", "record": seen.public_id}, headers=HTMX)

    assert (answer.status_code, value(seen, "size"), value(newer, "size")) == (422, None, None)
    assert "another company by now" in answer.text


def test_a_companys_name_edited_on_the_panel_changes_in_its_section_too(tess, ann, workspace):
    """UPD-08"""
    join(ann, CompanyFactory(workspace=workspace, name="Acme"), now=NOW)

    answer = tess.post(cell(ann, "name", "company"), {"value": "Umbrella"}, headers=HTMX)

    assert 'id="section-companies"' in answer.text
    assert answer.text.count("Umbrella") > 1
