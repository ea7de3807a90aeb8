"""How the tests import: a file through every page of the wizard, the worker's part in this process."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.imports.models import Import, ImportRow, ImportRun, Purpose
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.models import Workspace
from tests.factories import SeatFactory, WorkspaceFactory


@pytest.fixture(autouse=True)
def _files_of_its_own(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(client: Client, workspace: Workspace) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


class Door:
    """A teammate with a file."""

    def __init__(self, client: Client, workspace: Workspace) -> None:
        self.client, self.workspace = client, workspace
        self.base = f"/apps/{workspace.app_id}/imports"

    def upload(self, text: str | bytes, role: str = "user", name: str = "people.csv"):
        """Send a file: the answer."""
        content = text if isinstance(text, bytes) else text.encode()
        return self.client.post(f"{self.base}/new/", {"role": role, "file": SimpleUploadedFile(name, content)})

    def uploaded(self, text: str | bytes, role: str = "user", name: str = "people.csv") -> Import:
        answer = self.upload(text, role, name)
        assert answer.status_code == 302, problems_in(answer)
        return Import.objects.latest("pk")

    def choices(self, upload: Import) -> dict[str, str]:
        """What the page of columns suggests, as its form would send it."""
        page = self.client.get(f"{self.base}/{upload.pk}/columns/").text
        return chosen_in(page)

    def choose(self, upload: Import, **columns: str):
        """Confirm the columns: as suggested, but for those that are named by their header here."""
        form = self.choices(upload)
        for header, choice in columns.items():
            place = upload.headers.index(header.replace("__", " "))
            what, _, more = choice.partition("=")
            form[f"column-{place}"] = what
            if more:
                name, _, kind = more.partition("/")
                form |= {f"name-{place}": name or form[f"name-{place}"], f"kind-{place}": kind or form[f"kind-{place}"]}
        return self.client.post(f"{self.base}/{upload.pk}/columns/", form)

    def previewed(
        self, text: str | bytes, role: str = "user", columns: dict[str, str] | None = None, **options
    ) -> Import:
        """Take a file as far as its preview."""
        upload = self.uploaded(text, role)
        answer = self.choose(upload, **(columns or {}))
        assert answer.status_code == 302, problems_in(answer)
        answer = self.client.post(f"{self.base}/{upload.pk}/options/", {"only": "any", **options})
        assert answer.status_code == 302, problems_in(answer)
        work()
        upload.refresh_from_db()
        return upload

    def imported(
        self, text: str | bytes, role: str = "user", columns: dict[str, str] | None = None, **options
    ) -> ImportRun:
        """Take a file all the way."""
        return self.begun(self.previewed(text, role, columns, **options))

    def begun(self, upload: Import) -> ImportRun:
        answer = self.client.post(f"{self.base}/{upload.pk}/begin/")
        assert answer.status_code == 302
        work()
        upload.refresh_from_db()
        run = upload.latest(Purpose.RUN)
        assert run, self.client.get(f"{self.base}/{upload.pk}/review/").text
        return run

    def undone(self, run: ImportRun) -> ImportRun:
        answer = self.client.post(f"{self.base}/{run.upload_id}/undo/")
        assert answer.status_code == 302, answer.text
        work()
        return run.upload.latest(Purpose.UNDO)

    def review(self, upload: Import, query: str = "") -> str:
        return self.client.get(f"{self.base}/{upload.pk}/review/{query}").text

    def csv(self, run: ImportRun, what: str) -> list[list[str]]:
        """The lines of a file that is downloaded."""
        answer = self.client.get(f"{self.base}/{run.upload_id}/{what}.csv")
        assert answer.status_code == 200
        return list(csv.reader(io.StringIO(answer.getvalue().decode(), newline="")))


@pytest.fixture
def door(tess: Client, workspace: Workspace) -> Iterator[Door]:
    return Door(tess, workspace)


def work() -> None:
    """Do what a worker would do now."""
    for pk in ImportRun.objects.filter(state__in=jobs.UNDER_WAY).order_by("pk").values_list("pk", flat=True):
        jobs.run(ImportRun, pk)


def counts(run: ImportRun) -> dict[str, int]:
    """What a run came to, but for what came to nothing."""
    names = ("created", "updated", "unchanged", "skipped", "failed", "faulty")
    return {name: getattr(run, name) for name in names if getattr(run, name)}


def reasons(run: ImportRun) -> dict[int, list[list[str]]]:
    """Row → [column, reason] of everything that went wrong with it."""
    return dict(ImportRow.objects.filter(run=run).exclude(problems=None).values_list("number", "problems"))


def people(workspace: Workspace, *fields: str) -> list[tuple]:
    return sorted(Person.objects.of(workspace).values_list(*fields), key=str)


def problems_in(answer) -> list[str]:
    return [unescape(found) for found in re.findall(r"<span>([^<]+)</span>", answer.text)]


SELECT = re.compile(r'<select name="((?:column|kind)-\d+)".*?</select>', re.DOTALL)


def chosen_in(page: str) -> dict[str, str]:
    """The fields of the table of columns, as a browser would send them."""
    form = {}
    for select in SELECT.finditer(page):
        chosen = re.search(r'<option value="([^"]*)" selected', select[0])
        form[select[1]] = unescape(chosen[1]) if chosen else ""
    form |= {name: unescape(value) for name, value in re.findall(r'<input name="(name-\d+)" value="([^"]*)"', page)}
    return form
