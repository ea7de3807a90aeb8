"""Every answer to somebody known says how much they may still ask; who asks too often is told when to come back."""

from typing import Any

import pytest
from django.core.checks import run_checks

from apps.people.models import Person
from apps.workspace import clock
from apps.workspace.models import AccessToken, hashed
from tests.factories import NOW

from .conftest import Program, errors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.API_LIMIT_TOKEN = "3/10s"
    settings.API_LIMIT_WORKSPACE = "5/10s"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return settings


@pytest.fixture
def another(api: Program, workspace: Any) -> Program:
    """The workspace's other program."""
    first = AccessToken.objects.get(workspace=workspace)
    AccessToken.objects.create(
        workspace=workspace, teammate=first.teammate, name="Other", token_hash=hashed("other"), created_at=NOW
    )
    return Program("other")


def told(response: Any) -> dict[str, str]:
    return {name.removeprefix("X-RateLimit-"): said for name, said in response.headers.items() if "RateLimit" in name}


def test_every_answer_says_what_is_left(api: Program) -> None:
    """api.md §1.2: an error as well"""
    answers = [api.get("/me"), api.get("/contacts/nobody")]

    reset = str(int(NOW.timestamp()) // 10 * 10 + 10)
    assert [told(answer) for answer in answers] == [
        {"Limit": "3", "Remaining": "2", "Reset": reset},
        {"Limit": "3", "Remaining": "1", "Reset": reset},
    ]


def test_who_is_not_known_is_told_nothing(api: Program) -> None:
    """api.md §1.2: not on 401"""
    answer = Program("no such token").get("/me")

    assert (answer.status_code, told(answer)) == (401, {})


def test_who_asks_too_often_is_told_when_to_come_back(api: Program) -> None:
    """api.md §1.2"""
    answers = [api.get("/me") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert errors(answers[3])[0][1] == "rate_limit_exceeded"
    assert "3 in 10 seconds" in errors(answers[3])[0][2]
    assert (told(answers[3])["Remaining"], answers[3]["Retry-After"]) == ("0", "10")


def test_what_is_held_off_does_nothing(api: Program, workspace: Any) -> None:
    for _ in range(3):
        api.get("/me")

    refused = api.post("/contacts", {"role": "lead", "email": "l@x.io"})

    assert refused.status_code == 429
    assert not Person.objects.of(workspace).exists()


def test_all_programs_of_a_workspace_share_its_limit(api: Program, another: Program) -> None:
    """api.md §1.2"""
    answers = [api.get("/me") for _ in range(3)] + [another.get("/me") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert told(answers[4]) == told(answers[4]) | {"Limit": "5", "Remaining": "0"}


def test_a_limit_of_none_is_not_told(api: Program, limited: Any) -> None:
    limited.API_LIMIT_TOKEN = limited.API_LIMIT_WORKSPACE = "0"

    answers = [api.get("/me") for _ in range(8)]

    assert ({answer.status_code for answer in answers}, told(answers[0])) == ({200}, {})


def test_a_limit_that_means_nothing_stops_the_start(limited: Any) -> None:
    limited.API_LIMIT_TOKEN = "many"

    [fault] = [one for one in run_checks() if one.id == "api.E001"]

    assert fault.is_serious()
