"""One style sheet per page for browsers, one per component for whoever changes it.

`static/css/all.css` imports the components in the order of the cascade. A browser would ask for each of them in turn,
so it is handed out with all of them in it: to `collectstatic`, and to WhiteNoise where nothing is collected.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage, Storage

SHEET = "css/all.css"
IMPORT = re.compile(r'@import "([\w-]+\.css)";\n')


class OneStyleSheet(FileSystemFinder):
    """The folder `static`, with all that lies in `css` as one file."""

    def find_location(self, root: Any, path: str, prefix: str | None = None) -> str | None:
        if path == SHEET:
            return str(written(Path(root, SHEET)))
        return super().find_location(root, path, prefix)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            if path == SHEET:
                written(Path(storage.path(SHEET)))
                yield path, FileSystemStorage(_folder())
            elif not path.startswith("css/"):
                yield path, storage


def joined(sheet: Path) -> str:
    """A style sheet with the text of each file in place of its import."""
    return IMPORT.sub(lambda found: sheet.with_name(found[1]).read_text(), sheet.read_text())


def written(sheet: Path) -> Path:
    """Where the joined style sheet stands, written anew if a part was edited since."""
    text, target = joined(sheet), _folder() / SHEET
    if not target.exists() or target.read_text() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False) as draft:
            draft.write(text)
        os.replace(draft.name, target)  # who reads meanwhile has the old one or the new one, whole
    return target


def _folder() -> Path:
    return settings.DATA_DIR / "joined"
