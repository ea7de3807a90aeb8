"""One style sheet for browsers, made of small ones."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from intercom_clone.stylesheet import SHEET, OneStyleSheet, joined, written

STATIC = settings.ROOT / "static"
PARTS = sorted(path for path in (STATIC / "css").glob("*.css") if path.name != "all.css")


@pytest.fixture
def sheet(tmp_path: Path, settings) -> Path:
    """A style sheet of two parts."""
    settings.DATA_DIR = tmp_path / "data"
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "first.css").write_text(".a { color: red }\n")
    (tmp_path / "css" / "last.css").write_text(".a { color: blue }\n")
    sheet = tmp_path / SHEET
    sheet.write_text('/* in order */\n@import "first.css";\n@import "last.css";\n')
    return sheet


@pytest.mark.django_db
def test_a_page_links_one_style_sheet_and_all_are_in_it(client: Client):
    page = client.get("/sign-in").text

    (link,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    text = client.get(link).getvalue().decode()
    assert "@import" not in text
    assert [part.name for part in PARTS if part.read_text() not in text] == []


def test_the_parts_stand_in_the_order_of_their_imports(sheet: Path):
    assert joined(sheet) == "/* in order */\n.a { color: red }\n.a { color: blue }\n"


def test_an_edited_part_is_seen_at_once(sheet: Path):
    before = written(sheet).read_text()

    sheet.with_name("last.css").write_text(".a { color: green }\n")

    assert written(sheet).read_text() == before.replace("blue", "green")


def test_a_style_sheet_that_did_not_change_is_left_as_it_is(sheet: Path):
    """`collectstatic` copies what is newer than what it has."""
    before = written(sheet).stat()

    after = written(sheet).stat()

    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_parts_are_not_collected_by_themselves():
    collected = {path: storage for path, storage in OneStyleSheet().list([]) if path.endswith(".css")}

    assert list(collected) == [SHEET]
    assert collected[SHEET].open(SHEET).read().decode() == joined(STATIC / SHEET)
