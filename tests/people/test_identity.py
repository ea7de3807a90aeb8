"""Who is meant, and who may be made: people arriving at the core."""

import pytest

from apps.attributes.models import State
from apps.attributes.sources import Source
from apps.deletion import grace
from apps.people import arrivals, identity, states
from apps.people.arrivals import Payload
from apps.people.identity import Fate
from apps.people.models import Person
from apps.workspace.hands import NOBODY
from apps.workspace.problems import Conflict, Problem
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return WorkspaceFactory()


def ping(workspace, *many, **values):
    payloads = [
        Payload(identity.claim(v.get("user_id"), v.get("email"), v.pop("cookie", None), Source.PING), v)
        for v in (many or [values])
    ]
    arrived = arrivals.receive(workspace, payloads, Source.PING, now=NOW)
    return arrived if many else arrived[0]


def create(workspace, role="user", **offer):
    return arrivals.admit(workspace, role, offer, Source.REST, by=NOBODY, now=NOW)[0]


def test_a_user_id_decides_and_an_unknown_one_makes_a_user(workspace):
    """IDN-02, IDN-03, LINK-02"""
    PersonFactory(workspace=workspace, external_id=None, email="a@x.io")

    arrived = ping(workspace, user_id="9", email="a@x.io")

    assert arrived.created
    assert Person.objects.filter(email="a@x.io", role="user").count() == 2


def test_an_email_alone_means_its_one_user_whatever_its_case(workspace):
    """IDN-08"""
    bob = create(workspace, email="Bob@X.io")

    arrived = ping(workspace, email=" BOB@x.io", name="Bob")

    assert (arrived.pk, arrived.created) == (bob.pk, False)
    assert Person.objects.get().name == "Bob"


def test_user_ids_compare_exactly(workspace):
    """IDN-08"""
    ping(workspace, user_id="A1")

    assert ping(workspace, user_id="a1").created


def test_an_email_of_several_users_is_ambiguous(workspace):
    """MSG-18"""
    PersonFactory.create_batch(2, workspace=workspace, email="a@x.io")

    assert ping(workspace, email="a@x.io").fate is Fate.AMBIGUOUS


def test_a_lead_is_not_meant_by_a_users_email(workspace):
    """MSG-02: a ping with an email is a user's."""
    LeadFactory(workspace=workspace, email="a@x.io")

    assert ping(workspace, email="a@x.io").created


def test_without_identity_a_visitor_is_kept_by_cookie(workspace):
    """MSG-02, IDN-09"""
    first = ping(workspace, cookie="c1")

    again = ping(workspace, cookie="c1")

    assert (first.created, again.created, first.pk == again.pk) == (True, False, True)
    assert Person.objects.get().role == "visitor"
    assert not Person.objects.listed().exists()


def test_signed_up_is_the_first_ping_unless_the_snippet_says(workspace):
    """ATT-48, ATT-50"""
    ping(workspace, user_id="9")
    ping(workspace, user_id="10", created_at=1234567890)
    ping(workspace, user_id="10")

    nine, ten = Person.objects.order_by("pk")
    assert (nine.signed_up_at, ten.signed_up_at.isoformat()) == (NOW, "2009-02-13T23:31:30+00:00")


def test_by_rest_signed_up_stays_unknown(workspace):
    """ATT-49"""
    assert create(workspace, external_id="10").signed_up_at is None


@pytest.mark.parametrize("state", [State.ARCHIVED, State.BLOCKED, State.PENDING_DELETION])
def test_a_user_id_stays_taken_whatever_the_state(workspace, state):
    """IDN-04, DEL-12"""
    PersonFactory(workspace=workspace, external_id="123", state=state)

    with pytest.raises(Conflict):
        create(workspace, external_id="123")


def test_a_conflict_names_the_holder(workspace):
    """IDN-05, IDN-07"""
    ann = create(workspace, email="a@x.io")

    with pytest.raises(Conflict) as conflict:
        create(workspace, email="A@x.io")

    assert conflict.value.message == f"A contact matching those details already exists with id={ann.public_id}"


def test_an_email_may_be_shared_when_both_carry_user_ids(workspace):
    """IDN-06"""
    create(workspace, external_id="1", email="a@x.io")

    create(workspace, external_id="2", email="a@x.io")

    with pytest.raises(Conflict):
        create(workspace, email="a@x.io")


def test_a_hidden_holders_email_is_not_shared(workspace):
    """IDN-06, DEL-12"""
    ann = create(workspace, external_id="123", email="a@x.io")
    grace.request(ann, by=NOBODY, now=NOW)

    with pytest.raises(Conflict):
        create(workspace, external_id="999", email="a@x.io")


def test_leads_share_emails_freely(workspace):
    """IDN-17"""
    create(workspace, "lead", email="l@x.io")
    create(workspace, "lead", email="l@x.io")

    assert Person.objects.filter(role="lead").count() == 2


def test_a_user_never_becomes_a_lead(workspace):
    """IDN-15"""
    ann = create(workspace, external_id="1")

    with pytest.raises(Problem, match="can't be converted to a lead"):
        arrivals.amend(ann, {}, Source.REST, by=NOBODY, now=NOW, role="lead")


def test_a_contact_has_one_email(workspace):
    """IDN-18"""
    with pytest.raises(Problem, match="one email"):
        create(workspace, email="a@x.io,b@x.io")


def test_an_id_beats_a_user_id_which_is_then_changed(workspace):
    """IDN-01"""
    ann = create(workspace, external_id="1")

    arrivals.amend(ann, {"external_id": "2"}, Source.REST, by=NOBODY, now=NOW)

    assert Person.objects.get().external_id == "2"


