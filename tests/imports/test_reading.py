"""Files as the world makes them: a clear refusal, or a row error, and nothing lost (IMP-16, IMP-17)."""

import csv
import gzip
import io
import zipfile

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.imports import reading
from apps.imports.disguises import BOM
from apps.imports.models import Import, ImportRun, Purpose
from apps.imports.reading import Row, Table, Unreadable, delimiter_of, headers_of, inspect
from apps.people.models import Person

from .conftest import counts, people, problems_in, reasons


def rows(content: bytes, delimiter: str = ",", start: int = 0) -> list[list[str]]:
    return [row.cells for row in Table(io.BytesIO(content), start, delimiter)]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_lines_end_in_any_way(ends):
    content = ends.join(["user_id,name", '1,"Ann', 'Lee"', "2,Bo", ""]).encode()

    assert rows(content) == [["user_id", "name"], ["1", f"Ann{ends}Lee"], ["2", "Bo"]]


CELLS = st.text(st.characters(codec="utf-8"), max_size=12)


@given(
    table=st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    ends=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
)
def test_whatever_was_written_is_read(table, delimiter, ends, bom):
    """IMP-17: RFC 4180, from the first row or from any later one"""
    # where lines end in LF alone, Python's own writer leaves a CR unquoted
    assume("\r" in ends or not any("\r" in cell for row in table for cell in row))
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator=ends).writerows(table)
    content = (BOM if bom else b"") + written.getvalue().encode()
    start = len(BOM) if bom else 0

    read = list(Table(io.BytesIO(content), start, delimiter))

    again = [next(iter(Table(io.BytesIO(content), row.offset, delimiter))).cells for row in read]
    assert [row.cells for row in read] == table
    assert again == table


@given(content=st.binary(max_size=300))
def test_no_bytes_are_more_than_refused(content):
    """Whatever it is: rows, or a sentence."""
    stream = io.BytesIO(content)
    refused = ""
    read: list[Row] = []
    try:
        known = inspect(stream)
        delimiter = delimiter_of(stream, known.start)
        headers_of(stream, known.start, delimiter)
        stream = io.BytesIO(content)
        read = list(Table(stream, known.start, delimiter))
    except Unreadable as unreadable:
        refused = unreadable.message
    assert bool(refused) != bool(read)
    assert [row.number for row in read] == list(range(len(read))) or b"\n" in content or b"\r" in content


def test_the_line_that_is_not_utf8_is_named():
    """IMP-17: byte 0xE9 alone on line 3"""
    with pytest.raises(Unreadable, match="Line 3 is not UTF-8"):
        inspect(io.BytesIO(b"user_id,name\n1,Ann\n2,Ren\xe9\n3,Bo\n"))


def test_a_character_that_is_cut_at_the_end_is_named():
    with pytest.raises(Unreadable, match="Line 2 is not UTF-8"):
        inspect(io.BytesIO(b"user_id\n\xc3"))


def test_a_character_may_lie_across_two_pieces(monkeypatch):
    monkeypatch.setattr(reading, "PIECE", 3)

    assert inspect(io.BytesIO("id\née,ü\n".encode())).size == 10


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter):
    content = f"user_id{delimiter}name\n1{delimiter}Lee, Ann; |\n".replace("Lee, Ann; |", "Lee").encode()

    assert delimiter_of(io.BytesIO(content), 0) == delimiter


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ('user_id,"name; first","x;y;z"\n1,"A;B;C","1;2;3;4"\n', ","),
        ("user_id;name;note\n1;A, B, C;x,y\n2;A, B;z,\n", ";"),
        ('user_id,note\n1,"He said ""a;b;c"", then left"\n', ","),
        ("a|b;c\n1|2;3\n", ";"),
        ("user_id\tname, first, last, all\n1\tLee, Ann\n", "\t"),
    ],
)
def test_the_delimiter_is_not_one_that_stands_in_cells(content, delimiter):
    assert delimiter_of(io.BytesIO(content.encode()), 0) == delimiter


def test_a_single_column_is_separated_by_commas():
    assert delimiter_of(io.BytesIO(b"email\na@x.io\n"), 0) == ","


# ---- through the door ------------------------------------------------------------------------------------------------


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.csv", "user_id\n1\n")
    return packed.getvalue()


