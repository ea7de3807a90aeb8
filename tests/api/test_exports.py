"""Exports of messages, of which there are none, and jobs."""

from datetime import timedelta
from typing import Any

import pytest

from apps.api.models import ContentExport
from tests.api.conftest import errors
from tests.factories import NOW, WorkspaceFactory

pytestmark = pytest.mark.django_db

SOME_TIME = {"created_at_after": 1773000000, "created_at_before": 1773100000}


@pytest.fixture
def asked(api: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api.post("/export/content/data", SOME_TIME).json()
    return answer


def test_an_export_of_messages_ends_at_once_without_data(asked):
    """api.md §9"""
    identifier = ContentExport.objects.get().identifier

    assert asked == {
        "job_identifier": identifier,
        "status": "no_data",
        "download_url": "",
        "download_expires_at": "",
    }


def test_an_export_is_looked_after_and_called_off_by_its_identifier(api, asked):
    path = asked["job_identifier"]

    answers = [api.get(f"/export/content/data/{path}"), api.post(f"/export/cancel/{path}")]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, asked), (200, asked)]


def test_an_export_without_data_has_no_file(api, asked):
    """Who takes nothing but a file is told in JSON as well."""
    path = f"/download/content/data/{asked['job_identifier']}"

    answers = [api.get(path, Accept=media) for media in ("application/octet-stream", "application/json", "image/png")]

    assert [errors(answer)[0][:2] for answer in answers] == [
        (404, "not_found"),
        (404, "not_found"),
        (406, "media_type_not_acceptable"),
    ]


def test_a_job_says_what_became_of_it(api, asked):
    identifier = asked["job_identifier"]

    assert api.get(f"/jobs/status/{identifier}").json() == {
        "type": "job",
        "id": identifier,
        "url": f"http://testserver/jobs/status/{identifier}",
        "status": "success",
        "resource_type": "data_export",
        "resource_id": identifier,
        "resource_url": f"http://testserver/export/content/data/{identifier}",
    }


def test_a_job_says_so_under_the_address_that_was_asked(api, asked):
    told = api.get(f"/api/jobs/status/{asked['job_identifier']}/").json()

    assert told["resource_url"] == f"http://testserver/api/export/content/data/{asked['job_identifier']}"


def test_jobs_came_with_2_14(api, asked):
    answer = api.get(f"/jobs/status/{asked['job_identifier']}", **{"Intercom-Version": "2.13"})

    assert errors(answer)[0][:2] == (400, "intercom_version_invalid")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("get", "/export/content/data/{}", "not_found"),
        ("post", "/export/cancel/{}", "not_found"),
        ("get", "/download/content/data/{}", "not_found"),
        ("get", "/jobs/status/{}", "job_not_found"),
    ],
)
@pytest.mark.parametrize("whose", ["nobody's", "another's", "%00"])
def test_there_are_no_jobs_but_the_workspaces_own(method, path, code, whose, api):
    other = ContentExport.objects.create(
        workspace=WorkspaceFactory(), created_at_after=NOW, created_at_before=NOW, requested_at=NOW
    )
    answer = getattr(api, method)(path.format(other.identifier if whose == "another's" else whose))

    assert errors(answer)[0][:2] == (404, code)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"created_at_after": None}, "parameter_missing", "created_at_after"),
        ({"created_at_before": ""}, "parameter_missing", "created_at_before"),
        ({"created_at_after": "soon"}, "parameter_invalid", "created_at_after"),
        ({"created_at_before": 1773100000000}, "parameter_invalid", "created_at_before"),
        ({"created_at_before": 1772999999}, "parameter_invalid", "created_at_before"),
    ],
)
def test_an_export_is_of_some_time(changed, code, field, api):
    answer = api.post("/export/content/data", SOME_TIME | changed)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["field"]) == (400, code, field)


def test_exports_of_long_ago_are_forgotten(api, asked, settings):
    ContentExport.objects.update(requested_at=ContentExport.objects.get().requested_at - timedelta(days=31))

    again = api.post("/export/content/data", SOME_TIME).json()

    assert [one.identifier for one in ContentExport.objects.all()] == [again["job_identifier"]]
