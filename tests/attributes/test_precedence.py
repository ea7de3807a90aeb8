"""The table of precedence, written again the other way round: who is beaten, not who is yielded to."""

import pytest

from apps.attributes.precedence import YIELDS_TO, may_write
from apps.attributes.sources import Source

MANUAL, PING, SIGNED, OPERATOR, CSV, REST = (
    Source.MANUAL,
    Source.PING,
    Source.SIGNED_PING,
    Source.OPERATOR,
    Source.CSV,
    Source.REST,
)
EMPTY = None

# current holder → the sources that write over it (rules §4, the matrix)
BEATEN_BY = {
    "person": {
        EMPTY: {MANUAL, PING, SIGNED, OPERATOR, CSV, REST},
        MANUAL: {MANUAL, CSV, REST},
        PING: {MANUAL, PING, SIGNED, CSV, REST},
        SIGNED: {MANUAL, PING, SIGNED, CSV, REST},
        OPERATOR: {MANUAL, PING, SIGNED, CSV, REST},
        CSV: {MANUAL, PING, SIGNED, CSV, REST},
        REST: {MANUAL, PING, SIGNED, CSV, REST},
    },
    "company": {
        EMPTY: {MANUAL, PING, SIGNED, OPERATOR, REST},
        MANUAL: {MANUAL, PING, SIGNED, REST},
        PING: {MANUAL, PING, SIGNED, REST},
        SIGNED: {MANUAL, PING, SIGNED, REST},
        OPERATOR: {MANUAL, PING, SIGNED, REST},
        REST: {MANUAL, PING, SIGNED, REST},
    },
}


@pytest.mark.parametrize("about", ["person", "company"])
def test_the_matrix_read_the_other_way_round_is_the_same(about):
    """QUAL-08…14, QUAL-20, UPD-02, UPD-03"""
    sources = [source for source in YIELDS_TO[about] if source is not Source.AUTO]

    beaten_by = {
        holder: {source for source in sources if may_write(about, source, holder)} for holder in BEATEN_BY[about]
    }

    assert beaten_by == BEATEN_BY[about]


def test_a_file_cannot_reach_a_company():
    """IMP-04"""
    with pytest.raises(KeyError):
        may_write("company", Source.CSV, None)


def test_the_platforms_hand_holds_nothing_against_anyone():
    """The note under the matrix."""
    assert not any(
        Source.AUTO in yielded for row in YIELDS_TO.values() for s, yielded in row.items() if s is not OPERATOR
    )
