"""What can be asked: the catalogue of fields, and the ones that people and companies bring themselves."""

from datetime import timedelta

import pytest

from apps.attributes.defining import archive
from apps.attributes.models import State, model_of
from apps.people.models import Person, Role
from apps.segments import catalogue
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, LeadFactory, SeatFactory, WorkspaceFactory, attribute
from tests.segments.conftest import both, company, given

pytestmark = pytest.mark.django_db


def fields(workspace: Workspace, about: str = "person") -> dict[str, catalogue.Field]:
    return {field.address: field for field in catalogue.fields(Workspace.objects.get(pk=workspace.pk), about)}


def shown(workspace: Workspace, address: str, about: str = "person") -> dict[str, object]:
    """A field as the column of a list: name → what stands there."""
    field = fields(workspace, about)[address]
    records = model_of(about).objects.of(workspace).annotate(shown=field.column)
    return dict(records.values_list("name", "shown"))


# ---- the catalogue ---------------------------------------------------------------------------------------------------


def test_fields_stand_under_the_headings_of_the_picker_in_their_order(workspace):
    """ATT-45, FILT-16"""
    attribute(workspace, "plan")
    attribute(workspace, "tier", about="company")

    groups = list(dict.fromkeys(field.group for field in fields(workspace).values()))

    assert [group for group in groups if group not in ("Events", "Tags", "Segments")] == [
        "Standard people attributes",
        "Custom people attributes",
        "Company",
        "Owner and type",
    ]
    assert {field.address for field in fields(workspace).values() if field.group == "Owner and type"} == {
        "owner_id",
        "role",
    }


@pytest.mark.parametrize("about", ["person", "company"])
def test_no_two_fields_of_a_heading_have_the_same_name(about, workspace):
    named = [(field.group, field.label.lower()) for field in fields(workspace, about).values()]

    assert sorted(named) == sorted(set(named))


def test_a_company_has_fields_of_its_own(workspace):
    attribute(workspace, "tier", about="company")

    known = fields(workspace, "company")

    assert {"name", "plan", "people", "custom_attributes.tier"} <= known.keys()
    assert [address for address in known if address.startswith("company.")] == []


def test_every_field_is_found_again_by_its_address(workspace):
    for about in ("person", "company"):
        for name in ("tier", "with.dots", "with space"):
            attribute(workspace, f"{about} {name}", about=about)
        fresh = Workspace.objects.get(pk=workspace.pk)
        known = fields(workspace, about)

        assert {address: catalogue.find(fresh, about, address) is not None for address in known} == dict.fromkeys(
            known, True
        )
        assert [catalogue.find(fresh, about, address).address for address in known] == list(known)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            ".",
            "nowhere",
            "plan",
            "role.x",
            "custom_attributes",
            "custom_attributes.nowhere",
            "custom_attributes.name",
        ),
        *("company.", "company.nowhere", "company.custom_attributes.name", "company.company", "company.people"),
    ],
)
def test_an_address_of_nothing_finds_nothing(address, workspace):
    attribute(workspace, "plan")

    assert catalogue.find(Workspace.objects.get(pk=workspace.pk), "person", address) is None


def test_an_archived_attribute_is_neither_offered_nor_found(workspace):
    """FILT-17"""
    archive(attribute(workspace, "plan"), by=NOBODY, now=NOW)
    archive(attribute(workspace, "tier", about="company"), by=NOBODY, now=NOW)
    fresh = Workspace.objects.get(pk=workspace.pk)

    assert {"custom_attributes.plan", "company.custom_attributes.tier"} & fields(workspace).keys() == set()
    assert catalogue.find(fresh, "person", "custom_attributes.plan") is None
    assert catalogue.find(fresh, "person", "company.custom_attributes.tier") is None


def test_a_list_offers_its_options_and_then_what_people_hold_beside_them(workspace, plant):
    """FILT-08"""
    attribute(workspace, "stage", "list", options=["A", "B"])
    plant("Ann", {"stage": "Z"})

    assert [value for value, _ in fields(workspace)["custom_attributes.stage"].choices()] == ["A", "B", "Z"]


# ---- owner and role --------------------------------------------------------------------------------------------------


