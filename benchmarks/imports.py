"""A file of people on its way in, beside COPY of the same rows into a table with the same indexes, in the same run.

The file has fifteen columns. It is previewed and imported by a worker of its own, whose memory is watched: first
everybody is new, then nothing has changed, then two values of everybody are others. Beside it stand COPY, as a
database's owner would do it, and django-import-export row by row, as most Django sites do it. Afterwards every value in
the table is compared with the file, one by one.
"""

import csv
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import serving

KINDS = {
    **dict.fromkeys(("plan", "team", "campaign", "region_code", "stage"), "text"),
    **dict.fromkeys(("seats", "logins"), "number"),
    "score": "decimal",
    **dict.fromkeys(("trial_ends", "renewed"), "date"),
    "onboarded": "boolean",
}
NAMED = ("user_id", "email", "name", "phone")
HEADERS = (*NAMED, *KINDS)
LEAST = {"create": 0.25}  # of COPY's rate
LEAST_UNCHANGED = 2.0  # times the creating rate
ROW_BY_ROW = 2_000  # rows are enough to tell its rate
COLUMNS = ("what", "rows", "seconds", "rows_per_second", "of_copy", "peak_mb", "wrong")


def measure(size: int, durable: bool) -> list[dict[str, Any]]:
    """Rows per second of each passage, their ratios to COPY, the worker's peak of memory, and values that are wrong."""
    with serving.databases(durable=durable), tempfile.TemporaryDirectory() as folder:
        begun, changed = Path(folder) / "begun.csv", Path(folder) / "changed.csv"
        written(begun, size, 0)
        written(changed, size, 1)
        bench = Bench(folder)
        rows = [
            *bench.passage("create", begun),
            bench.copied(begun),
            *bench.passage("unchanged", begun),
            *bench.passage("update", changed),
            *bench.row_by_row(begun),
        ]
        [plain] = [row for row in rows if row["what"] == "COPY, the same indexes"]
        for row in rows:
            row["of_copy"] = round(row["rows_per_second"] / plain["rows_per_second"], 3)
        return [{name: row.get(name, "") for name in COLUMNS} for row in rows]


