"""The one write path, at the core."""

from datetime import timedelta

import pytest
from django.test import override_settings

from apps.attributes.catalogue import catalogue_of
from apps.attributes.history import history_of, refusals_of
from apps.attributes.models import Attribute
from apps.attributes.reports import Reason
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person
from tests.factories import NOW, PersonFactory, attribute

from .conftest import holder, offer, value

pytestmark = pytest.mark.django_db


def test_a_ping_leaves_a_teammates_value_alone(ann, plan):
    """QUAL-08"""
    offer(ann, Source.MANUAL, plan="pro")

    report = offer(ann, Source.PING, plan="free")

    assert value(ann, "plan") == "pro"
    assert report.refused["plan"].reason == Reason.YIELDED


def test_every_channel_in_turn_stands_in_the_history(ann, plan):
    """UPD-01, UPD-04, AUD-05"""
    for number, source in enumerate(
        [Source.PING, Source.REST, Source.MANUAL, Source.OPERATOR, Source.CSV, Source.REST]
    ):
        offer(ann, source, plan=f"value {number}")

    assert [line.source for line in reversed(history_of(ann, "plan"))] == ["ping", "rest", "manual", "csv", "rest"]
    assert [(line.source, line.reason) for line in refusals_of(ann)] == [("operator", "yielded")]


def test_a_pings_unknown_keys_become_attributes_of_the_kind_their_values_show(ann):
    """ATT-21, ATT-24, ATT-25, ATT-29"""
    offer(
        ann,
        Source.PING,
        **{
            "teammates": 4,
            "ratio": 1.5,
            "vip": True,
            "last_order_at": 1350466020,
            "custom_domain": None,
            "plan.name$": "a",
        },
    )

    kinds = dict(Attribute.objects.values_list("name", "kind"))
    assert kinds == {
        "teammates": "number",
        "ratio": "decimal",
        "vip": "boolean",
        "last_order_at": "date",
        "plan_name_": "text",
    }
    assert value(ann, "last_order_at").isoformat() == "2012-10-17T09:27:00+00:00"


def test_a_batch_of_a_thousand_costs_the_statements_of_a_batch_of_one(workspace, plan, django_assert_num_queries):
    """Five statements: lock and read, update within its own savepoint, history."""
    one, *many = PersonFactory.create_batch(101, workspace=workspace)
    workspace.refresh_from_db()
    catalogue_of(workspace, "person")
    with django_assert_num_queries(5):
        write(Person, workspace, {one.pk: {"plan": "a", "name": "Ann"}}, Source.PING, now=NOW)

    with django_assert_num_queries(5):
        write(Person, workspace, {person.pk: {"plan": "a", "name": "Ann"} for person in many}, Source.PING, now=NOW)

    assert value(many[-1], "plan") == "a"


def test_what_changes_nothing_writes_nothing(ann, plan):
    offer(ann, Source.PING, plan="pro")
    Person.objects.update(updated_at=NOW - timedelta(days=1))

    report = offer(ann, Source.PING, plan="pro")

    assert report.changed == {}
    assert len(history_of(ann, "plan")) == 1
    assert Person.objects.get().updated_at == NOW - timedelta(days=1)


# ---- precedence, rule by rule ----------------------------------------------------------------------------------------


def test_operator_fills_only_what_is_empty(ann, plan):
    """QUAL-10, QUAL-11"""
    offer(ann, Source.OPERATOR, plan="50")
    offer(ann, Source.OPERATOR, plan="60")
    after_operator = value(ann, "plan")
    offer(ann, Source.PING, plan="70")
    offer(ann, Source.OPERATOR, plan="80")

    assert (after_operator, value(ann, "plan")) == ("50", "70")


@pytest.mark.parametrize("source", [Source.CSV, Source.REST])
def test_csv_and_rest_override_a_teammate_and_end_the_lock(ann, plan, source):
    """QUAL-12, QUAL-13, QUAL-14, UPD-03"""
    offer(ann, Source.MANUAL, plan="500")
    offer(ann, source, plan="300")
    overridden = value(ann, "plan"), holder(ann, "plan")

    offer(ann, Source.PING, plan="100")

    assert overridden == ("300", source.value)
    assert (value(ann, "plan"), holder(ann, "plan")) == ("100", "ping")


