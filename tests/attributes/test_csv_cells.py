"""Cells that no spreadsheet takes for a formula (EXP-06)."""

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from apps.attributes.csv_cells import STARTS, escaped, escaped_sql, unescaped

CELLS = st.text(st.sampled_from([*STARTS, "'", "1", " ", "a", "é", "\n", '"', ","]), max_size=6) | st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+353 87 1", "'+353 87 1"),
        ("+5", "'+5"),
        ("-5", "-5"),
        ("-0.125", "-0.125"),
        ("-1.5e-07", "-1.5e-07"),
        ("-5 of us", "'-5 of us"),
        ("-5\n", "'-5\n"),
        ("-5+3", "'-5+3"),
        ("--5", "'--5"),
        ("-٥", "'-٥"),
        ("'-5", "''-5"),
        ("@sum(A1)", "'@sum(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_a_cell_that_would_be_calculated_gets_an_apostrophe(cell, written):
    """EXP-06"""
    assert escaped(cell) == written


@given(CELLS)
@example("''''-")
def test_a_cell_is_read_back_as_it_was(cell):
    assert unescaped(escaped(cell)) == cell


@given(CELLS)
def test_no_cell_that_was_written_begins_with_a_sign_but_a_number(cell):
    """EXP-06"""
    written = escaped(cell)
    assert written[:1] not in tuple(STARTS) or float(written) <= 0


@pytest.mark.django_db
def test_the_database_writes_the_same_cells():
    """EXP-06"""
    signs = [*STARTS, "'", "a", "7", ".5", "e3", "٥", ""]
    cells = [one + two + three for one in signs for two in signs for three in signs]
    cells += ["-12.5e+30", "-1234567890123456", "-5 of us", "-1e", "-1.", "-.5", "-1e1000"]

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {escaped_sql('cell')} FROM unnest(%s::text[]) WITH ORDINALITY AS c(cell, n) ORDER BY n", [cells]
        )
        written = [row[0] for row in cursor.fetchall()]

    assert written == [escaped(cell) for cell in cells]
