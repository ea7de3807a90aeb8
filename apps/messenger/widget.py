"""The script behind the snippet, as browsers fetch it: for everybody the same bytes, told apart by its address."""

import gzip
import hashlib
import re
from pathlib import Path
from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

from apps.workspace.models import Workspace

from . import replying

SOURCE: Final = Path(__file__).with_name("widget.js").read_bytes()
PACKED: Final = gzip.compress(SOURCE, mtime=0)
VERSION: Final = hashlib.sha256(SOURCE).hexdigest()[:16]
KEPT = "public, max-age=300, must-revalidate"  # a new release reaches every page within minutes
TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")


class Script(HttpResponse):
    """A script that any page may load, whatever policy it stands under; it carries no cookie and asks for none."""

    def __init__(self, source: bytes, *, kept: str, status: int = 200) -> None:
        super().__init__(source, content_type="text/javascript; charset=utf-8", status=status)
        self["Cache-Control"] = kept
        self["Access-Control-Allow-Origin"] = "*"
        self["Cross-Origin-Resource-Policy"] = "cross-origin"
        self["X-Content-Type-Options"] = "nosniff"
        if status == 200:
            self["Content-Length"] = str(len(source))


def script(request: HttpRequest, app_id: str) -> HttpResponse:
    """The script for the pages of a workspace."""
    if request.method not in ("GET", "HEAD"):
        return replying.wrong_method("GET", "HEAD")
    known = Workspace.objects.filter(app_id=app_id).exists()
    response = _widget(request) if known else _warning(app_id)
    if request.method == "HEAD":
        response.content = b""
    return response


def _widget(request: HttpRequest) -> Script:
    is_packed = bool(TAKES_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
    etag = f'"{VERSION}{"-gzip" if is_packed else ""}"'
    held = [known.removeprefix("W/") for known in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))]
    is_held = etag in held or "*" in held
    response = Script(b"" if is_held else PACKED if is_packed else SOURCE, kept=KEPT, status=304 if is_held else 200)
    response["ETag"] = etag
    response["Vary"] = "Accept-Encoding"
    if is_packed and not is_held:
        response["Content-Encoding"] = "gzip"
    return response


def _warning(app_id: str) -> Script:
    """A browser does not run a script that came with 404, so whoever pasted a wrong app id would see nothing of it."""
    sentence = f'Intercom: there is no workspace with the app id "{app_id}", so nothing is sent.'
    return Script(b"console.warn(%s);" % orjson.dumps(sentence), kept="no-store")
