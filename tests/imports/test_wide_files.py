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