def test_people_are_found_by_their_owner(workspace, plant, found):
    """FILT-16"""
    tess = SeatFactory(workspace=workspace).teammate
    olaf = SeatFactory(workspace=workspace).teammate
    for number in range(10):
        plant(f"Person {number}", owner=tess if number < 3 else olaf if number < 5 else None)

    assert found(("owner_id", "is", tess.pk)) == ["Person 0", "Person 1", "Person 2"]
    assert len(found(("owner_id", "is_not", tess.pk))) == 7
    assert len(found(("owner_id", "is_unknown"))) == 5
    assert [label for _, label in fields(workspace)["owner_id"].choices()] == [str(tess), str(olaf)]


def test_users_and_leads_are_told_apart(workspace, plant, found):
    """FILT-16, FILT-17"""
    plant("Ann")
    LeadFactory(workspace=workspace, name="Ben")
    plant("Nobody", role=Role.VISITOR)

    assert found(("role", "is", "user")) == ["Ann"]
    assert found(("role", "is_not", "user")) == ["Ben"]
    assert found(("role", "is", "visitor")) == []
    assert fields(workspace)["role"].choices() == (("user", "User"), ("lead", "Lead"))


# ---- companies -------------------------------------------------------------------------------------------------------


def test_people_are_found_by_whether_they_belong_to_a_company(workspace, plant, found):
    """FILT-16"""
    company(workspace, "Acme", plant("Ann"))
    company(workspace, "Gone", plant("Ben"), state=State.ARCHIVED)
    plant("Cem")

    assert found(("company", "is_any")) == ["Ann"]
    assert found(("company", "is_none")) == ["Ben", "Cem"]


def test_another_workspaces_companies_are_not_asked(workspace, plant, found):
    company(WorkspaceFactory(), "Acme", plant("Ann"), plan="pro")

    assert found(("company.plan", "is", "pro")) == []


def test_a_column_shows_the_company_that_a_person_was_last_seen_with(workspace, plant):
    ann, ben, cem = plant("Ann"), plant("Ben"), plant("Cem")
    attribute(workspace, "tier", about="company")
    company(workspace, "Acme", ann, plan="pro", seen=NOW, values={"tier": "gold"})
    company(workspace, "Later", ann, plan="free", seen=NOW + timedelta(hours=1))
    company(workspace, "Never", ann, ben, plan="trial")
    company(workspace, "Gone", ann, cem, plan="gone", seen=NOW + timedelta(hours=2), state=State.ARCHIVED)

    assert shown(workspace, "company.plan") == {"Ann": "free", "Ben": "trial", "Cem": None}
    assert shown(workspace, "company.custom_attributes.tier") == {"Ann": None, "Ben": None, "Cem": None}


def test_a_company_tells_how_many_people_belong_to_it(workspace, plant, found):
    """CO-06"""
    ann, ben = plant("Ann"), plant("Ben")
    company(workspace, "Acme", ann, ben, plant("Gone", state=State.BLOCKED), plant("Nobody", role=Role.VISITOR))
    company(workspace, "Small", ann)
    company(workspace, "Empty")

    assert shown(workspace, "people", "company") == {"Acme": 2, "Small": 1, "Empty": 0}
    assert found(("people", "greater_than", 1), about="company") == ["Acme"]
    assert found(("people", "is", 0), about="company") == ["Empty"]


def test_companies_are_found_by_their_own_attributes(workspace, found):
    attribute(workspace, "tier", about="company")
    company(workspace, "Acme", plan="pro", values={"tier": "gold"})
    company(workspace, "Small", plan="pro")

    assert found(both(("plan", "is", "pro"), ("custom_attributes.tier", "is", "gold")), about="company") == ["Acme"]
    assert found(("custom_attributes.tier", "is_not", "gold"), about="company") == ["Small"]


def test_a_later_value_of_a_company_is_found_at_once(workspace, plant, found):
    """BEY-18"""
    acme = company(workspace, "Acme", plant("Ann"))
    given(acme, {"plan": "pro"})

    assert found(("company.plan", "is", "pro")) == ["Ann"]
    assert Person.objects.count() == 1