def test_a_ping_in_grace_is_dropped(workspace):
    """DEL-17"""
    ann = create(workspace, external_id="123", email="a@x.io")
    grace.request(ann, by=NOBODY, now=NOW)
    live = create(workspace, external_id="5")

    fates = [
        arrived.fate
        for arrived in ping(workspace, {"user_id": "123"}, {"user_id": "999", "email": "a@x.io"}, {"email": "a@x.io"})
    ]
    ping(workspace, user_id="5", email="a@x.io")

    assert fates == [Fate.IN_GRACE] * 3
    assert Person.objects.count() == 2
    assert Person.objects.get(pk=live.pk).email == "a@x.io"


def test_a_restored_person_is_as_before(workspace):
    """DEL-06, DEL-23"""
    ann = create(workspace, external_id="123", email="a@x.io", name="Ann")
    first = grace.request(ann, by=NOBODY, now=NOW)
    assert grace.request(ann, by=NOBODY, now=NOW).pk == first.pk
    assert not Person.objects.listed().exists()

    grace.restore(ann, by=NOBODY, now=NOW)

    assert [(p.external_id, p.email, p.name) for p in Person.objects.listed()] == [("123", "a@x.io", "Ann")]


def test_an_archived_user_returns_by_ping_and_a_blocked_one_does_not(workspace):
    """IDN-20, IDN-22, MSG-16"""
    ann, eve = create(workspace, external_id="1"), create(workspace, external_id="5")
    states.archive(ann, by=NOBODY, now=NOW)
    states.block(eve, by=NOBODY, now=NOW)

    fates = [arrived.fate for arrived in ping(workspace, {"user_id": "1"}, {"user_id": "5"})]

    assert fates == [Fate.FOUND, Fate.BLOCKED]
    assert [person.pk for person in Person.objects.listed()] == [ann.pk]


def test_the_same_newcomer_twice_in_a_batch_is_made_once_and_written_in_order(workspace):
    """IMP-24 at the core."""
    first, second = ping(workspace, {"user_id": "1", "name": "a"}, {"user_id": "1", "name": "b"})

    assert (first.created, second.created) == (True, False)
    assert Person.objects.get().name == "b"


def test_a_batch_of_newcomers_costs_the_same_statements_as_one(workspace, django_assert_max_num_queries):
    many = [{"user_id": f"u{number}", "name": "Al"} for number in range(10)]
    with django_assert_max_num_queries(25):
        ping(workspace, *many)

    assert Person.objects.count() == 10


def test_names_are_split_when_they_change(workspace):
    """NAME-01, NAME-07"""
    ann = create(workspace, external_id="1", name="  Joe Bloggs, CBA ")
    arrivals.amend(ann, {"name": "Bloggs, Ann"}, Source.REST, by=NOBODY, now=NOW)
    ann.refresh_from_db()

    assert (ann.name, ann.first_name, ann.last_name) == ("Bloggs, Ann", "Ann", "Bloggs")


def test_a_name_is_kept_as_received_but_for_outer_spaces(workspace):
    """NAME-05, NAME-07"""
    assert create(workspace, external_id="1", name="  Joe Bloggs, CBA ").name == "Joe Bloggs, CBA"


@pytest.mark.parametrize("blank", [None, "", "null"])
def test_a_blank_user_id_takes_nothing_away(workspace, blank):
    """IDN-04: whoever knows an email cannot take somebody's user_id from them."""
    ann = create(workspace, external_id="1", email="a@x.io")

    ping(workspace, email="a@x.io", user_id=blank, name="Ann")

    ann.refresh_from_db()
    assert (ann.external_id, ann.name) == ("1", "Ann")


def test_a_user_keeps_an_identifier_however_it_was_read_before(workspace):
    """API-04: what a user is called is judged by the row as it stands, not as somebody saw it."""
    ann = create(workspace, external_id="1", email="a@x.io")
    stale = Person.objects.get(pk=ann.pk)
    arrivals.amend(ann, {"external_id": None}, Source.REST, by=NOBODY, now=NOW)

    with pytest.raises(Problem, match="needs a user_id"):
        arrivals.amend(stale, {"email": None}, Source.REST, by=NOBODY, now=NOW)


def test_a_workflow_claims_no_identifier_that_stands(workspace):
    """API-14"""
    ann = create(workspace, external_id="1")
    create(workspace, external_id="2")

    report = arrivals.amend(ann, {"external_id": "2"}, Source.OPERATOR, by=NOBODY, now=NOW)

    assert report.refused["external_id"].reason == "yielded"


def test_one_person_under_two_names_in_a_batch_keeps_all_values(workspace):
    """UPD-10, for a batch as for one after the other."""
    ann = create(workspace, external_id="1", email="a@x.io")

    ping(workspace, {"user_id": "1", "name": "Ann"}, {"email": "a@x.io", "phone": "+1"})

    ann.refresh_from_db()
    assert (ann.name, ann.phone) == ("Ann", "+1")


def test_a_newcomer_under_two_names_in_a_batch_is_made_once(workspace):
    """IDN-08"""
    ping(workspace, {"user_id": "9", "email": "n@x.io"}, {"email": "n@x.io", "name": "Nia"})

    [nia] = Person.objects.all()
    assert (nia.external_id, nia.name) == ("9", "Nia")


def test_a_file_signs_nobody_up(workspace):
    """ATT-49"""
    payload = Payload(identity.claim("7", None, None, Source.CSV), {"external_id": "7"})

    arrivals.receive(workspace, [payload], Source.CSV, now=NOW)

    assert Person.objects.get().signed_up_at is None


def test_many_visitors_at_once_have_a_pseudonym_each(workspace):
    """NAME-09"""
    ping(workspace, *({"cookie": f"c{number}"} for number in range(200)))

    assert Person.objects.values("pseudonym").distinct().count() == 200