def test_the_same_value_by_rest_ends_the_lock_too(ann, plan):
    """QUAL-14: the source is replaced, whatever the value."""
    offer(ann, Source.MANUAL, plan="pro")
    offer(ann, Source.REST, plan="pro")

    offer(ann, Source.PING, plan="free")

    assert value(ann, "plan") == "free"


def test_a_blank_by_hand_is_held(ann, plan):
    """QUAL-17"""
    offer(ann, Source.PING, plan="100")
    offer(ann, Source.MANUAL, plan="")

    offer(ann, Source.PING, plan="100")

    assert (value(ann, "plan"), holder(ann, "plan")) == (None, "manual")


def test_a_ping_overwrites_a_teammate_on_a_company(acme, workspace):
    """QUAL-20"""
    attribute(workspace, "tier", about="company")
    offer(acme, Source.MANUAL, tier="A")

    offer(acme, Source.PING, tier="B")

    assert value(acme, "tier") == "B"


def test_name_email_and_phone_are_held_like_the_rest(ann):
    """QUAL-28"""
    offer(ann, Source.MANUAL, name="Robert", email="Rob@X.io ", phone="+1")

    offer(ann, Source.PING, name="Bob", email="bob@x.io", phone="+2")

    ann.refresh_from_db()
    assert (ann.name, ann.email, ann.phone) == ("Robert", "rob@x.io", "+1")


# ---- protection ------------------------------------------------------------------------------------------------------


def test_protection_stops_unsigned_pings_alone(ann, workspace):
    """MSG-04, MSG-05, MSG-10"""
    attribute(workspace, "plan", protected=True)
    attribute(workspace, "seats", "number")

    report = offer(ann, Source.PING, plan="pro", seats=3)

    assert report.refused["plan"].reason == Reason.PROTECTED
    assert (value(ann, "plan"), value(ann, "seats")) == (None, 3)
    for source in (Source.SIGNED_PING, Source.REST, Source.CSV, Source.MANUAL):
        offer(ann, source, plan=source.value)
        assert value(ann, "plan") == source.value


def test_the_messenger_may_be_forbidden_to_create_attributes(ann, workspace):
    """MSG-08"""
    workspace.messenger_creates_attributes = False
    workspace.save()

    report = offer(ann, Source.PING, foo=1)

    assert report.refused["foo"].reason == Reason.NOT_CREATED
    assert not Attribute.objects.exists()


# ---- values ----------------------------------------------------------------------------------------------------------


def test_empty_text_null_and_the_words_for_it_clear_a_value(ann, plan):
    """ATT-34, ATT-35"""
    for blank in ("", None, "null", "undefined"):
        offer(ann, Source.PING, plan="pro")
        offer(ann, Source.PING, plan=blank)
        assert value(ann, "plan") is None


def test_the_word_null_is_text_by_rest(ann, plan):
    """ATT-35: only a ping's."""
    offer(ann, Source.REST, plan="null")

    assert value(ann, "plan") == "null"


def test_zero_and_false_are_values(ann, workspace):
    """ATT-36"""
    attribute(workspace, "files", "number")
    attribute(workspace, "vip", "boolean")

    offer(ann, Source.PING, files=0, vip=False)

    assert (value(ann, "files"), value(ann, "vip")) == (0, False)


def test_a_ping_stores_the_first_255_characters_and_rest_refuses(ann, workspace):
    """ATT-33: counted in characters, not bytes."""
    attribute(workspace, "bio")

    by_rest = offer(ann, Source.REST, bio="é" * 256)
    offer(ann, Source.PING, bio="é" * 300)

    assert by_rest.refused["bio"].reason == Reason.TOO_LONG
    assert value(ann, "bio") == "é" * 255


def test_objects_and_arrays_sink_only_their_own_key(ann):
    """ATT-32, MSG-13"""
    report = offer(ann, Source.PING, prefs={"a": 1}, tags2=["x"], vip=True)

    assert {key: refusal.reason for key, refusal in report.refused.items()} == {
        "prefs": Reason.NESTED,
        "tags2": Reason.NESTED,
    }
    assert value(ann, "vip") is True


