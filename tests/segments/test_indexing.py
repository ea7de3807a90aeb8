"""What is filtered and sorted by often is fast after a while: indexes made while people work (BEY-12)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.defining import archive
from apps.attributes.models import Attribute
from apps.attributes.paging import Order, Place, page_of
from apps.attributes.values import Value
from apps.people.models import Person, Role
from apps.segments import indexing, saving
from apps.segments.language import EVERYBODY, Condition, all_of
from apps.segments.models import IndexState, ValueIndex
from apps.workspace.hands import NOBODY
from tests.factories import NOW, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = 2.0


@pytest.fixture(autouse=True)
def _nothing_is_left(transactional_db):
    """The suite empties tables after a test, and leaves indexes."""
    yield
    for name in indexes():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {name}")


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def large(monkeypatch):
    """Every workspace counts as a large one."""
    monkeypatch.setattr(indexing, "LARGE", 0)


@pytest.fixture
def score(workspace, large):
    """A number, wanted in order."""
    attribute(workspace, "score", "decimal")
    workspace.refresh_from_db()
    slow_order(workspace, "score")
    return ValueIndex.objects.get()


def slow_order(workspace, key, seconds=SLOW) -> str:
    """A list in the order of an attribute took so long."""
    order = catalogue_of(workspace, "person")[key]
    return indexing.took(workspace, "person", order, EVERYBODY, seconds, NOW)


def indexes() -> dict[str, bool]:
    """Those that were made on demand, and whether each is whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "WHERE relname LIKE 'value_index%'"
        )
        return dict(cursor.fetchall())


def plan(queryset) -> str:
    """How PostgreSQL would answer, if every other way were dearer."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        try:
            return str(queryset.explain())
        finally:
            cursor.execute("RESET enable_seqscan; RESET enable_sort; RESET enable_bitmapscan")


def wanted() -> list[tuple[str, str, bool]]:
    return sorted(ValueIndex.objects.values_list("about", "column", "is_folded"))


# ---- wanting ---------------------------------------------------------------------------------------------------------


def test_a_slow_list_wants_the_index_of_its_order(workspace, score):
    assert wanted() == [("person", score.column, False)]


def test_a_list_in_the_order_of_a_text_wants_it_in_lower_case(workspace, large):
    slow_order(workspace, "email")

    assert wanted() == [("person", "email", True)]


@pytest.mark.parametrize(("key", "seconds"), [("email", 0.1), ("last_seen_at", SLOW), ("owner_id", SLOW)])
def test_no_index_is_wanted_where_none_would_help(key, seconds, workspace, large):
    """A quick list; an order that has its index from the first day; a teammate's name, which is on another table."""
    slow_order(workspace, key, seconds)

    assert wanted() == []


def test_small_workspaces_need_none(workspace):
    slow_order(workspace, "email")

    assert wanted() == []


def test_the_same_index_is_wanted_once(workspace, score):
    slow_order(workspace, "score")

    assert ValueIndex.objects.get() == score


def test_there_are_never_more_than_two_dozen(workspace, large):
    for key in catalogue_of(workspace, "person").by_key:
        slow_order(workspace, key)

    assert ValueIndex.objects.count() == indexing.MOST == 24


def test_what_segments_ask_for_is_wanted(workspace, large):
    """Of saved and predefined ones ("New": signed up): what a range of an index can find."""
    asked = all_of(Condition("country", "is", "Ireland"), Condition("city", "contains", "Dub"))
    saving.create(workspace, "person", "Irish", asked, by=NOBODY, now=NOW)

    indexing.want_for_segments(NOW)

    assert [column for about, column, _ in wanted() if about == "person"] == ["country", "signed_up_at"]


@pytest.mark.parametrize(("seconds", "columns"), [(SLOW, ["country", "signed_up_at"]), (0.1, [])])
def test_a_slow_filter_wants_what_an_index_can_find(seconds, columns, workspace, large):
    asked = all_of(
        Condition("country", "is", "Ireland"),
        Condition("city", "is_not", "Cork"),
        Condition("signed_up_at", "less_than", 3),
        Condition("role", "is", "user"),
        Condition("company.plan", "is", "pro"),
        Condition("no_longer_there", "is", "x"),
    )

    indexing.took(workspace, "person", None, asked, seconds, NOW)

    assert [column for _, column, _ in wanted()] == columns


def test_the_page_says_that_it_will_be_fast_soon(workspace, large):
    """BEY-12"""
    order, asked = catalogue_of(workspace, "person")["email"], all_of(Condition("country", "is", "Ireland"))

    def slow() -> str:
        return indexing.took(workspace, "person", order, asked, SLOW, NOW)

    said, quick = slow(), indexing.took(workspace, "person", order, asked, 0.1, NOW)
    indexing.maintain(NOW)

    soon = "Email and Country are being indexed: this list will be fast soon."
    assert (said, quick, slow()) == (soon, "", "")


def test_a_list_that_was_slow_says_so(client, workspace, score, monkeypatch):
    """BEY-12: and whoever comes when the index is made reads no such thing."""
    monkeypatch.setattr(indexing, "SLOW", 0.0)
    PersonFactory(workspace=workspace)
    client.force_login(SeatFactory(workspace=workspace).teammate)

    def page() -> str:
        address = reverse("people:list", args=[workspace.app_id])
        return client.get(address, {"sort": "-custom_attributes.score"}).content.decode()

    before = page()
    indexing.maintain(NOW)

    soon = "score is being indexed: this list will be fast soon."
    assert (soon in before, soon in page()) == (True, False)


