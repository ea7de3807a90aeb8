"""Making, changing and archiving attributes, at the core."""

import pytest
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.test import override_settings

from apps.attributes import defining
from apps.attributes.catalogue import catalogue_of
from apps.attributes.columns import SUPPLY
from apps.attributes.models import Attribute
from apps.attributes.reports import Reason, Refusal
from apps.attributes.sources import Source
from apps.attributes.values import Value, read
from apps.people.models import Person
from apps.qualification.choosing import add
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry
from apps.workspace.problems import Dependants
from tests.factories import NOW, PersonFactory, WorkspaceFactory, attribute

from .conftest import offer, value

pytestmark = pytest.mark.django_db


def define(workspace, name, kind="text", about="person", source=Source.REST, **more):
    return defining.define(workspace, about, name, kind, source=source, by=NOBODY, now=NOW, **more)


def refusal(*args, **more):
    with pytest.raises(Refusal) as refused:
        define(*args, **more)
    return refused.value


@pytest.mark.parametrize(
    "name", ["email", "user_id", "external_id", "Last seen", "last SEEN", "created_at", "role", "Tag"]
)
def test_a_standard_name_is_taken(workspace, name):
    """ATT-10, ATT-57"""
    assert refusal(workspace, name).reason == Reason.RESERVED


@pytest.mark.parametrize("name", ["email", "phone", "Email"])
def test_a_standard_name_of_people_is_free_for_companies(workspace, name):
    """ATT-10"""
    assert define(workspace, name, about="company").name == name


@pytest.mark.parametrize("name", ["plan", "size", "industry"])
def test_a_standard_name_of_companies_is_free_for_people(workspace, name):
    """ATT-11, D-41"""
    assert define(workspace, name).name == name


def test_a_name_taken_on_the_other_model_is_refused(workspace):
    """ATT-11"""
    define(workspace, "The One Ring", about="company")

    refused = refusal(workspace, "The One Ring")

    assert "already in your company data" in refused.message


@pytest.mark.parametrize("name", ["!nv@l!d n@me", "plan.name", "price$", "a[b]", "", "   ", "a\x00", "x" * 191])
def test_rest_refuses_a_bad_name(workspace, name):
    """ATT-30"""
    assert refusal(workspace, name).reason in (Reason.INVALID, Reason.TOO_LONG)


@pytest.mark.parametrize("name", ["price €", "MRR £-net_2", "Größe", "名前", "x" * 190])
def test_rest_takes_letters_digits_currency_signs_hyphens_and_spaces(workspace, name):
    """ATT-30, D-03"""
    assert define(workspace, name).name == name


def test_the_form_rewrites_a_bad_name(workspace):
    """ATT-29, ATT-30"""
    assert define(workspace, "!nv@l!d n@me", source=Source.MANUAL).name == "_nv_l_d n_me"


def test_people_and_companies_count_together_against_the_limit(workspace):
    """ATT-12, ATT-44, D-36"""
    with override_settings(ATTRIBUTE_LIMIT=2):
        define(workspace, "one")
        two = define(workspace, "two", about="company")
        over = refusal(workspace, "three")
        defining.archive(two, by=NOBODY, now=NOW)
        define(workspace, "three")

        with pytest.raises(Refusal) as unarchiving:
            defining.unarchive(two, by=NOBODY, now=NOW)

    assert (over.reason, unarchiving.value.reason) == (Reason.LIMIT, Reason.LIMIT)


def test_a_type_without_a_free_column_is_refused_with_a_way_out(workspace, monkeypatch):
    monkeypatch.setitem(SUPPLY, "flag", 1)
    define(workspace, "flag", "boolean")

    refused = refusal(workspace, "one more", "boolean")

    assert refused.reason == Reason.LIMIT
    assert "Use another type" in refused.message