def test_a_value_that_does_not_fit_leaves_the_old_one(ann, workspace):
    """ATT-38"""
    attribute(workspace, "seats", "number")
    offer(ann, Source.PING, seats=4)

    offer(ann, Source.PING, seats="many")
    kept = value(ann, "seats")
    offer(ann, Source.PING, seats="12")

    assert (kept, value(ann, "seats")) == (4, 12)


def test_an_archived_attribute_takes_nothing_and_keeps_what_it_has(ann, plan):
    """ATT-43"""
    offer(ann, Source.PING, plan="a")
    Attribute.objects.update(archived_at=NOW)
    ann.workspace.refresh_from_db()
    type(ann.workspace).objects.update(attributes_version="0" * 32)

    report = offer(ann, Source.PING, plan="b")

    assert report.refused["plan"].reason == Reason.ARCHIVED
    assert value(ann, "plan") == "a"


def test_a_list_takes_its_options_and_rest_anything(ann, workspace):
    """QUAL-06, D-40"""
    attribute(workspace, "stage", "list", options=["A", "B"])

    refused = [offer(ann, source, stage="Z").refused for source in (Source.PING, Source.CSV, Source.MANUAL)]
    offer(ann, Source.REST, stage="Z")

    assert [refusals["stage"].reason for refusals in refused] == [Reason.NOT_AN_OPTION] * 3
    assert value(ann, "stage") == "Z"


def test_an_option_that_is_gone_is_refused_to_whom_has_it_as_well(ann, workspace):
    """QUAL-06, ATT-19: text that stands there already is not looked into again, but for this"""
    stage = attribute(workspace, "stage", "list", options=["A", "B"])
    offer(ann, Source.CSV, stage="B")
    Attribute.objects.filter(pk=stage.pk).update(options=["A"])
    type(workspace).objects.update(attributes_version="0" * 32)

    report = offer(ann, Source.CSV, stage="B")

    assert report.refused["stage"].reason == Reason.NOT_AN_OPTION


@pytest.mark.parametrize("source", [Source.PING, Source.CSV, Source.REST, Source.MANUAL])
def test_text_that_stands_there_is_refused_where_its_attribute_takes_none(ann, plan, source):
    """ATT-43"""
    offer(ann, source, plan="a")
    Attribute.objects.update(archived_at=NOW)
    type(ann.workspace).objects.update(attributes_version="0" * 32)

    report = offer(ann, source, plan="a")

    assert report.refused["plan"].reason == Reason.ARCHIVED


# ---- keys ------------------------------------------------------------------------------------------------------------


def test_keys_that_differ_by_case_are_different_attributes(ann):
    """ATT-28"""
    offer(ann, Source.PING, **{"Tier": "a", "tier": "b"})

    assert (value(ann, "Tier"), value(ann, "tier")) == ("a", "b")


def test_a_rewritten_key_writes_to_the_attribute_of_that_name(ann, workspace):
    """ATT-31"""
    attribute(workspace, "plan_name")

    offer(ann, Source.PING, **{"plan.name": "pro"})

    assert value(ann, "plan_name") == "pro"
    assert Attribute.objects.count() == 1


def test_a_key_that_looks_like_a_standard_one_is_neither(ann):
    """ATT-03, ATT-10, D-14"""
    report = offer(
        ann, Source.PING, **{"Phone": "+353871", "role": "admin", "signed_up_at": 5, "utm_source": "x", "Last seen": 1}
    )

    assert {refusal.reason for refusal in report.refused.values()} == {Reason.RESERVED}
    assert not Attribute.objects.exists()
    ann.refresh_from_db()
    assert (ann.phone, ann.signed_up_at, ann.utm_source) == (None, None, None)


def test_a_companys_unknown_key_is_dropped(acme):
    """ATT-22"""
    report = offer(acme, Source.PING, tier="A", name="Blue Sun")

    assert report.refused["tier"].reason == Reason.UNKNOWN
    assert value(acme, "name") == "Blue Sun"


