"""What segments ask for is not taken from under them (ATT-42, SEG-08, TAG-03)."""

import pytest

from apps.attributes import usage as attribute_usage
from apps.attributes.defining import archive
from apps.attributes.models import Attribute
from apps.attributes.retyping import preview
from apps.segments import saving
from apps.segments.language import Filter
from apps.segments.models import Segment
from apps.segments.usage import users_of, users_of_each
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.problems import Dependants
from tests.factories import NOW, WorkspaceFactory, attribute
from tests.segments.conftest import both, either

pytestmark = pytest.mark.django_db


def fresh(workspace: Workspace) -> Workspace:
    return Workspace.objects.get(pk=workspace.pk)


def save(workspace: Workspace, name: str, asked: Filter, about: str = "person") -> Segment:
    return saving.create(fresh(workspace), about, name, asked, by=NOBODY, now=NOW)


def again(made: Attribute) -> Attribute:
    """The attribute as the next request reads it."""
    return Attribute.objects.get(pk=made.pk)


def test_an_attribute_that_a_segment_asks_for_is_not_archived(workspace):
    """ATT-42"""
    plan = attribute(workspace, "plan")
    save(workspace, "Trials", both(("custom_attributes.plan", "is", "trial")))

    with pytest.raises(Dependants) as caught:
        archive(plan, by=NOBODY, now=NOW)

    assert caught.value.message == "Used by segment: Trials. Remove it there first."
    assert Attribute.objects.get(pk=plan.pk).archived_at is None


def test_it_is_archived_once_the_segment_is_gone(workspace):
    """ATT-42"""
    plan = attribute(workspace, "plan")
    segment = save(workspace, "Trials", both(("custom_attributes.plan", "is", "trial")))
    saving.delete(segment, by=NOBODY, now=NOW)

    archive(again(plan), by=NOBODY, now=NOW)

    assert Attribute.objects.get(pk=plan.pk).archived_at == NOW


def test_an_attribute_of_companies_is_used_through_their_people_as_well(workspace):
    """ATT-42, FILT-13"""
    tier = attribute(workspace, "tier", about="company")
    save(workspace, "Gold people", both(("company.custom_attributes.tier", "is", "gold")))
    save(workspace, "Gold", both(("custom_attributes.tier", "is", "gold")), about="company")

    assert attribute_usage.uses_of(again(tier)) == ["segment: Gold people", "segment: Gold"]


def test_only_the_attributes_that_are_asked_for_are_in_use(workspace):
    plan, files = attribute(workspace, "plan"), attribute(workspace, "files", "number")
    twice = either(("custom_attributes.plan", "is", "a"), ("custom_attributes.plan", "is", "b"), ("city", "is", "c"))
    save(workspace, "Trials", twice)

    assert attribute_usage.uses_of_each([again(plan), again(files)]) == {plan.pk: ["segment: Trials"], files.pk: []}


def test_the_preview_of_a_type_change_names_the_segments(workspace):
    """BEY-06"""
    plan = attribute(workspace, "plan")
    save(workspace, "Trials", both(("custom_attributes.plan", "is", "trial")))

    assert preview(again(plan), "number").uses == ["segment: Trials"]


def test_what_uses_attributes_is_read_in_as_many_queries_for_many_as_for_one(workspace, django_assert_num_queries):
    made = [attribute(workspace, f"plan{number}") for number in range(5)]
    for one in made:
        save(workspace, one.name, both((f"custom_attributes.{one.name}", "is", "a")))
    attribute_usage.uses_of(again(made[0]))  # so that the catalogues are read
    one, all_five = [again(made[0])], [again(attribute) for attribute in made]

    with django_assert_num_queries(2):  # the workspace, and the qualification settings
        attribute_usage.uses_of_each(one)
    with django_assert_num_queries(2):
        found = attribute_usage.uses_of_each(all_five)

    assert found == {one.pk: [f"segment: {one.name}"] for one in made}


def test_a_field_is_used_as_a_whole_or_with_one_value(workspace):
    """TAG-03: one tag, not any."""
    first = save(workspace, "A", both(("city", "is", "Cork")))
    second = save(workspace, "B", both(("city", "is", "Galway"), ("segment", "in", str(first.pk))))
    save(workspace, "C", both(("name", "is", "Cork")))
    known = fresh(workspace)

    assert (users_of(known, "city"), users_of(known, "city", "Cork")) == (["A", "B"], ["A"])
    assert users_of_each(known, "segment", [first.pk, second.pk]) == {first.pk: ["B"], second.pk: []}


def test_what_another_workspace_asks_for_is_not_in_use_here(workspace):
    other = WorkspaceFactory()
    attribute(other, "plan")
    plan = attribute(workspace, "plan")
    save(other, "Trials", both(("custom_attributes.plan", "is", "trial")))

    assert attribute_usage.uses_of(again(plan)) == []
