"""The line that is held open to Redis."""

import socket
import threading
import time

import pytest
import redis

from apps.workspace import redis_line
from apps.workspace.redis_line import ask, tell


def test_what_is_kept_is_told():
    ask("SET", "one", 1, "EX", 60)

    assert ask("MGET", "one", "nobody's") == [b"1", None]


def test_a_line_that_redis_closed_is_opened_anew():
    number = ask("CLIENT", "ID")
    other = threading.Thread(target=lambda: ask("CLIENT", "KILL", "ID", number))
    other.start()
    other.join()

    assert ask("PING") == b"PONG"
    assert ask("CLIENT", "ID") != number


def test_what_nobody_waits_for_is_done_and_answers_nothing_else():
    tell("SET", "one", 1, "EX", 60)
    tell("SETTLE")
    tell("INCR", "one")

    assert ask("GET", "one") == b"2"


def test_what_nobody_waits_for_goes_over_a_new_line_where_redis_closed_the_old_one():
    tell("SET", "one", 1, "EX", 60)
    number = ask("CLIENT", "ID")
    other = threading.Thread(target=lambda: ask("CLIENT", "KILL", "ID", number))
    other.start()
    other.join()

    tell("INCR", "one")  # over TCP a closed line takes one more word before it says so
    tell("INCR", "one")

    assert int(ask("GET", "one")) > 1


def test_answers_that_nobody_waits_for_do_not_pile_up():
    for _ in range(redis_line.MOST_OWED + 10):
        tell("INCR", "many")

    assert redis_line._line().owed < redis_line.MOST_OWED
    assert ask("GET", "many") == str(redis_line.MOST_OWED + 10).encode()


def test_what_redis_refuses_is_raised_and_the_next_question_is_answered():
    with pytest.raises(redis.ResponseError, match="unknown command"):
        ask("SETTLE")

    assert ask("PING") == b"PONG"


def test_a_redis_that_hangs_is_not_waited_for(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        begun = time.monotonic()

        with pytest.raises(redis.TimeoutError):
            ask("PING")

    assert time.monotonic() - begun < 4 * redis_line.PATIENCE
