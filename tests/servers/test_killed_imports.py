"""A worker that is killed in the middle of an import loses no row and applies none twice (IMP-23)."""

import os
import re
import signal
import sys
from html import unescape

import httpx
import psycopg
import pytest

from intercom_clone.servers import addresses
from tests.imports.conftest import chosen_in

from .conftest import until, until_running
from .test_survival import process_of

ROWS = 16_000
PROGRESS = "SELECT done, state FROM imports_importrun WHERE purpose = %s ORDER BY id DESC LIMIT 1"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """A teammate without scripts: opens a page, and sends a form of it."""

    def __init__(self, port):
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=60)

    def open(self, path):
        return self.client.get(path).text

    def send(self, page, path, form, **files):
        token = TOKEN.search(page)[1]
        answer = self.client.post(path, data={"csrfmiddlewaretoken": token, **form}, **files)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux lists a process's command in /proc.")
def test_no_row_is_lost_or_applied_twice_whatever_dies(run, folder, port):
    started = run("start", "--empty", PORT=port)
    until_running(started, port)
    link = run("sign_in_link", "tess@example.com", "--role", "super_admin")
    assert link.ended() == 0
    browser = Browser(port)
    path = re.search(r"http://[^/]+(/sign-in/link/\S+)", link.told)[1]
    browser.send(browser.open(path), path, {})
    file = "user_id,name,email\n" + "".join(f"{n},Ann Lee {n},ann{n}@example.com\n" for n in range(ROWS))
    base = "/apps/demo/imports"
    sent = browser.send(
        browser.open(f"{base}/new/"), f"{base}/new/", {"role": "user"}, files={"file": ("people.csv", file, "text/csv")}
    )
    upload = re.search(rf"({base}/\d+/)columns/", str(sent.url))[1]
    sent = browser.send(sent.text, f"{upload}columns/", {name: unescape(v) for name, v in chosen_in(sent.text).items()})
    sent = browser.send(sent.text, f"{upload}options/", {"only": "any"})

    with psycopg.connect(addresses(folder).database_url, autocommit=True) as database:

        def stands(purpose):
            return database.execute(PROGRESS, [purpose]).fetchone() or (0, "")

        def kill_at(purpose, row):
            until(lambda: stands(purpose)[0] >= row)
            os.kill(process_of(folder, {"celery", "worker"}), signal.SIGKILL)

        kill_at("preview", 4_000)
        until(lambda: stands("preview")[1] == "done")
        browser.send(browser.open(f"{upload}review/"), f"{upload}begin/", {})
        kill_at("run", 4_000)
        kill_at("run", 8_000)
        until(lambda: stands("run")[1] == "done")

        people = database.execute("SELECT external_id, name, email FROM people_person").fetchall()
        writes = database.execute("SELECT count(*) FROM attributes_recordchange").fetchone()
        told = database.execute(
            "SELECT purpose, outcome, count(*) FROM imports_importrow AS row "
            "JOIN imports_importrun AS run ON run.id = row.run_id GROUP BY 1, 2 ORDER BY 1"
        ).fetchall()
    assert sorted(people) == sorted((str(n), f"Ann Lee {n}", f"ann{n}@example.com") for n in range(ROWS))
    assert writes == (ROWS,)
    assert told == [("preview", "created", ROWS), ("run", "created", ROWS)]
