"""Settings → People data through the browser's door, as plain forms and as htmx sends them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes.models import Attribute
from apps.attributes.sources import Source
from apps.companies.models import Company
from apps.people.models import Person
from apps.qualification.choosing import add
from apps.qualification.models import Question
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from tests.attributes.conftest import offer, value
from tests.factories import NOW, PersonFactory, SeatFactory, attribute

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NEW = {"name": "projects", "kind": "number", "description": "Projects owned"}


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


def at(workspace: Workspace, name: str, *more: int, about: str = "person") -> str:
    """An address; those that belong to no attribute belong to people's data, or to companies'."""
    of_all = name in ("attribute-new", "attribute-name", "messenger", "holdings")
    return reverse(f"attributes:{name}", args=[workspace.app_id, *((about,) if of_all else ()), *more])


def of(workspace: Workspace, name: str) -> Attribute:
    return Attribute.objects.get(workspace=workspace, name=name)


# ---- the list --------------------------------------------------------------------------------------------------------


def test_the_list_shows_name_type_description_protection_and_origin(workspace: Workspace, tess: Client) -> None:
    """ATT-58: descriptions are shown wherever an attribute is listed."""
    attribute(workspace, "stage", "list", options=["A", "B"], description="Where the deal stands", protected=True)

    page = tess.get(at(workspace, "people-data")).content.decode()

    for words in ("stage", "List", "Where the deal stands", "Options: A, B", "Protected", "Created · "):
        assert words in page


def test_the_standard_tab_shows_keys_with_exact_case_and_who_writes_them(workspace: Workspace, tess: Client) -> None:
    """ATT-03"""
    page = tess.get(at(workspace, "people-data") + "?tab=standard&q=phone").content.decode()

    assert 'data-copy="phone"' in page
    assert "Teammates, Messenger, REST API, CSV imports" in page
    assert 'data-copy="email"' not in page


def test_what_the_platform_sets_is_said_so(workspace: Workspace, tess: Client) -> None:
    page = tess.get(at(workspace, "people-data") + "?tab=standard&q=browser_version").content.decode()

    assert "Set by the platform" in page


def test_the_meter_counts_people_and_companies_and_leaves_archived_ones_out(workspace: Workspace, tess: Client) -> None:
    """ATT-12"""
    attribute(workspace, "seats")
    attribute(workspace, "tier", about="company")
    Attribute.objects.filter(pk=attribute(workspace, "old").pk).update(archived_at=NOW)

    page = tess.get(at(workspace, "people-data")).content.decode()

    assert "2 of 250 active" in page


def test_the_search_box_looks_through_names_and_descriptions(workspace: Workspace, tess: Client) -> None:
    attribute(workspace, "seats", description="Bought with the contract")
    attribute(workspace, "contract_end", "date")
    attribute(workspace, "colour")

    answer = tess.get(at(workspace, "people-data") + "?q=CONTRACT", headers=HTMX | {"HX-Target": "attributes"})

    page = answer.content.decode()
    assert ("seats" in page, "contract_end" in page, "colour" in page) == (True, True, False)
    assert "<html" not in page


def test_nothing_found_offers_to_clear_the_search(workspace: Workspace, tess: Client) -> None:
    page = tess.get(at(workspace, "people-data") + "?q=<b>").content.decode()

    assert "0 attributes match" in page
    assert "<b>" not in page


def test_sixty_attributes_cost_no_more_queries_than_one(
    workspace: Workspace, tess: Client, django_assert_num_queries: Any
) -> None:
    attribute(workspace, "first")
    tess.get(at(workspace, "people-data"))
    # session, teammate, seat and workspace; attributes, those in use; renames, type changes; two for what uses them
    with django_assert_num_queries(9):
        tess.get(at(workspace, "people-data"))
    for number in range(59):
        attribute(workspace, f"more_{number}")

    with django_assert_num_queries(9):
        tess.get(at(workspace, "people-data"))


def test_counting_for_sixty_attributes_costs_no_more_queries_than_for_one(
    workspace: Workspace, tess: Client, ann: Person, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        attribute(workspace, f"more_{number}")
        offer(ann, Source.PING, **{f"more_{number}": "x"})
    tess.get(at(workspace, "people-data"))

    # session, teammate, seat; attributes; five of the inventory, and what gives its two looks their time limits
    with django_assert_max_num_queries(17):
        page = tess.get(at(workspace, "holdings"), headers=HTMX).content.decode()

    assert page.count("100 % filled") == 60


def test_what_records_hold_comes_after_the_list(workspace: Workspace, tess: Client, ann: Person) -> None:
    """Fill rate, samples, and through which door it was written last."""
    plan = attribute(workspace, "plan_name")
    PersonFactory(workspace=workspace)
    offer(ann, Source.REST, plan_name="Pro <b>")

    page = tess.get(at(workspace, "people-data")).content.decode()
    counts = tess.get(at(workspace, "holdings"), headers=HTMX).content.decode()
    plain = tess.get(at(workspace, "holdings"), follow=True).content.decode()

    assert f'hx-get="{at(workspace, "holdings")}?q=" hx-trigger="load"' in page
    assert "filled" not in page
    for words in ("50 % filled", "Pro &lt;b&gt;", "last written: REST API", f'id="holding-{plan.pk}"'):
        assert words in counts
        assert words in plain
    assert 'hx-swap-oob="true"' in counts


def test_only_what_is_shown_is_told(workspace: Workspace, tess: Client) -> None:
    plan, seats = attribute(workspace, "plan_name"), attribute(workspace, "seats", description="A plan of places")
    attribute(workspace, "colour")

    found = tess.get(at(workspace, "holdings"), {"q": "PLAN"}, headers=HTMX).content.decode()
    alone = tess.get(at(workspace, "holdings"), {"only": seats.pk}, headers=HTMX).content.decode()

    assert (found.count("holding-"), f'id="holding-{plan.pk}"' in found) == (2, True)
    assert (alone.count("holding-"), f'id="holding-{seats.pk}"' in alone) == (1, True)


def test_the_list_says_where_an_attribute_is_used(workspace: Workspace, tess: Client) -> None:
    """ATT-42, ATT-46"""
    attribute(workspace, "budget")
    unused = tess.get(at(workspace, "people-data")).content.decode()

    ask(workspace, "budget")

    assert "Used by" not in unused
    assert "Used by qualification settings" in tess.get(at(workspace, "people-data")).content.decode()


def test_another_workspaces_attributes_are_not_there(workspace: Workspace, tess: Client) -> None:
    """PERM-05"""
    theirs = attribute(SeatFactory().workspace, "secret")

    assert "secret" not in tess.get(at(workspace, "people-data")).content.decode()
    for name in ("attribute", "attribute-edit"):
        assert tess.get(at(workspace, name, theirs.pk)).status_code == 404
    for name in ("attribute-edit", "attribute-archive", "attribute-unarchive"):
        assert tess.post(at(workspace, name, theirs.pk)).status_code == 404


@pytest.mark.parametrize("role", ["agent", "read_only"])
def test_without_the_grant_nothing_is_read_or_made(workspace: Workspace, client: Client, role: str) -> None:
    """PERM-02: managing data is a grant of its own."""
    client.force_login(SeatFactory(workspace=workspace, role=role).teammate)

    assert client.get(at(workspace, "people-data")).status_code == 403
    assert client.post(at(workspace, "attribute-new"), NEW).status_code == 403
    assert not Attribute.objects.filter(workspace=workspace).exists()


def test_nothing_deletes_an_attribute(workspace: Workspace, tess: Client) -> None:
    """ATT-39"""
    old = attribute(workspace, "old")

    statuses = {tess.delete(at(workspace, name, old.pk)).status_code for name in ("attribute", "attribute-edit")}

    assert statuses == {405}
    assert "delete" not in tess.get(at(workspace, "attribute-edit", old.pk)).content.decode().lower()
    assert of(workspace, "old")


# ---- create ----------------------------------------------------------------------------------------------------------


def test_the_form_offers_exactly_six_types(workspace: Workspace, tess: Client) -> None:
    """ATT-20"""
    form = tess.get(at(workspace, "attribute-new")).context["creating"]

    labels = [label for _, label in form.fields["kind"].choices]
    assert labels == ["Text", "Number", "Decimal number", "True/False", "Date", "List"]


def test_the_protection_is_off_until_it_is_chosen(workspace: Workspace, tess: Client) -> None:
    """MSG-06"""
    tess.post(at(workspace, "attribute-new"), NEW)
    tess.post(at(workspace, "attribute-new"), NEW | {"name": "plan_name", "protected": "on"})

    assert of(workspace, "projects").messenger_protected is False
    assert of(workspace, "plan_name").messenger_protected is True


def test_a_plain_form_creates_and_leads_back_to_the_row(workspace: Workspace, tess: Client) -> None:
    """ATT-14"""
    answer = tess.post(at(workspace, "attribute-new"), NEW)

    made = of(workspace, "projects")
    assert (made.kind, made.description, made.created_from) == ("number", "Projects owned", Source.MANUAL)
    assert answer.headers["Location"] == at(workspace, "people-data") + f"#attribute-{made.pk}"
    assert "Projects owned" in tess.get(answer.headers["Location"]).content.decode()


def test_in_place_the_row_the_meter_and_the_tabs_come_back(workspace: Workspace, tess: Client) -> None:
    """ATT-14: the row appears in the list at once."""
    answer = tess.post(at(workspace, "attribute-new"), NEW, headers=HTMX)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    for words in ('id="attributes" hx-swap-oob', 'id="attribute-meter" hx-swap-oob', "1 of 250 active", "projects"):
        assert words in page


def test_creation_fills_in_nothing(workspace: Workspace, tess: Client, ann: Person) -> None:
    """ATT-15"""
    tess.post(at(workspace, "attribute-new"), NEW)

    assert value(ann, "projects") is None


def test_a_bad_name_is_previewed_and_saved_with_underscores(workspace: Workspace, tess: Client) -> None:
    """ATT-30"""
    typed = "!nv@l!d n@me"

    preview = tess.get(at(workspace, "attribute-name"), {"name": typed}, headers=HTMX)
    answer = tess.post(at(workspace, "attribute-new"), NEW | {"name": typed}, follow=True)

    assert "<code>_nv_l_d n_me</code>" in preview.content.decode()
    assert of(workspace, "_nv_l_d n_me")
    assert "Created _nv_l_d n_me." in answer.content.decode()


@pytest.mark.parametrize("name", ["email", "Last seen", "user_id", "last seen"])
def test_a_standard_attributes_name_is_refused_beside_the_field(workspace: Workspace, tess: Client, name: str) -> None:
    """ATT-10"""
    answer = tess.post(at(workspace, "attribute-new"), NEW | {"name": name})

    assert answer.status_code == 422
    assert answer.context["creating"].errors["name"] == [
        f"“{name}” is one of our standard attributes; use a different name."
    ]
    assert not Attribute.objects.filter(workspace=workspace).exists()


def test_the_preview_says_beforehand_that_a_name_is_taken(workspace: Workspace, tess: Client) -> None:
    """ATT-10, ATT-11"""
    attribute(workspace, "The One Ring", about="company")

    standard = tess.get(at(workspace, "attribute-name"), {"name": "email"}).content.decode()
    company = tess.get(at(workspace, "attribute-name"), {"name": "The One Ring"}).content.decode()

    assert "is one of our standard attributes" in standard
    assert "is already in your company data" in company


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 191}, "name"),
        ({"name": "taken"}, "name"),
        ({"kind": "object"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"description": "x" * 501}, "description"),
        ({"kind": "list", "options": "A"}, "options"),
        ({"kind": "list", "options": "A\n A \n"}, "options"),
        ({"kind": "list", "options": "A\n" + "B" * 256}, "options"),
    ],
)
def test_a_wrong_form_comes_back_with_the_error_beside_the_field(
    workspace: Workspace, tess: Client, changes: dict[str, str], field: str
) -> None:
    """ATT-11, ATT-20, ATT-56"""
    attribute(workspace, "taken")

    plain = tess.post(at(workspace, "attribute-new"), NEW | changes)
    in_place = tess.post(at(workspace, "attribute-new"), NEW | changes, headers=HTMX)

    assert [plain.status_code, in_place.status_code] == [422, 422]
    assert list(plain.context["creating"].errors) == [field]
    assert f'id="new-{field}_error"' in in_place.content.decode()
    assert "<html" not in in_place.content.decode()
    assert Attribute.objects.filter(workspace=workspace).count() == 1


def test_a_list_keeps_its_options_once_each(workspace: Workspace, tess: Client) -> None:
    """ATT-56"""
    tess.post(at(workspace, "attribute-new"), NEW | {"kind": "list", "options": " A \r\n\r\nB\r\nA"})

    assert of(workspace, "projects").options == ["A", "B"]


def test_options_sent_with_another_type_are_left_out(workspace: Workspace, tess: Client) -> None:
    tess.post(at(workspace, "attribute-new"), NEW | {"options": "A"})

    assert of(workspace, "projects").options == []


def test_over_the_limit_the_form_says_so(workspace: Workspace, tess: Client, settings: Any) -> None:
    """ATT-12"""
    settings.ATTRIBUTE_LIMIT = 1
    first = attribute(workspace, "first")

    refused = tess.post(at(workspace, "attribute-new"), NEW)
    tess.post(at(workspace, "attribute-archive", first.pk))
    tess.post(at(workspace, "attribute-new"), NEW)

    assert refused.status_code == 422
    assert "the workspace has 1 of 1 attributes in use" in refused.content.decode()
    assert of(workspace, "projects")


# ---- edit ------------------------------------------------------------------------------------------------------------


def test_description_options_and_protection_are_saved(workspace: Workspace, tess: Client) -> None:
    """ATT-17, MSG-06"""
    stage = attribute(workspace, "stage", "list", options=["A", "B"], description="x")
    changes = {"description": "Where the deal stands", "options": "B\nC", "protected": "on"}

    answer = tess.post(at(workspace, "attribute-edit", stage.pk), changes)

    stage.refresh_from_db()
    assert answer.status_code == 302
    assert (stage.description, stage.options, stage.messenger_protected) == ("Where the deal stands", ["B", "C"], True)


def test_the_protection_holds_and_is_lifted_with_the_next_ping(workspace: Workspace, tess: Client, ann: Person) -> None:
    """MSG-06"""
    plan = attribute(workspace, "plan_name")
    tess.post(at(workspace, "attribute-edit", plan.pk), {"protected": "on"})
    offer(ann, Source.PING, plan_name="free")
    held = value(ann, "plan_name")

    tess.post(at(workspace, "attribute-edit", plan.pk), {})
    offer(ann, Source.PING, plan_name="pro")

    assert (held, value(ann, "plan_name")) == (None, "pro")


def test_in_place_the_row_becomes_a_form_and_a_row_again(workspace: Workspace, tess: Client) -> None:
    plan = attribute(workspace, "plan_name")

    form = tess.get(at(workspace, "attribute-edit", plan.pk), headers=HTMX).content.decode()
    saved = tess.post(at(workspace, "attribute-edit", plan.pk), {"description": "What they pay"}, headers=HTMX)
    row = tess.get(at(workspace, "attribute", plan.pk), headers=HTMX).content.decode()

    assert "<form" in form
    assert "A name never changes: archive and create another." in form
    assert 'name="name"' not in form
    assert "What they pay" in saved.content.decode()
    assert "is-saved" in saved.content.decode()
    assert ("What they pay" in row, "<form" in row) == (True, False)


def test_without_script_the_row_opens_in_the_whole_page(workspace: Workspace, tess: Client) -> None:
    plan = attribute(workspace, "plan_name", description="What they pay")

    page = tess.get(at(workspace, "attribute-edit", plan.pk)).content.decode()
    back = tess.get(at(workspace, "attribute", plan.pk))

    assert "<html" in page
    assert f'id="attribute-{plan.pk}-description"' in page
    assert back.headers["Location"] == at(workspace, "people-data") + f"#attribute-{plan.pk}"


@pytest.mark.parametrize(("field", "forged"), [("name", "projects"), ("kind", "date")])
def test_a_forged_name_or_type_is_refused(workspace: Workspace, tess: Client, field: str, forged: str) -> None:
    """ATT-16"""
    misspelt = attribute(workspace, "projcts")

    answer = tess.post(at(workspace, "attribute-edit", misspelt.pk), {"description": "y", field: forged})

    misspelt.refresh_from_db()
    assert answer.status_code == 400
    assert (misspelt.name, misspelt.kind, misspelt.description) == ("projcts", "text", "")


def test_a_list_left_with_one_option_comes_back(workspace: Workspace, tess: Client) -> None:
    """ATT-56"""
    stage = attribute(workspace, "stage", "list", options=["A", "B"])

    answer = tess.post(at(workspace, "attribute-edit", stage.pk), {"options": "A"}, headers=HTMX)

    assert answer.status_code == 422
    assert "A list needs at least two options." in answer.content.decode()
    assert of(workspace, "stage").options == ["A", "B"]


# ---- archive ---------------------------------------------------------------------------------------------------------


def test_an_archived_attribute_moves_to_the_end_and_comes_back_with_its_values(
    workspace: Workspace, tess: Client, ann: Person
) -> None:
    """ATT-41"""
    old = attribute(workspace, "old")
    offer(ann, Source.MANUAL, old="a")

    tess.post(at(workspace, "attribute-archive", old.pk))
    archived = tess.get(at(workspace, "people-data")).content.decode()
    tess.post(at(workspace, "attribute-unarchive", old.pk))

    assert "Archived (1)" in archived
    assert f'aria-label="Edit {old.name}"' not in archived
    assert "Archived (" not in tess.get(at(workspace, "people-data")).content.decode()
    assert value(ann, "old") == "a"


def test_archiving_in_place_brings_the_whole_list(workspace: Workspace, tess: Client) -> None:
    """ATT-41"""
    old = attribute(workspace, "old")

    page = tess.post(at(workspace, "attribute-archive", old.pk), headers=HTMX).content.decode()

    assert 'id="attributes" hx-swap-oob' in page
    assert "Archived (1)" in page
    assert "0 of 250 active" in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_used_is_not_archived_and_its_users_are_named(
    workspace: Workspace, tess: Client, headers: dict[str, str]
) -> None:
    """ATT-42"""
    budget = attribute(workspace, "budget")
    ask(workspace, "budget")

    answer = tess.post(at(workspace, "attribute-archive", budget.pk), headers=headers)

    assert answer.status_code == 422
    assert "Used by qualification settings" in answer.content.decode()
    assert of(workspace, "budget").archived_at is None


def ask(workspace: Workspace, key: str) -> Question:
    from apps.attributes.catalogue import catalogue_of

    workspace.refresh_from_db()
    return add(workspace, catalogue_of(workspace, "person")[key], by=NOBODY, now=NOW)


def test_an_archived_attribute_is_not_edited(workspace: Workspace, tess: Client) -> None:
    """ATT-43"""
    old = attribute(workspace, "old")
    tess.post(at(workspace, "attribute-archive", old.pk))

    answer = tess.post(at(workspace, "attribute-edit", old.pk), {"description": "new"})

    assert answer.status_code == 400
    assert of(workspace, "old").description == ""


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_unarchiving_into_a_full_workspace_is_refused(
    workspace: Workspace, tess: Client, settings: Any, headers: dict[str, str]
) -> None:
    """ATT-44"""
    old, young = attribute(workspace, "old"), attribute(workspace, "young")
    tess.post(at(workspace, "attribute-archive", old.pk))
    settings.ATTRIBUTE_LIMIT = 1

    refused = tess.post(at(workspace, "attribute-unarchive", old.pk), headers=headers)
    still_archived = of(workspace, "old").archived_at
    tess.post(at(workspace, "attribute-archive", young.pk))
    tess.post(at(workspace, "attribute-unarchive", old.pk), headers=headers)

    assert refused.status_code == 422
    assert "has 1 of 1 attributes in use" in refused.content.decode()
    assert still_archived
    assert of(workspace, "old").archived_at is None


# ---- companies -------------------------------------------------------------------------------------------------------


def test_company_data_is_a_room_of_its_own(workspace: Workspace, tess: Client) -> None:
    """ATT-09: the same name is never in both."""
    attribute(workspace, "seats")
    attribute(workspace, "tier", about="company", description="How we serve them")

    page = tess.get(at(workspace, "company-data")).content.decode()
    standard = tess.get(at(workspace, "company-data") + "?tab=standard").content.decode()

    assert ("<h1>Company data</h1>" in page, "How we serve them" in page, "seats" in page) == (True, True, False)
    assert 'data-copy="monthly_spend"' in standard
    assert "2 of 250 active" in page


def test_a_company_attribute_is_made_edited_and_archived_in_its_room(workspace: Workspace, tess: Client) -> None:
    """ATT-14, ATT-17, ATT-40: and has no protection of its own (MSG-09)."""
    made = tess.post(at(workspace, "attribute-new", about="company"), NEW | {"protected": "on"})
    projects = of(workspace, "projects")
    tess.post(at(workspace, "attribute-edit", projects.pk), {"description": "Of all teams", "protected": "on"})
    edited = of(workspace, "projects")
    archived = tess.post(at(workspace, "attribute-archive", projects.pk))

    assert (projects.about, edited.description, edited.messenger_protected) == ("company", "Of all teams", False)
    assert made.headers["Location"] == at(workspace, "company-data") + f"#attribute-{projects.pk}"
    assert archived.headers["Location"] == at(workspace, "company-data")
    assert (
        "Prevent updates via the Messenger"
        not in tess.get(at(workspace, "attribute-new", about="company")).content.decode()
    )


def test_a_name_of_people_is_refused_for_companies(workspace: Workspace, tess: Client) -> None:
    """ATT-11"""
    attribute(workspace, "projects")

    preview = tess.get(at(workspace, "attribute-name", about="company"), {"name": "projects"}).content.decode()
    answer = tess.post(at(workspace, "attribute-new", about="company"), NEW)

    assert "is already in your people data" in preview
    assert answer.status_code == 422


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_company_updates_through_the_messenger_are_prevented_together(
    workspace: Workspace, tess: Client, headers: dict[str, str]
) -> None:
    """MSG-09, AUD-01"""
    for _ in range(2):
        tess.post(at(workspace, "messenger", about="company"), {"forbidden": "on"}, headers=headers)

    workspace.refresh_from_db()
    entries = AuditEntry.objects.filter(workspace=workspace, activity=Activity.SECURITY_CHANGE)
    assert (workspace.messenger_updates_companies, workspace.messenger_creates_attributes) == (False, True)
    assert [entry.metadata for entry in entries] == [{"changes": {"messenger_updates_companies": [True, False]}}]
    assert "Prevent company attribute updates on Messenger" in tess.get(at(workspace, "company-data")).content.decode()


def test_what_companies_hold_is_counted(workspace: Workspace, tess: Client, acme: Company) -> None:
    attribute(workspace, "tier", about="company")
    offer(acme, Source.PING, tier="gold")

    counts = tess.get(at(workspace, "holdings", about="company"), headers=HTMX).content.decode()

    assert "100 % filled" in counts
    assert "gold" in counts


# ---- the switch ------------------------------------------------------------------------------------------------------


def test_the_switch_keeps_pings_from_making_attributes(workspace: Workspace, tess: Client, ann: Person) -> None:
    """MSG-08"""
    tess.post(at(workspace, "messenger"), {"forbidden": "on"})
    offer(ann, Source.PING, foo=1)
    none = Attribute.objects.filter(workspace=workspace).count()

    tess.post(at(workspace, "messenger"), {})
    offer(ann, Source.PING, foo=1)

    assert (none, Attribute.objects.filter(workspace=workspace).count()) == (0, 1)


def test_the_switch_is_recommended_and_audited_once(workspace: Workspace, tess: Client) -> None:
    """MSG-08, AUD-01"""
    for _ in range(2):
        tess.post(at(workspace, "messenger"), {"forbidden": "on"}, headers=HTMX)

    entries = AuditEntry.objects.filter(workspace=workspace, activity=Activity.SECURITY_CHANGE)
    assert [entry.metadata for entry in entries] == [{"changes": {"messenger_creates_attributes": [True, False]}}]
    assert "Recommended." in tess.get(at(workspace, "people-data")).content.decode()


def test_every_change_of_an_attribute_is_audited(workspace: Workspace, tess: Client) -> None:
    """AUD-01"""
    tess.post(at(workspace, "attribute-new"), NEW)
    pk = of(workspace, "projects").pk
    tess.post(at(workspace, "attribute-edit", pk), {"description": "x"})
    tess.post(at(workspace, "attribute-archive", pk))
    tess.post(at(workspace, "attribute-unarchive", pk))

    activities = AuditEntry.objects.filter(workspace=workspace).order_by("pk").values_list("activity", flat=True)
    assert list(activities) == [
        Activity.ATTRIBUTE_CREATION,
        Activity.ATTRIBUTE_CHANGE,
        Activity.ATTRIBUTE_ARCHIVAL,
        Activity.ATTRIBUTE_UNARCHIVAL,
    ]
