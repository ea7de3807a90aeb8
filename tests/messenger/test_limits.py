"""Who asks too often is told when to come back; nobody else notices."""

from typing import Any

import orjson
import pytest
from django.core.checks import run_checks
from django.urls import get_resolver

from apps.people.models import Person
from apps.workspace import redis_line
from apps.workspace.redis_line import ask
from tests.factories import WorkspaceFactory

from .conftest import PING, Clock, error

pytestmark = pytest.mark.django_db

HOME, AWAY = "192.0.2.1", "198.51.100.7"
EVERY_POST = sorted(
    pattern.pattern.regex.pattern.strip("^$").removesuffix("/?")
    for pattern in get_resolver("apps.messenger.urls").url_patterns
    if "app_id" not in pattern.pattern.regex.groupindex  # the script, which is read
)


@pytest.fixture(autouse=True)
def limited(settings: Any, time: Clock) -> Any:
    settings.MESSENGER_LIMIT_ADDRESS = "3/10s"
    settings.MESSENGER_LIMIT_APP = "5/10s"
    time.goes_on(seconds=4)
    return settings


@pytest.fixture
def calls(workspace, client):
    """Send a ping from an address, and say how it was answered."""

    def send(address: str = HOME, app_id: str = "abc1234", path: str = PING, **more: Any) -> Any:
        body = orjson.dumps({"app_id": app_id, "user_data": {"user_id": "1"}})
        return client.post(path, body, "text/plain", REMOTE_ADDR=address, **more)

    return send


def test_who_asks_too_often_is_told_when_to_come_back(calls):
    answers = [calls() for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert error(answers[3]) == (429, "rate_limit_exceeded")
    assert answers[3]["Retry-After"] == "6"
    assert "at most 3 in 10 seconds" in answers[3].json()["errors"][0]["message"]


def test_once_the_time_is_over_everything_is_as_before(calls, time):
    refused = [calls() for _ in range(4)][3]

    time.goes_on(seconds=int(refused["Retry-After"]))

    assert calls().status_code == 200


def test_what_is_held_off_stores_nothing_and_asks_nothing(calls, django_assert_num_queries):
    for _ in range(3):
        calls()
    Person.objects.all().delete()

    with django_assert_num_queries(0):
        calls()

    assert not Person.objects.exists()


def test_a_page_of_another_origin_may_read_how_long_to_wait(calls):
    answer = [calls(headers={"Origin": "https://app.example.org"}) for _ in range(4)][3]

    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert answer["Access-Control-Expose-Headers"] == "Retry-After"


def test_everybody_of_one_workspace_shares_its_limit(calls):
    answers = [calls(f"192.0.2.{number}").status_code for number in range(7)]
    WorkspaceFactory(app_id="other")

    assert answers == [200] * 5 + [429] * 2
    assert calls(app_id="other").status_code == 200


def test_one_address_cannot_use_up_a_workspaces_limit(calls):
    """What it sends beyond its own is not counted."""
    flood = [calls(HOME).status_code for _ in range(50)]

    others = [calls(AWAY).status_code for _ in range(2)]

    assert (flood.count(200), others) == (3, [200, 200])


def test_all_addresses_of_one_household_are_one(calls):
    """Whoever has an IPv6 address has 2^64 of them."""
    answers = [calls(f"2001:db8::{number}").status_code for number in range(4)]

    assert (answers, calls("2001:db8:0:1::1").status_code) == ([200, 200, 200, 429], 200)


def test_nonsense_counts_as_well(calls, client, workspace):
    for _ in range(3):
        client.post(PING, b"{", "text/plain", REMOTE_ADDR=HOME)

    assert calls().status_code == 429


@pytest.mark.parametrize("path", EVERY_POST)
def test_every_address_of_the_door_is_counted(calls, path):
    """The neutral names and apps on phones as well"""
    for _ in range(3):
        calls(path=f"/{path}")

    assert calls(path=f"/{path}").status_code == 429


def test_there_are_addresses_to_count():
    assert {"messenger/web/ping", "messenger/web/events", "messenger/web/heartbeat", "m/ping"} <= set(EVERY_POST)


def test_the_script_and_the_question_whether_one_may_ask_are_not_counted(calls, client, workspace):
    asked = [client.options(PING, REMOTE_ADDR=HOME).status_code for _ in range(5)]
    loaded = [client.get("/widget/abc1234", REMOTE_ADDR=HOME).status_code for _ in range(5)]

    assert (asked, loaded, calls().status_code) == ([204] * 5, [200] * 5, 200)


def test_a_form_and_an_app_id_among_the_settings_are_counted_for_the_workspace(client, workspace, limited):
    limited.MESSENGER_LIMIT_ADDRESS = "0"
    bodies = [
        ("app_id=abc1234&user_data={}", "application/x-www-form-urlencoded"),
        ('{"user_data": {"app_id": "abc1234"}}', "text/plain"),
        ('{"app_id": "", "user_data": {"app_id": "abc1234"}}', "application/json"),
    ]

    answers = [client.post(PING, *bodies[number % 3]).status_code for number in range(6)]

    assert answers == [200] * 5 + [429]


def test_a_limit_of_none_counts_nothing(calls, limited):
    limited.MESSENGER_LIMIT_ADDRESS = limited.MESSENGER_LIMIT_APP = "0"

    assert {calls().status_code for _ in range(8)} == {200}


def test_no_address_is_readable_in_what_is_counted(calls):
    """ATT-54"""
    calls(HOME)

    kept = ask("KEYS", "spent:*")

    assert len(kept) == 2
    assert not [key for key in kept if HOME.encode() in key]


def test_what_was_counted_is_soon_forgotten(calls):
    calls()

    assert {0 < ask("TTL", key) <= 10 for key in ask("KEYS", "spent:*")} == {True}


def test_nobody_is_held_off_while_redis_does_not_answer(calls, settings, tmp_path, caplog):
    """Rather too much is let in than something lost."""
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"

    answers = {calls().status_code for _ in range(5)}

    assert answers == {200}
    assert "Nobody is held off: Redis does not count" in caplog.messages


def test_a_handful_of_a_large_rate_is_taken_at_once(calls, limited, monkeypatch):
    """And no more of it is spent for that than there is."""
    limited.MESSENGER_LIMIT_ADDRESS, limited.MESSENGER_LIMIT_APP = "250/10s", "100000/10s"
    asked = []
    say = redis_line._say
    calls()

    def noted(words: tuple[Any, ...]) -> None:
        asked.append(words[0])
        say(words)

    monkeypatch.setattr(redis_line, "_say", noted)
    answers = [calls().status_code for _ in range(250)]

    assert answers == [200] * 249 + [429]
    assert asked.count("INCRBY") == 125  # two at once; the last one finds none


@pytest.mark.parametrize("wrong", ["", "many", "5", "5/0", "5/", "0/10", "-1/10", "5/10m", "1e9/10"])
def test_a_limit_that_means_nothing_stops_the_start(limited, wrong):
    limited.MESSENGER_LIMIT_APP = wrong

    [fault] = [one for one in run_checks() if one.id == "messenger.E001"]

    assert fault.is_serious()
    assert fault.msg == (
        f"MESSENGER_LIMIT_APP is {wrong!r}; write it like 2000/10s (2,000 in 10 seconds), or 0 for no limit."
    )
