"""Pings that arrive at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client

from apps.attributes.models import Attribute
from apps.companies.models import Company, Membership
from apps.people.models import Person
from tests.factories import WorkspaceFactory

from .conftest import PING, user, values

pytestmark = pytest.mark.django_db(transaction=True)

Race = Callable[[list[dict[str, Any]]], list[int]]


@pytest.fixture
def race() -> Race:
    """Send pings at once, each from a thread and a connection of its own, and return their statuses."""
    WorkspaceFactory(app_id="abc1234")

    def run(payloads: list[dict[str, Any]]) -> list[int]:
        ready = Barrier(len(payloads))

        def send(user_data: dict[str, Any]) -> int:
            try:
                connection.ensure_connection()
                ready.wait(10)
                body = orjson.dumps({"app_id": "abc1234", "user_data": user_data})
                return Client().post(PING, body, "application/json").status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(len(payloads)) as threads:
            return list(threads.map(send, payloads))

    return run


def test_two_first_pings_make_one_person(race):
    """IDN-04"""
    for number in range(10):
        assert race([{"user_id": f"{number}", "email": f"{number}@x.io"}] * 2) == [200, 200]

    assert Person.objects.count() == 10
    assert set(Person.objects.values_list("session_count", flat=True)) == {1}


def test_two_first_pings_of_one_email_make_one_person(race):
    """IDN-08"""
    for number in range(10):
        assert race([{"email": f"{number}@x.io"}] * 2) == [200, 200]

    assert Person.objects.count() == 10


def test_a_new_key_in_two_pings_makes_one_attribute_and_loses_no_value(race):
    """ATT-21"""
    for number in range(10):
        assert race([{"user_id": who, f"key{number}": who} for who in "ab"]) == [200, 200]

    keys = [f"key{number}" for number in range(10)]
    assert sorted(Attribute.objects.values_list("name", flat=True)) == keys
    for who in "ab":
        assert values(user(who), *keys) == dict.fromkeys(keys, who)


def test_a_new_company_in_many_pings_is_made_once_and_counts_every_session(race):
    """SESS-10, CO-05"""
    assert race([{"user_id": f"{number}", "company": {"company_id": "6"}} for number in range(6)]) == [200] * 6

    assert Company.objects.get().session_count == 6
    assert Membership.objects.count() == 6


def test_companies_named_in_opposite_orders_do_not_wait_for_each_other(race):
    companies = [{"company_id": f"{number}"} for number in range(5)]
    for number in range(5):
        both = [companies, companies[::-1]]
        sent = [{"user_id": f"{number}{side}", "companies": order} for side, order in enumerate(both)]
        assert race(sent) == [200, 200]

    assert Membership.objects.count() == 50


def test_a_connection_that_broke_while_nobody_used_it_loses_no_ping(workspace, ping):
    """A ping that says nothing new does not ask whether its connection still stands."""
    ping({"user_id": "1"})
    backend = connection.connection.info.backend_pid

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
        connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(end).result()

    assert ping({"user_id": "1"}).status_code == 200
    assert connection.connection.info.backend_pid != backend
