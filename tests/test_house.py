"""The house itself: what newcomers may rely on wherever they look."""

import ast
import re
from io import StringIO
from pathlib import Path
from statistics import median

import pytest
from django.apps import apps
from django.core.management import call_command

from apps.attributes.precedence import YIELDS_TO, may_write
from apps.attributes.sources import Source

ROOT = Path(__file__).resolve().parent.parent
OURS = [*(ROOT / "apps").rglob("*.py"), *(ROOT / "intercom_clone").rglob("*.py")]
CODE = [path for path in OURS if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
DRAWERS = {"utils", "helpers", "common", "misc", "base", "services", "managers"}


def test_no_room_is_a_drawer():
    names = {path.stem for path in CODE} | {path.parent.name for path in CODE}

    assert names & DRAWERS == set()


def test_functions_are_short():
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert median(lengths) <= 10


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_keeps_to_the_content_security_policy(template):
    """No inline script, style or handler: the policy would refuse them."""
    inline = r"""\sstyle=|\son[a-z]+=|hx-on|<style|javascript:|<script(?![^>]*\bsrc=)|hx-vals=['"]js:"""

    assert re.findall(inline, template.read_text()) == []


def test_every_style_sheet_is_imported_once():
    imported = re.findall(r'@import "(.*)";', (ROOT / "static" / "css" / "all.css").read_text())

    assert sorted([*imported, "all.css"]) == sorted(path.name for path in (ROOT / "static" / "css").glob("*.css"))


# Whose workspace is that of what they hang on, or who stand above workspaces.
WITHOUT_WORKSPACE = {"Workspace", "Teammate", "SignInLink", "DetailsChoice", "Stage", "Untaken"}


def test_every_table_says_whose_it_is():
    """Every query leads with the workspace, so every table has one."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    lacking = {
        model.__name__ for model in ours if not any(field.name == "workspace" for field in model._meta.get_fields())
    }

    assert lacking <= WITHOUT_WORKSPACE


@pytest.mark.django_db
def test_the_migrations_are_what_the_models_say():
    said = StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=said)

    assert "No changes detected" in said.getvalue()


SHOWN = [Source.MANUAL, Source.PING, Source.OPERATOR, Source.CSV, Source.REST]


def matrix(about: str) -> list[str]:
    """The precedence matrix as README prints it: a row for each holder, a column for each incoming source."""
    incoming = [source for source in SHOWN if source in YIELDS_TO[about]]
    lines = ["| held by \\ incoming | " + " | ".join(incoming) + " |", "|---|" + "---|" * len(incoming)]
    for holder in (None, *incoming):
        cells = ["writes" if may_write(about, source, holder) else "–" for source in incoming]
        lines.append(f"| {holder.value if holder else 'nobody (empty)'} | " + " | ".join(cells) + " |")
    return lines


@pytest.mark.parametrize("about", ["person", "company"])
def test_the_readmes_matrix_is_the_codes(about):
    """QUAL-08…14, QUAL-20"""
    readme = (ROOT / "README.md").read_text()

    assert "\n".join(matrix(about)) in readme