def test_a_list_needs_two_options(workspace):
    """ATT-56"""
    assert "two options" in refusal(workspace, "stage", "list", options=["A", " A "]).message
    assert define(workspace, "stage", "list", options=["A", "B"]).options == ["A", "B"]


def test_a_new_attribute_is_unknown_for_everyone(workspace):
    """ATT-15"""
    people = PersonFactory.create_batch(3, workspace=workspace)

    define(workspace, "projects", "number")

    workspace.refresh_from_db()
    projects = catalogue_of(workspace, "person")["projects"]
    assert Person.objects.annotate(projects=Value(projects)).filter(projects=None).count() == len(people)


def test_an_attribute_in_use_is_not_archived(workspace):
    """ATT-42"""
    budget = attribute(workspace, "budget")
    workspace.refresh_from_db()
    add(workspace, catalogue_of(workspace, "person")["budget"], by=NOBODY, now=NOW)

    with pytest.raises(Dependants) as refused:
        defining.archive(budget, by=NOBODY, now=NOW)

    assert refused.value.message == "Used by qualification settings. Remove it there first."
    assert Attribute.objects.get().archived_at is None


def test_an_attribute_comes_back_with_its_values(workspace):
    """ATT-41, ATT-43"""
    ann = PersonFactory(workspace=workspace)
    old = attribute(workspace, "old")
    offer(ann, Source.PING, old="a")
    defining.archive(old, by=NOBODY, now=NOW)
    offer(ann, Source.PING, old="b")

    defining.unarchive(old, by=NOBODY, now=NOW)

    assert value(ann, "old") == "a"


def test_protection_is_switched_either_way(workspace):
    """MSG-06: and the switch is in the activity log (AUD-01)."""
    ann = PersonFactory(workspace=workspace)
    plan = attribute(workspace, "plan")
    defining.edit(plan, by=NOBODY, now=NOW, protected=True)
    offer(ann, Source.PING, plan="pro")
    kept = value(ann, "plan")
    defining.edit(plan, by=NOBODY, now=NOW, protected=False)

    offer(ann, Source.PING, plan="pro")

    assert (kept, value(ann, "plan")) == (None, "pro")
    assert AuditEntry.objects.filter(activity=Activity.ATTRIBUTE_PROTECTION).count() == 2


def test_a_rolled_back_attribute_leaves_no_trace_in_the_catalogue(workspace):
    """The kept catalogue is told apart by a random version, not by a counter."""

    class Abandoned(Exception):
        pass

    def abandon():
        with transaction.atomic():
            define(workspace, "ghost")
            assert catalogue_of(workspace, "person").get("ghost")
            raise Abandoned

    with pytest.raises(Abandoned):
        abandon()
    define(workspace, "real")

    assert [d.key for d in catalogue_of(workspace, "person").custom] == ["real"]


def test_a_value_is_reached_inside_a_subquery(workspace):
    """The expression resolves against the query's own alias."""
    ann, ben = PersonFactory.create_batch(2, workspace=workspace)
    attribute(workspace, "plan")
    offer(ann, Source.PING, plan="pro")
    workspace.refresh_from_db()
    plan = catalogue_of(workspace, "person")["plan"]

    same_plan = Person.objects.filter(pk=OuterRef("pk")).annotate(plan=Value(plan)).filter(plan="pro")

    assert list(Person.objects.filter(Exists(same_plan)).values_list("pk", flat=True)) == [ann.pk]
    assert read(Person, [ben.pk], [plan]) == {ben.pk: {"plan": None}}


def test_two_workspaces_share_nothing(workspace):
    other = WorkspaceFactory()
    define(workspace, "plan")

    assert define(other, "plan", "number").column == "number_000"
    assert catalogue_of(workspace, "person")["plan"].kind.name == "text"


def test_the_limit_is_met_whatever_the_kinds_are():
    """ATT-12: archived attributes keep their columns, so there are more columns of each type than attributes in use."""
    assert min(SUPPLY.values()) > 250
