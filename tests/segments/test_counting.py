"""How many match: exact where that is cheap, an estimate at once elsewhere, and never a page that waits (BEY-10)."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Exists, Func, OuterRef, Q, TextField
from django.db.models import Value as Constant
from django.db.models.lookups import IsNull
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.exceptions import RedisError

from apps.companies.models import Membership
from apps.people.models import Person
from apps.segments import counting
from apps.segments.counting import Count, Sample, estimate, exact, exact_counts, quick, quick_counts, rounded
from apps.workspace.models import Workspace
from apps.workspace.patience import OutOfPatience
from tests.factories import NOW, CompanyFactory, PersonFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

IRISH = Q(country="Ireland")
# Looks cheap to the planner, and takes a fiftieth of a second a row.
SLOW = Q(IsNull(Func(Constant(0.02), function="pg_sleep", output_field=TextField()), False))


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def people(workspace):
    """3,000 users, every third from Ireland, known to the planner."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (workspace_id, public_id, role, external_id, country, session_count) "
            "SELECT %s, lpad(n::text, 24, '0'), 'user', 'user-' || n, "
            "(ARRAY['Ireland', 'France', NULL])[1 + n %% 3], n %% 100 FROM generate_series(0, 2999) n",
            [workspace.pk],
        )
        cursor.execute("ANALYZE people_person")
    return Person.objects.of(workspace).listed()


@pytest.fixture
def dear(monkeypatch):
    """Everything is too dear to be counted, and a sample is a part of what there is."""
    monkeypatch.setattr(counting, "CHEAP", 0.0)
    monkeypatch.setattr(counting, "FIRST_PAGES", 5)
    monkeypatch.setattr(counting, "MOST_PAGES", 20)


def seconds(act) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


# ---- quick -----------------------------------------------------------------------------------------------------------


def test_what_is_cheap_is_counted_exactly(people):
    """BEY-10"""
    assert quick(people.filter(IRISH)) == Count(1000, exact=True)


def test_what_is_dear_is_estimated(people, dear):
    """BEY-10"""
    count = quick(people.filter(IRISH))

    assert (count.exact, 500 <= count.number <= 2000) == (False, True)


def test_a_filter_of_related_rows_that_is_dear_is_estimated(people, workspace, dear):
    """BEY-10: the planner takes such a filter for half of all people."""
    acme = CompanyFactory(workspace=workspace)
    staff = people.filter(session_count__lt=20).values_list("pk", flat=True)
    Membership.objects.bulk_create(
        Membership(workspace=workspace, person_id=pk, company=acme, created_at=NOW) for pk in staff
    )
    in_acme = Exists(Membership.objects.filter(person=OuterRef("pk"), company=acme))

    count = quick(people.filter(Q(in_acme) | Q(country="Atlantis")))

    assert (count.exact, 300 <= count.number <= 1200) == (False, True)


def test_an_estimate_of_nobody_is_no_promise_that_there_is_nobody(people, dear):
    assert quick(people.filter(country="Atlantis")).number >= 1


def test_a_filter_that_cannot_match_is_counted_without_asking(people, django_assert_num_queries):
    with django_assert_num_queries(0):
        count = quick(people.filter(pk__in=()))

    assert count == Count(0, exact=True)


@pytest.fixture
def in_a_hurry(monkeypatch):
    """As little patience as the product has."""
    for name, span in (("AT_ONCE", 0.25), ("SHORT", 0.1), ("GLIMPSE", 0.12)):
        monkeypatch.setattr(counting, name, span)


def test_a_filter_that_is_slower_than_it_looks_is_stopped_and_estimated(people, in_a_hurry):
    """BEY-10: it would take a minute."""
    counts = []

    took = seconds(lambda: counts.append(quick(people.filter(SLOW))))

    assert (counts[0].exact, took < 30) == (False, True)


def test_a_table_that_nobody_has_looked_at_is_estimated_too(workspace, dear):
    PersonFactory.create_batch(3, workspace=workspace)

    assert quick(Person.objects.of(workspace).listed()).number >= 1