def test_over_the_limit_a_new_key_is_dropped_and_the_rest_applies(ann, workspace):
    """ATT-13"""
    attribute(workspace, "one")
    with override_settings(ATTRIBUTE_LIMIT=1):
        report = offer(ann, Source.PING, name="Al", brand_new=1)

    assert report.refused["brand_new"].reason == Reason.LIMIT
    assert value(ann, "name") == "Al"


def test_an_impossible_key_sinks_only_itself(ann):
    report = offer(ann, Source.PING, **{"x" * 191: 1, " ": 2, "ok": 3})

    assert [refusal.reason for refusal in report.refused.values()] == [Reason.TOO_LONG, Reason.INVALID]
    assert value(ann, "ok") == 3


# ---- refusals --------------------------------------------------------------------------------------------------------


def test_a_repeated_refusal_is_counted(ann, workspace):
    """BEY-02"""
    attribute(workspace, "plan", protected=True)
    for _ in range(3):
        offer(ann, Source.PING, plan="pro")

    [line] = refusals_of(ann)
    assert (line.key, line.raw, line.reason, line.count) == ("plan", "pro", "protected", 3)


@override_settings(ATTRIBUTE_LIMIT=1000)
def test_a_record_that_is_full_refuses_its_own_values_alone(ann, workspace):
    """A row has 8 kB for what can stand nowhere else: that record is refused, the batch is not."""
    short = "x" * 23  # too short to be kept outside its row
    names = [f"text {number}" for number in range(335)]
    workspace.attributes.bulk_create(
        Attribute(
            workspace=workspace, about="person", name=name, kind="text", column=f"text_{number:03}",
            created_at=NOW, updated_at=NOW, created_from=Source.REST,
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    other = PersonFactory(workspace=workspace)

    offers = {ann.pk: dict.fromkeys(names, short), other.pk: {"text 0": "y"}}
    reports = write(Person, workspace, offers, Source.REST, now=NOW)

    assert {refusal.reason for refusal in reports[ann.pk].refused.values()} == {Reason.TOO_LARGE}
    assert (value(ann, "text 0"), value(other, "text 0")) == (None, "y")


def test_another_workspaces_record_is_not_found(ann, workspace):
    stranger = PersonFactory()

    reports = write(Person, workspace, {stranger.pk: {"name": "Mallory"}}, Source.REST, now=NOW)

    stranger.refresh_from_db()
    assert (reports, stranger.name) == ({}, None)


def test_a_mixed_batch_leaves_alone_what_an_offer_does_not_name(workspace, plan):
    """UPD-10"""
    ann, ben = PersonFactory.create_batch(2, workspace=workspace)
    for person in (ann, ben):
        offer(person, Source.REST, plan="pro", name="Al")
    workspace.refresh_from_db()

    write(Person, workspace, {ann.pk: {"plan": "free"}, ben.pk: {"name": "Joe Bloggs"}}, Source.REST, now=NOW)

    ben.refresh_from_db()
    assert (value(ann, "plan"), value(ben, "plan"), value(ann, "name")) == ("free", "pro", "Al")
    assert (ben.name, ben.last_name) == ("Joe Bloggs", "Bloggs")


@pytest.mark.parametrize("key", ["User_Id", "Created_At", "EMAIL", "plan "])
def test_a_key_that_looks_like_another_makes_no_attribute(ann, plan, key):
    """D-14; and outer spaces are no part of a name."""
    offer(ann, Source.PING, **{key: "x"})

    assert [attribute.name for attribute in Attribute.objects.all()] == ["plan"]


def test_what_is_sent_to_fill_the_log_does_not(ann):
    """BEY-02, bounded."""
    offer(ann, Source.PING, **{f"b{number}": [] for number in range(300)})

    assert len(refusals_of(ann)) == 100


def test_two_keys_that_read_as_one_name_lose_nothing_in_silence(ann):
    """MSG-13"""
    report = offer(ann, Source.PING, **{"a.b": 1, "a_b": 2})

    assert (value(ann, "a_b"), list(report.refused)) == (2, ["a.b"])
