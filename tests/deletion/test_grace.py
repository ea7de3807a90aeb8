"""From the request to the seventh day: hidden, identifiers held, restored or not (DEL-04…06, DEL-12…14, DEL-17…20)."""

from datetime import timedelta

import pytest

from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.companies.models import Company, Membership
from apps.deletion import grace
from apps.deletion.destroying import destroy_due
from apps.deletion.models import Deletion
from apps.lists.kinds import kind_of
from apps.people import states
from apps.people.arrivals import amend
from apps.people.links import meant
from apps.people.merging import merge_by_hand
from apps.people.models import Person
from apps.tags import noting, tagging
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry
from apps.workspace.problems import Conflict, Missing
from tests.deletion.conftest import DUE, deleted
from tests.factories import NOW, CompanyFactory, PersonFactory

LAST_MOMENT = DUE - timedelta(minutes=1)


def restored(person, now=LAST_MOMENT):
    grace.restore(person, by=NOBODY, now=now)
    return Person.objects.get(pk=person.pk)


def test_from_that_moment_the_person_is_on_no_list_and_behind_no_link(workspace, ann):
    """DEL-05"""
    PersonFactory.create_batch(3, workspace=workspace)

    deleted(ann)

    assert Person.objects.of(workspace).listed().count() == 3
    assert [meant(workspace, asked) for asked in ({"id": ann.public_id}, {"user_id": "123"}, {"email": "a@x.io"})] == [
        [],
        [],
        [],
    ]


def test_restored_within_seven_days_everything_is_as_before(workspace, ana, ann):
    """DEL-06"""
    amend(ann, {"phone": "+353860000001"}, Source.REST, by=NOBODY, now=NOW)
    tag = tagging.find_or_create(workspace, "VIP", by=ana, now=NOW)
    tagging.add(Person, workspace, [ann.pk], tag, by=ana, now=NOW)
    noting.add(ann, "Call back", by=ana, now=NOW)
    Membership.objects.create(
        workspace=workspace, person=ann, company=CompanyFactory(workspace=workspace), created_at=NOW
    )
    before = Person.objects.values().get(pk=ann.pk)
    deleted(ann, by=ana)

    back = restored(ann)

    after = Person.objects.values().get(pk=ann.pk)
    assert {key for key in before if before[key] != after[key]} == {"updated_at"}
    assert [one.tag.name for one in tagging.tags_of(back)] == ["VIP"]
    assert [note.text for note in noting.notes_of(back)] == ["Call back"]
    assert back.companies.count() == 1
    assert not Deletion.objects.exists()


def test_after_seven_days_nobody_is_restored(workspace, ann):
    """DEL-07"""
    deleted(ann)

    with pytest.raises(Missing, match="already destroyed"):
        restored(ann, now=DUE)

    destroy_due(DUE)
    with pytest.raises(Missing, match="already destroyed"):
        grace.pending_or_missing(workspace, ann.public_id)


@pytest.mark.parametrize("move", [states.archive, states.block])
def test_who_was_hidden_before_is_hidden_again_once_restored(move, workspace, ann):
    """DEL-20"""
    hidden = move(ann, by=NOBODY, now=NOW).state
    deleted(ann)

    assert restored(ann).state == hidden


def test_who_was_renamed_in_grace_comes_back_with_the_new_names(workspace, ann):
    """DEL-18: the documented way round"""
    deleted(ann)
    amend(ann, {"external_id": "123_delete", "email": "a_del@x.io"}, Source.REST, by=NOBODY, now=NOW)
    again = deleted(ann, now=NOW + timedelta(days=2))
    new = PersonFactory(workspace=workspace, external_id="123", email="a@x.io")

    back = restored(ann)

    new.refresh_from_db()
    assert again.due_at == DUE  # DEL-14: the second request keeps the first one's time
    assert (back.external_id, back.email, back.state) == ("123_delete", "a_del@x.io", State.ACTIVE)
    assert (new.external_id, new.email, new.state) == ("123", "a@x.io", State.ACTIVE)


@pytest.mark.parametrize(
    ("own_id", "others_id", "comes_back"), [("1", "2", True), (None, "2", False), ("1", None, False)]
)
def test_who_shares_an_email_by_now_comes_back_where_both_have_a_user_id(own_id, others_id, comes_back, workspace):
    """DEL-18, IDN-05"""
    person = PersonFactory(workspace=workspace, external_id=own_id, email="a@x.io")
    deleted(person)
    PersonFactory(workspace=workspace, external_id=others_id, email="a@x.io", name="Bea Poe")

    try:
        state = restored(person).state
    except Conflict:
        state = Person.objects.get(pk=person.pk).state

    assert (state == State.ACTIVE) is comes_back


def test_two_who_share_an_email_are_deleted_and_restored_each_by_themselves(workspace, ann):
    """DEL-12"""
    bea = PersonFactory(workspace=workspace, external_id="124", email="a@x.io")
    for person in (ann, bea):
        deleted(person)

    assert [restored(person).state for person in (ann, bea)] == [State.ACTIVE, State.ACTIVE]


def test_a_second_request_is_the_first_one(workspace, ana, ann):
    """DEL-23"""
    first = deleted(ann, by=ana)

    second = deleted(ann, now=NOW + timedelta(days=1))

    assert second == first
    assert AuditEntry.objects.filter(activity="app_data_deletion").count() == 1


def test_who_was_merged_is_not_deleted_without_the_survivor(workspace, ann):
    """BEY-07"""
    bea = PersonFactory(workspace=workspace)
    merge_by_hand(ann, bea, by=NOBODY, now=NOW)

    with pytest.raises(Conflict, match="merged into somebody else"):
        deleted(ann)

    assert not Deletion.objects.exists()


def test_the_company_keeps_its_totals_and_leaves_the_list_with_its_last_member(workspace, ann):
    """DEL-19, CO-06"""
    acme = CompanyFactory(workspace=workspace, session_count=300)
    Membership.objects.create(workspace=workspace, person=ann, company=acme, created_at=NOW)
    listed = kind_of("company").listed
    deleted(ann)
    while_in_grace = list(listed(workspace))
    destroy_due(DUE)
    destroyed = list(listed(workspace))

    bea = PersonFactory(workspace=workspace)
    Membership.objects.create(workspace=workspace, person=bea, company=acme, created_at=NOW)

    assert (while_in_grace, destroyed) == ([], [])
    assert [company.session_count for company in listed(workspace)] == [300]
    assert Company.objects.get().session_count == 300