def test_the_connection_is_left_as_it_was(people, dear):
    def settings_now():
        names = ("work_mem", "enable_seqscan", "enable_indexscan", "statement_timeout", "random_page_cost")
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s) ORDER BY name", [list(names)])
            return cursor.fetchall()

    before = settings_now()
    quick(people.filter(IRISH))
    quick(people.filter(SLOW))

    assert settings_now() == before


def test_the_rarer_the_farther_a_walk_goes_until_enough_are_met(people):
    """UI-05: one, ten, and nine of ten of 3,000."""
    steps = [
        counting.steps_to(matching, quick(matching), 50)
        for matching in map(people.filter, (Q(external_id="user-7"), Q(session_count=7, country=None)))
    ]

    assert steps == pytest.approx([50 * 3_000, 5 * 3_000], rel=0.1)


# ---- again ----------------------------------------------------------------------------------------------------------


def test_an_estimate_is_given_again_for_a_moment(people, dear, django_assert_num_queries):
    """BEY-10"""
    first = counting.quick_again(people.filter(IRISH), "irish")

    with django_assert_num_queries(0):
        assert counting.quick_again(people.filter(IRISH), "irish") == first


def test_what_is_cheap_is_counted_each_time(workspace):
    """SEG: right at read time"""
    PersonFactory.create_batch(3, workspace=workspace)
    people = Person.objects.of(workspace).listed()
    counting.quick_again(people, "everybody")
    PersonFactory(workspace=workspace)

    assert counting.quick_again(people, "everybody") == Count(4, exact=True)


def test_the_exact_number_of_what_is_slow_is_the_next_estimate(people, dear):
    """BEY-10"""
    counting.quick_again(people.filter(IRISH), "irish")

    counting.remember_exact("irish", 1234)

    assert counting.quick_again(people.filter(IRISH), "irish") == Count(1234, exact=False)


def test_without_redis_everything_is_counted_anew(people, monkeypatch):
    def gone(*_, **__):
        raise RedisError

    monkeypatch.setattr(counting.cache, "get", gone)
    monkeypatch.setattr(counting.cache, "set", gone)

    assert counting.quick_again(people.filter(IRISH), "irish") == quick(people.filter(IRISH))


# ---- exact -----------------------------------------------------------------------------------------------------------


def test_an_exact_count_is_exact(people, dear):
    assert exact(people.filter(IRISH), 10) == 1000


def test_an_exact_count_of_nobody_needs_no_database(people):
    assert exact(people.filter(pk__in=()), 10) == 0


def test_an_exact_count_gives_up_after_its_time(people):
    """BEY-10"""
    with pytest.raises(OutOfPatience):
        exact(people.filter(SLOW), 0.1)


def test_exact_counts_of_several_give_up_after_their_time(people):
    with pytest.raises(OutOfPatience):
        exact_counts(people, {"slow": SLOW, "irish": IRISH}, 0.1)


# ---- several at once -------------------------------------------------------------------------------------------------


def test_cheap_counts_are_exact_and_taken_in_one_pass(people, django_assert_max_num_queries):
    """SEG-02: a sidebar's counts; two settings around two statements, each in a transaction with a time limit."""
    asked = {"all": Q(), "irish": IRISH, "nobody": Q(pk__in=()), "often": Q(session_count__gte=50)}

    with django_assert_max_num_queries(12):
        counts = quick_counts(people, asked)

    numbers = {"all": 3000, "irish": 1000, "nobody": 0, "often": 1500}
    assert counts == {name: Count(number, exact=True) for name, number in numbers.items()}


def test_where_all_in_one_pass_is_dear_the_cheap_ones_are_exact(people, workspace, monkeypatch):
    monkeypatch.setattr(counting, "CHEAP", 100.0)
    monkeypatch.setattr(counting, "FIRST_PAGES", 5)
    monkeypatch.setattr(counting, "MOST_PAGES", 20)

    counts = quick_counts(people, {"one": Q(external_id="user-7", workspace=workspace), "irish": IRISH})

    assert (counts["one"], counts["irish"].exact) == (Count(1, exact=True), False)


def test_several_that_are_slow_are_stopped_and_estimated(people, in_a_hurry):
    """BEY-10"""
    counts = {}

    took = seconds(lambda: counts.update(quick_counts(people, {"slow": SLOW, "slower": SLOW & SLOW})))

    assert ([count.exact for count in counts.values()], took < 30) == ([False, False], True)


