"""What files are that are no CSV, whatever their names say, and what stands before a file's headers (IMP-17)."""

import codecs
import re

BOM = codecs.BOM_UTF8
MOST_MARKS = 30  # bytes: programs that write one before another's do it once or twice
# by what a file begins with; longer beginnings first
BEGINNINGS = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"%PDF": "a PDF document",
    b"{\\rtf": "a document of a word processor",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3\0": "an SQLite database",
    b"PAR1": "a Parquet file",
    b"\xff\xfe\0\0": "text in UTF-32",
    b"\0\0\xfe\xff": "text in UTF-32",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
# by what its text looks like, white space before it aside
LOOKS = {
    "JSON": re.compile(rb"\{\s*(\"|\}\s*$)|\[\s*([{\[\"]|\]\s*$)"),
    "a web page": re.compile(rb"<(!doctype\s+html|html|head|body|table)\b", re.IGNORECASE),
    "XML": re.compile(rb"<\?xml\b", re.IGNORECASE),
}
# The first line by which spreadsheets are told the delimiter.
SEP = re.compile(rb"sep=(.)(\r\n|\n|\r)", re.IGNORECASE)


def found(first: bytes) -> str:
    """What a file that begins like this is instead; empty where it may be CSV."""
    for beginning, what in BEGINNINGS.items():
        if first.startswith(beginning):
            return what
    text = first[start(first) :].lstrip()
    return next((what for what, look in LOOKS.items() if look.match(text)), "")


def start(first: bytes) -> int:
    """How many bytes stand before the headers: marks of the byte order, and the line that names the delimiter."""
    begin = 0
    while begin < MOST_MARKS and first.startswith(BOM, begin):
        begin += len(BOM)
    sep = SEP.match(first, begin)
    return sep.end() if sep else begin