# ---- making ----------------------------------------------------------------------------------------------------------


def test_what_is_wanted_is_made(score):
    indexing.maintain(NOW)

    score.refresh_from_db()
    assert (indexes(), score.state, score.built_at) == ({score.name: True}, IndexState.READY, NOW)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("deep", [False, True])
def test_lists_in_that_order_are_read_from_it_both_ways(descending, deep, workspace, score):
    """UI-05"""
    PersonFactory(workspace=workspace)
    indexing.maintain(NOW)
    order = Order("value", "number", descending)
    people = Person.objects.of(workspace).listed().filter(role=Role.USER)
    people = people.annotate(value=Value(catalogue_of(workspace, "person")["score"]))
    if deep:
        people = people.filter(order.beyond(Place(5.0, 7, 1)))

    asked = people.filter(order.is_known).order_by(*order.known)[:50]

    direction = "Index Scan using" if descending else "Index Scan Backward using"
    assert f"{direction} {score.name}" in plan(asked)


def test_a_count_of_what_it_holds_needs_no_look_at_the_people(workspace, score):
    PersonFactory(workspace=workspace)
    indexing.maintain(NOW)
    people = Person.objects.of(workspace).listed().filter(role=Role.USER)
    people = people.annotate(value=Value(catalogue_of(workspace, "person")["score"])).filter(value__gt=5.0)

    assert f"Index Only Scan using {score.name}" in plan(people.order_by().values("value"))


def test_pages_are_the_same_with_and_without_it(workspace, score):
    for number in range(9):
        person = PersonFactory(workspace=workspace)
        with connection.cursor() as cursor:
            value = None if number % 3 == 0 else number % 4
            cursor.execute(f"UPDATE people_person SET {score.column} = %s WHERE id = %s", [value, person.pk])
    people = Person.objects.of(workspace).listed()
    people = people.annotate(value=Value(catalogue_of(workspace, "person")["score"]))

    def pages(descending):
        order, found, after = Order("value", "number", descending), [], None
        while page := page_of(people, order, 2, after=after):
            found += [row.pk for row in page.rows]
            after = page.after
            if after is None:
                return found

    without = [pages(True), pages(False)]
    indexing.maintain(NOW)

    assert [pages(True), pages(False)] == without


def test_what_a_killed_worker_left_is_dropped_and_made_anew(score):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX {score.name} ON people_person (id)")
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [score.name])

    indexing.maintain(NOW)

    assert indexes() == {score.name: True}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [score.name])
        assert f"({score.column} DESC NULLS LAST, id DESC)" in cursor.fetchone()[0]


def test_two_workers_are_never_at_it(score):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [indexing.BUILDERS])
    try:
        indexing.maintain(NOW)
        made_beside = indexes()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [indexing.BUILDERS])
    finally:
        other.close()

    indexing.maintain(NOW)

    assert (made_beside, list(indexes())) == ({}, [score.name])


def test_what_cannot_be_made_says_why_and_leaves_nothing(score, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (workspace_id, public_id, role) "
            "SELECT %s, lpad(n::text, 24, '0'), 'user' FROM generate_series(1, 20000) n",
            [score.workspace_id],
        )
    monkeypatch.setattr(indexing, "PATIENCE", "1ms")
    indexing.maintain(NOW)

    score.refresh_from_db()
    assert (indexes(), score.state, score.attempts) == ({}, IndexState.FAILED, 1)
    assert "statement timeout" in score.error


def test_what_failed_is_tried_again_until_it_is_given_up(score):
    ValueIndex.objects.update(state=IndexState.FAILED, attempts=indexing.MOST_ATTEMPTS - 1, error="No space left")
    indexing.maintain(NOW)
    mended = ValueIndex.objects.values_list("state", "error").get()
    ValueIndex.objects.update(state=IndexState.FAILED, attempts=indexing.MOST_ATTEMPTS)
    indexing.maintain(NOW)

    assert (mended, ValueIndex.objects.get().state) == ((IndexState.READY, ""), IndexState.FAILED)


# ---- letting go ------------------------------------------------------------------------------------------------------


def test_an_index_that_nobody_used_for_a_month_is_dropped(score):
    indexing.maintain(NOW)
    indexing.maintain(NOW + timedelta(days=29))
    kept = list(indexes())
    indexing.maintain(NOW + timedelta(days=31))

    assert (kept, indexes(), wanted()) == ([score.name], {}, [])


def test_the_index_of_an_archived_attribute_is_dropped(workspace, score):
    """ATT-40"""
    indexing.maintain(NOW)
    archive(Attribute.objects.get(name="score"), by=NOBODY, now=NOW)

    indexing.maintain(NOW)

    assert (indexes(), wanted()) == ({}, [])


def test_the_indexes_of_a_workspace_that_is_gone_are_dropped(workspace, score):
    indexing.maintain(NOW)
    ValueIndex.objects.all().delete()

    indexing.maintain(NOW)

    assert indexes() == {}


def test_each_workspace_has_its_own(workspace, score, large):
    other = WorkspaceFactory()
    attribute(other, "score", "decimal")
    other.refresh_from_db()
    slow_order(other, "score")
    theirs = ValueIndex.objects.get(workspace=other)
    indexing.maintain(NOW)

    people = Person.objects.of(other).listed().annotate(value=F("id"))
    assert sorted(indexes()) == sorted([score.name, theirs.name])
    assert score.name not in plan(people.order_by(Value(catalogue_of(other, "person")["score"]).desc(nulls_last=True)))
