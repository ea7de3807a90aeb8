"""A file with as many columns as can be read goes all the way (IMP-03)."""

import pytest

from apps.imports.models import Stage
from apps.imports.reading import MOST_COLUMNS

pytestmark = pytest.mark.django_db


def test_every_column_of_the_widest_file_can_be_chosen(door):
    """IMP-03: a browser sends a choice, a name and a type for each column."""
    headers = ["email", *(f"c{place}" for place in range(1, MOST_COLUMNS))]
    upload = door.uploaded(",".join(headers) + "\n" + ",".join(["ann@x.io"] * MOST_COLUMNS) + "\n")
    form = {"column-0": "known:email"} | {f"column-{place}": "ignored" for place in range(1, MOST_COLUMNS)}
    form |= {f"name-{place}": header for place, header in enumerate(headers)}
    form |= {f"kind-{place}": "text" for place in range(MOST_COLUMNS)}

    answer = door.client.post(f"{door.base}/{upload.pk}/columns/", form)

    upload.refresh_from_db()
    assert (answer.status_code, upload.stage) == (302, Stage.OPTIONS)


def test_a_wide_row_of_the_preview_is_folded_and_all_of_it_is_there(door):
    """BEY-04"""
    headers = [f"extra {place}" for place in range(20)]
    upload = door.previewed(
        f"user_id,{','.join(headers)}\n1,{','.join(f'cell {place}' for place in range(20))}\n",
        columns={header.replace(" ", "__"): "new" for header in headers},
    )

    shown, _, folded = door.review(upload).partition("9 more</summary>")

    assert (shown.count("<ins>cell"), folded.count("<ins>cell")) == (11, 9)


def test_an_undone_import_says_what_of_it_stays(door):
    """BEY-05: attributes and tags are the workspace's by then"""
    run = door.imported("user_id,fresh\n1,x\n", columns={"fresh": "new"}, tag="March")
    plain = door.imported("user_id\n2\n")
    pages = []
    for one in (run, plain):
        door.undone(one)
        pages.append(door.client.get(one.upload.page()).text)

    assert ["The new attributes and the tag stay" in page for page in pages] == [True, False]