def test_no_segments_have_no_counts(people):
    assert (quick_counts(people, {}), exact_counts(people, {}, 1)) == ({}, {})


leaves = st.sampled_from(
    [
        Q(),
        IRISH,
        Q(country__isnull=True),
        Q(session_count__lt=3),
        Q(last_seen_at__gt=NOW - timedelta(days=2)),
        Q(pk__in=()),
        Q(Exists(Membership.objects.filter(person=OuterRef("pk"), company__plan="pro"))),
        ~Q(Exists(Membership.objects.filter(person=OuterRef("pk")))),
    ]
)
conditions = st.recursive(
    leaves,
    lambda some: st.builds(Q.__and__, some, some) | st.builds(Q.__or__, some, some) | st.builds(Q.__invert__, some),
)


@given(st.lists(conditions, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counting_together_and_apart_is_the_same(few, asked):
    asked = dict(enumerate(asked))

    together = exact_counts(few, asked, 10)

    apart = {name: Count(few.filter(condition).count(), exact=True) for name, condition in asked.items()}
    assert together == apart == quick_counts(few, asked) == {name: quick(few.filter(q)) for name, q in asked.items()}


@pytest.fixture
def few(workspace):
    """Two dozen people of every sort, some in companies."""
    acme, shop = CompanyFactory(workspace=workspace, plan="pro"), CompanyFactory(workspace=workspace, plan=None)
    for number in range(24):
        person = PersonFactory(
            workspace=workspace,
            country=("Ireland", "France", None)[number % 3],
            session_count=number % 5,
            last_seen_at=NOW - timedelta(days=number % 7) if number % 4 else None,
        )
        for company in [acme, shop][: number % 3]:
            Membership.objects.create(workspace=workspace, person=person, company=company, created_at=NOW)
    PersonFactory(country="Ireland")  # of another workspace
    return Person.objects.of(workspace).listed()


# ---- what an estimate promises ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "sample", "hits", "number"),
    [
        (7, Sample(0.01, 10_000, (1234,)), 1234, 124_000),  # many hits: an error of 3 %, whatever the planner thought
        (7, Sample(0.01, 10_000, (123,)), 123, 12_000),  # fewer: 9 %
        (7, Sample(0.01, 10_000, (9_512,)), 9_512, 950_000),  # nearly all: none is surer
        (7, Sample(0.01, 10_000, (25,)), 25, 2_400),  # few: 20 %
        (345, Sample(0.01, 10_000, (0,)), 0, 300),  # none, as the planner expects: too few to be met
        (34_567, Sample(0.01, 10_000, (0,)), 0, 300),  # none, though the planner expects many: there are few
        (1, Sample(0.01, 10_000, (4,)), 4, 100),  # more than the planner expects: no fewer than could make so many
        (1, Sample(0.01, 10_000, (16,)), 16, 1_600),  # many more: its word is worth nothing
        (800_000, Sample(0.0, 0, (0,)), 0, 800_000),  # no sample: the planner's word
        (0, Sample(0.01, 10_000, (0,)), 0, 1),  # an estimate is never nobody
        (9, Sample(1.0, 1_000, (5,)), 5, 5),  # everything was seen
    ],
)
def test_an_estimate_promises_no_more_than_it_knows(expected, sample, hits, number):
    assert estimate(expected, sample, hits) == Count(number, exact=sample.share == 1)


@pytest.mark.parametrize(
    ("number", "error", "said"),
    [
        (0, 0.3, 0),
        (3, 0.3, 3),
        (96, 0.1, 95),
        (1_234, 0.05, 1_250),
        (135_367, 0.1, 140_000),
        (952_000, 0.02, 950_000),
        (996_000, 0.02, 1_000_000),
    ],
)
def test_numbers_are_rounded_to_what_is_known(number, error, said):
    assert rounded(number, error) == said


def test_a_count_says_whether_it_is_exact():
    """UI-05"""
    assert (str(Count(12345, exact=True)), str(Count(12000, exact=False))) == ("12,345", "≈ 12,000")
