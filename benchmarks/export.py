"""An export's job beside a COPY TO of the same columns into a file, in the same run (EXP-01).

The plain one is what a database's owner would do: one statement, the columns as they are stored, nothing made of them.
The export asks stretch after stretch of who is in a list, writes dates on the workspace's clocks, names, tags and
segments, and escapes what a spreadsheet would calculate. Afterwards the file is read, and rows and a value compared.
"""

import csv
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import serving
from .population import EMAIL, Population

# fifteen columns of every kind, as the list shows them
SHOWN = (
    *("name", "email", "external_id", "last_seen_at", "signed_up_at", "session_count", "city"),
    *(f"custom_attributes.{name}" for name in ("plan", "campaign", "files", "score", "trial_ends_at", "onboarded")),
    *("custom_attributes.stage", "custom_attributes.tier"),
)
ZONE = "America/New_York"


def measure(size: int, durable: bool) -> list[dict[str, Any]]:
    """Rows per second of each, the ratio to COPY, and the most memory that the job's process had."""
    with serving.databases(durable=durable), tempfile.TemporaryDirectory() as folder:
        population = Population(size)
        plain = copied(population, Path(folder) / "plain.csv")
        rows = [plain]
        for what, extent, shown in (
            ("export of 15 columns", "displayed", SHOWN),
            ("export of 15 columns, tags and company", "displayed", (*SHOWN, "tag", "company.name")),
            ("export of all columns", "all", ()),
        ):
            rows.append(exported(population, folder, what, extent, shown))
        for row in rows:
            row["of_copy"] = round(row["rows_per_second"] / plain["rows_per_second"], 2)
        return rows


def row_of(what: str, rows: int, columns: int, seconds: float, size: int, peak: float | str, wrong: Any = "") -> Any:
    return {
        "what": what,
        "rows": rows,
        "columns": columns,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "megabytes": round(size / 2**20, 1),
        "peak_mb": peak,
        "wrong": wrong,
    }


def copied(population: Population, path: Path) -> dict[str, Any]:
    """The owner's statement: those on the lists, by key."""
    from django.db import connection

    columns = ", ".join(column_of(population, address) for address in SHOWN)
    statement = (
        f"COPY (SELECT {columns} FROM people_person WHERE workspace_id = {population.workspace.pk} "
        "AND state = 'active' AND role <> 'visitor' ORDER BY id) TO STDOUT (FORMAT csv)"
    )
    rows, begun = 0, time.perf_counter()
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            file.write(block)
            rows += 1
    seconds = time.perf_counter() - begun
    return row_of("COPY TO", rows, len(SHOWN), seconds, path.stat().st_size, "")


def column_of(population: Population, address: str) -> str:
    name = address.removeprefix("custom_attributes.")
    return population.column(name)


def exported(population: Population, folder: str, what: str, extent: str, shown: Sequence[str]) -> dict[str, Any]:
    """The job, in a process of its own as a worker has one, so that its memory can be told."""
    from django.db import connection

    pk = begun(population, folder, extent, shown)
    connection.close()
    told = multiprocessing.get_context("fork").SimpleQueue()
    process = multiprocessing.get_context("fork").Process(target=work, args=(pk, folder, told))
    process.start()
    seconds, peak = told.get()
    process.join()
    return outcome(pk, folder, what, seconds, peak)


def begun(population: Population, folder: str, extent: str, shown: Sequence[str]) -> int:
    from django.http import QueryDict

    from apps.bulk.choosing import read
    from apps.exports import running
    from apps.exports.models import Extent
    from apps.segments.comparisons import Moment
    from apps.workspace.hands import hand_of_teammate
    from apps.workspace.models import Teammate, Workspace

    Workspace.objects.filter(pk=population.workspace.pk).update(timezone=ZONE)
    workspace = Workspace.objects.get(pk=population.workspace.pk)
    moment = Moment(population.now, workspace.zone)
    choice = read(workspace, "person", QueryDict('all=1&filter=["and"]'), moment)
    by = hand_of_teammate(Teammate.objects.get(email=EMAIL))
    return running.begin(workspace, choice, Extent(extent), shown, by=by, now=population.now).pk


def work(pk: int, folder: str, told: Any) -> None:
    from django.test.utils import override_settings

    from apps.exports.models import Export
    from apps.workspace import jobs

    with override_settings(MEDIA_ROOT=folder):
        begun = time.perf_counter()
        jobs.run(Export, pk)
        seconds = time.perf_counter() - begun
    told.put((seconds, round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)))


def outcome(pk: int, folder: str, what: str, seconds: float, peak: int) -> dict[str, Any]:
    """Read the file as anybody would: how many rows are missing or too many, and names that are not the table's."""
    from apps.exports.models import Export
    from apps.people.models import Person

    export = Export.objects.select_related("workspace").get(pk=pk)
    if export.state != "done":
        raise RuntimeError(f"The export ended as {export.state}: {export.error}")
    path = Path(folder) / export.file.name
    names = Person.objects.of(export.workspace).listed().order_by("pk").values_list("name", flat=True)
    wrong = 0
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    place = header.index("Name")
    for name, row in zip(names.iterator(), rows, strict=True):
        wrong += (name or "") != row[place] or len(row) != len(header)
    return row_of(what, export.done, len(header), seconds, export.size, peak, wrong)