def written(path: Path, size: int, turn: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(lines(size, turn))


def lines(size: int, turn: int) -> Iterator[list[Any]]:
    """Rows as a customer's own export has them; in another turn two values of everybody are others."""
    for number in range(size):
        yield [
            *(f"user-{number}", f"ann.lee.{number}@example.com", f"Ann Lee {number}", f"+353 1 {number:07}"),
            *(f"plan {(number + turn) % 7}", f"team {number % 9_973}", f"https://example.com/{number % 1_009}"),
            *(f"region {number % 40}", f"stage {number % 5}", number % 100_003, number + turn, number / 8),
            *(1_700_000_000 + number % 1_000_000, 1_600_000_000 + number % 1_000_000),
            "true" if number % 3 else "false",
        ]


class Bench:
    """An empty workspace with eleven attributes, and what is sent into it."""

    def __init__(self, folder: str) -> None:
        from apps.attributes.defining import define
        from apps.attributes.sources import Source
        from apps.workspace import clock
        from apps.workspace.hands import NOBODY
        from apps.workspace.models import Workspace

        self.folder = folder
        self.workspace = Workspace.objects.create(app_id="bench", name="Bench", created_at=clock.now())
        for name, kind in KINDS.items():
            define(self.workspace, "person", name, kind, source=Source.REST, by=NOBODY, now=clock.now())

    def passage(self, what: str, path: Path) -> Iterator[dict[str, Any]]:
        """Upload a file, read it, preview it, import it: a row for each."""
        begun = time.perf_counter()
        upload = taken_in(self.workspace, path)
        yield row_of(f"{what}: upload", upload.rows, time.perf_counter() - begun)
        for purpose, start in (("read", None), ("preview", previewed), ("run", imported)):
            if start:
                start(upload)
            run, seconds, peak = worked(upload, purpose, self.folder)
            label = {"read": "read through", "preview": "dry run", "run": "import"}[purpose]
            row = row_of(f"{what}: {label}", run.done, seconds, peak)
            if purpose == "run":
                row["wrong"] = self.wrong(path)
            yield row

    def copied(self, path: Path) -> dict[str, Any]:
        """The same people, all their columns, into a table with the same indexes: ready made, nothing judged."""
        from django.db import connection

        names = ", ".join((*BORN, *(self.column(name) for name in (*NAMED, *KINDS))))
        ready = Path(self.folder) / "ready.copy"
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE copied (LIKE people_person INCLUDING ALL)")
            with cursor.copy(f"COPY (SELECT {names} FROM people_person) TO STDOUT") as copy, ready.open("wb") as file:
                for piece in copy:
                    file.write(piece)
            begun = time.perf_counter()
            with ready.open("rb") as file, cursor.copy(f"COPY copied ({names}) FROM STDIN") as copy:
                while piece := file.read(1_000_000):
                    copy.write(piece)
            seconds = time.perf_counter() - begun
            cursor.execute("SELECT count(*) FROM copied")
            amount = cursor.fetchone()[0]
            cursor.execute("DROP TABLE copied")
        return row_of("COPY, the same indexes", amount, seconds)

    def row_by_row(self, path: Path) -> Iterator[dict[str, Any]]:
        """The same columns by django-import-export, where it is installed; every row is looked up and saved."""
        try:
            import tablib
            from import_export import resources
        except ImportError:
            return
        from apps.people.models import Person

        class People(resources.ModelResource):
            class Meta:
                model = Person
                import_id_fields = ("external_id",)
                fields = ("external_id", "email", "name", "phone", *SAME_SIZED)

        workspace = self.workspace
        Person.objects.of(workspace).filter(external_id__startswith="row-").delete()
        columns = (*("external_id", "email", "name", "phone"), *SAME_SIZED)
        sheet = tablib.Dataset(headers=[*columns])
        for line in lines(ROW_BY_ROW, 0):
            sheet.append([f"row-{line[0]}", *(str(cell) for cell in line[1 : len(columns)])])

        class Ours(People):
            def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
                instance.workspace, instance.role = workspace, "user"

        begun = time.perf_counter()
        result = Ours().import_data(sheet, raise_errors=True, use_transactions=True)
        yield row_of("django-import-export", result.total_rows, time.perf_counter() - begun)

    def column(self, name: str) -> str:
        from apps.attributes.catalogue import catalogue_of

        self.workspace.refresh_from_db()
        return catalogue_of(self.workspace, "person")["external_id" if name == "user_id" else name].column

    def wrong(self, path: Path) -> int:
        """How many values stand in the table otherwise than in the file, or not at all."""
        from django.db import connection

        read = {"number": "{}::float8", "decimal": "{}::float8", "boolean": "{}::boolean"}
        read |= {"date": "to_timestamp({}::float8)", "text": "{}"}
        compared = [
            f"(people.{self.column(name)} IS DISTINCT FROM {read[KINDS.get(name, 'text')].format(f'told.{name}')})::int"
            for name in HEADERS
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE told ({', '.join(f'{name} text' for name in HEADERS)})")
            with path.open("rb") as file, cursor.copy("COPY told FROM STDIN (FORMAT csv, HEADER)") as copy:
                while piece := file.read(1_000_000):
                    copy.write(piece)
            cursor.execute(
                f"SELECT coalesce(sum({' + '.join(compared)}), 0) FROM told "
                "LEFT JOIN people_person AS people ON people.external_id = told.user_id AND people.workspace_id = %s",
                [self.workspace.pk],
            )
            wrong = cursor.fetchone()[0]
            cursor.execute("DROP TABLE told")
        return wrong


BORN = (
    *("id", "workspace_id", "public_id", "role", "state", "session_count", "created_at", "updated_at", "holders"),
    *("first_name", "last_name", "email_domain"),
)
SAME_SIZED = ("city", "region", "country", "country_code", "timezone", "browser", "os", "referrer", "utm_term")


# ---- the passages ----------------------------------------------------------------------------------------------------


def taken_in(workspace: Any, path: Path) -> Any:
    """As the door takes a file in, but for the request; it is read through by the worker, however small it is."""
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from apps.imports import uploading
    from apps.workspace import clock
    from apps.workspace.hands import NOBODY
    from apps.workspace.models import Workspace

    uploading.AT_ONCE = 0
    with TemporaryUploadedFile(path.name, "text/csv", path.stat().st_size, "utf-8") as file:
        with path.open("rb") as source:
            while piece := source.read(1_000_000):
                file.write(piece)
        file.flush()
        fresh = Workspace.objects.get(pk=workspace.pk)
        return uploading.take_in(fresh, file, "user", by=NOBODY, now=clock.now())


def previewed(upload: Any) -> None:
    from apps.imports import columns, running
    from apps.workspace import clock
    from apps.workspace.hands import NOBODY

    upload.refresh_from_db()
    upload.columns = columns.kept([guess.column for guess in columns.guesses(upload) if guess.column])
    upload.stage = "options"
    upload.save()
    running.preview(upload, {"only": "any", "clears": False, "tag": ""}, by=NOBODY, now=clock.now())


def imported(upload: Any) -> None:
    from apps.imports import running
    from apps.workspace import clock
    from apps.workspace.hands import NOBODY

    running.begin(upload, by=NOBODY, now=clock.now())


def worked(upload: Any, purpose: str, folder: str) -> tuple[Any, float, int]:
    """Let a process of its own do what a worker would: the run, its seconds, and the most memory that it had."""
    from django.db import connection

    run = upload.latest(purpose)
    connection.close()
    spawning = multiprocessing.get_context("spawn")
    told = spawning.SimpleQueue()
    process = spawning.Process(target=work, args=(run.pk, told))
    process.start()
    seconds, peak = told.get()
    process.join()
    run.refresh_from_db()
    upload.refresh_from_db()
    if run.state != "done":
        raise serving.Refused(f"{run} ended as {run.state}: {run.error}")
    return run, seconds, peak


def work(pk: int, told: Any) -> None:
    """What a worker does, in a process that has done nothing else."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intercom_clone.settings")
    import django

    django.setup()
    from django.urls import get_resolver

    from apps.imports.models import ImportRun
    from apps.workspace import jobs

    get_resolver().url_patterns  # noqa: B018 - which a worker has read long ago
    begun = time.perf_counter()
    jobs.run(ImportRun, pk)
    seconds = time.perf_counter() - begun
    told.put((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def row_of(what: str, rows: int, seconds: float, peak: int | str = "") -> dict[str, Any]:
    return {
        "what": what,
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "peak_mb": peak,
        "wrong": "",
    }