HOSTILE = {
    "nothing": (b"", "This file is empty"),
    "white space": (b" \n\n", "This file is empty"),
    "a mark alone": (BOM, "This file is empty"),
    "an archive": (zipped(), "an Excel workbook or a ZIP archive"),
    "gzip": (gzip.compress(b"user_id\n1\n"), "a gzip archive"),
    "a document": (b"%PDF-1.7\n", "a PDF document"),
    "UTF-16": ("user_id\n1\n".encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": ("user_id\n1\n".encode("utf-16-le"), "not plain text"),
    "UTF-32": ("user_id\n1\n".encode("utf-32"), "UTF-32"),
    "JSON": (b'[{"user_id": 1, "email": "a@x.io"}]\n', "This is JSON, not a CSV file"),
    "lines of JSON": (BOM + b'\n {"user_id": 1}\n{"user_id": 2}\n', "This is JSON, not a CSV file"),
    "a web page": (b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>", "This is a web page, not a CSV file"),
    "XML": (b'<?xml version="1.0"?>\n<people/>', "This is XML, not a CSV file"),
    "rich text": (b"{\\rtf1\\ansi a,b\\par}", "a document of a word processor"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "a picture"),
    "marks alone": (BOM * 2 + b"\n", "This file is empty"),
    "the delimiter alone": (b"sep=;\n", "This file is empty"),
    "Latin-1": ("user_id,name\n1,René\n".encode("latin-1"), "Line 2 is not UTF-8"),
    "10,000 columns": (b",".join(b"c%d" % place for place in range(10_000)) + b"\n", "The file has 10,000 columns"),
    "no headers": (b",,\n1,2,3\n", "holds no headers"),
    "an email in place of a header": (b"1,ann@example.com,Ann\n2,bo@example.com,Bo\n", "it is somebody's row"),
    "a phone in place of a header": (b"1,+353 (1) 555-0100\n2,+353 1 555 0101\n", "it is somebody's row"),
    "a quote in the headers": (b'"user_id,name\n1,Ann\n', "A quote that opens in the row of line 1 never closes"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_csv_is_refused_in_words(door, case):
    content, words = HOSTILE[case]

    answer = door.upload(content)

    assert answer.status_code == 422
    assert any(words in problem for problem in problems_in(answer)), problems_in(answer)
    assert not Import.objects.exists()


UNREADABLE = {
    "a quote that never closes": ('user_id,name\n1,Ann\n2,"Bo\n3,Cy\n', "opens in the row of line 3 never closes"),
    "a row without an end": ('user_id,name\n1,"' + "x" * 2_000_001 + '"\n', "does not end within 2,000,000 characters"),
    "headers alone": ("user_id,name\n", "no rows below them"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_to_its_end_says_where(door, case):
    text, words = UNREADABLE[case]

    upload = door.uploaded(text)

    page = door.client.get(upload.page()).text
    assert words in page
    assert "Upload another file" in page
    assert door.client.post(f"{door.base}/{upload.pk}/options/", {"only": "any"}).status_code in (302, 409)
    assert not ImportRun.objects.filter(purpose=Purpose.PREVIEW).exists()


@pytest.mark.django_db
def test_odd_rows_are_errors_of_their_own(door, workspace):
    long = "x" * 1_048_576
    run = door.imported(f'user_id,name\n1,Ann\n2,"Bo"by\n3,"nul\0"\n4,{long}\n5,a,b\n6\n\n7,"Lee, ""Cy"""\n'.encode())

    assert counts(run) == {"created": 5, "failed": 2, "faulty": 2}
    assert reasons(run) == {
        2: [["", "has text after a closing quote; a quote inside a cell is written twice"]],
        3: [["name", "has a NUL character in it"]],
        4: [["name", "is 1048576 characters long; at most 255 are kept"]],
        5: [["", "has 3 cells, and there are 2 columns"]],
    }
    assert dict(Person.objects.values_list("external_id", "name")) == {
        "1": "Ann",
        "3": None,
        "4": None,
        "6": None,
        "7": 'Lee, "Cy"',
    }


@pytest.mark.django_db
def test_a_quote_that_swallows_lines_is_told_with_its_lines_and_nothing_is_lost(door, workspace):
    """IMP-23: the cells are in the file of errors, and the type of the column is not made of them"""
    text = 'user_id,name,seats\n1,Ann,1\n2,"Bo,2\n3,Cy,3\n4,"Di",4\n5,Ed,5\n6,"Fay" Lee,6\n'
    upload = door.uploaded(text)
    kinds = door.choices(upload)["kind-2"]

    run = door.imported(text, columns={"seats": "new"})

    swallowed = "takes up the lines 3 to 5: a quote that opens on line 3 closes only where text follows"
    within = "has text after a closing quote; a quote inside a cell is written twice"
    assert people(workspace, "external_id") == [("1",), ("5",)]
    assert (kinds, counts(run)) == ("number", {"created": 2, "failed": 2})
    assert door.csv(run, "errors")[1:] == [
        ["2", "", swallowed, "2", '"Bo', "2\n3"],
        ["4", "", within, "6", '"Fay" Lee', "6"],
    ]


@pytest.mark.django_db
def test_the_byte_order_mark_is_no_part_of_the_first_header(door):
    """IMP-17"""
    upload = door.uploaded(BOM + b"email,name\na@x.io,Ann\n")

    assert upload.headers == ["email", "name"]


@pytest.mark.django_db
@pytest.mark.parametrize("before", [BOM * 2, BOM + b"sep=;\r\n", b"SEP=;\n"])
def test_what_stands_before_the_headers_is_passed_over(door, workspace, before):
    """IMP-17: marks that programs put there twice, and the line that tells spreadsheets the delimiter"""
    door.imported(before + "user_id;name\n1;Ann\n2;Béa\n".encode())

    assert people(workspace, "external_id", "name") == [("1", "Ann"), ("2", "Béa")]


@pytest.mark.django_db
def test_marks_without_end_are_text(door):
    upload = door.uploaded(BOM * 20_000 + b",user_id\n,1\n")

    assert upload.headers[1:] == ["user_id"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/march.csv", "march.csv"),
        ("a\x01b\u202ecod.csv", "abcod.csv"),
        (" ", "people.csv"),
        ("x" * 400 + ".csv", "x" * 251 + ".csv"),
        ('<img src=x>"&.csv', '<img src=x>"&.csv'),
    ],
)
def test_a_file_is_called_by_what_can_be_read_of_its_name(door, name, shown):
    upload = door.uploaded("user_id\n1\n", name=name)

    assert upload.file_name == shown
    assert "<img" not in door.client.get(upload.page()).text


@pytest.mark.django_db
def test_an_escaped_formula_is_the_text_that_it_was(door):
    """EXP-06"""
    door.imported("user_id,name\n1,'=1+1\n2,'quoted'\n")

    assert dict(Person.objects.values_list("external_id", "name")) == {"1": "=1+1", "2": "'quoted'"}


@pytest.mark.django_db
def test_a_formula_in_the_file_of_errors_is_none(door):
    """EXP-06"""
    run = door.imported("user_id,Signed up\n1,=1+1\n")

    assert door.csv(run, "errors")[1][-1] == "'=1+1"


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "status"), [(20_971_520, 302), (20_971_521, 422)])
def test_20_mb_are_taken_and_no_byte_more(door, settings, size, status):
    """IMP-16"""
    settings.IMPORT_MAX_BYTES = 20_971_520
    line = b"1,Ann\n"
    content = b"user_id,name\n" + line * 10
    content += b"2," + b"x" * 200 + b"\n"
    content = (content * (size // len(content) + 1))[: size - 1] + b"\n"

    answer = door.upload(content)

    assert answer.status_code == status
    assert ("Split the file" in answer.text) == (status == 422)
    assert Import.objects.count() == (status == 302)


@pytest.mark.django_db
def test_a_file_that_is_announced_as_too_large_is_not_read(door, settings):
    """IMP-16: before upload processing"""
    settings.IMPORT_MAX_BYTES = 1_000
    unread = Unread(200_000)

    answer = door.client.generic(
        "POST",
        f"{door.base}/new/",
        b"",
        "multipart/form-data; boundary=x",
        CONTENT_LENGTH="200000",
        **{"wsgi.input": unread},
    )

    assert answer.status_code == 422
    assert "Split the file" in answer.text
    assert unread.was_read == 0


class Unread:
    """A request's body that tells how much of it was asked for."""

    def __init__(self, size: int) -> None:
        self.size, self.was_read = size, 0

    def read(self, size: int = -1) -> bytes:
        self.was_read += size
        return b""

    readline = read


@pytest.mark.django_db
def test_the_delimiter_can_be_chosen(door):
    upload = door.uploaded("user_id;name\n1;Ann\n")
    found = upload.headers

    door.client.post(f"{door.base}/{upload.pk}/delimiter/", {"delimiter": ","})

    upload.refresh_from_db()
    assert (found, upload.headers) == (["user_id", "name"], ["user_id;name"])
