"""How many calls are let through before somebody is held off."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from apps.workspace.limiting import HANDFUL, Rate, spend
from tests.factories import NOW

CALLERS = 8


@pytest.mark.parametrize("callers", [1, CALLERS])
def test_as_many_are_let_through_as_the_rate_says_however_many_call_at_once(callers):
    """A process has a hundredth in hand at most, and no thread loses what another has taken"""
    rate, key = Rate(1_000, 3_600), f"test:{uuid4()}"

    def call(_: int) -> bool:
        [allowance] = spend({key: rate}, NOW)
        return not allowance.is_exceeded

    with ThreadPoolExecutor(callers) as pool:
        let_through = sum(pool.map(call, range(1_500)))

    assert rate.most - callers * rate.most // HANDFUL <= let_through <= rate.most


def test_what_is_left_goes_down_one_by_one():
    rate, key = Rate(5, 3_600), f"test:{uuid4()}"

    remaining = [spend({key: rate}, NOW)[0].remaining for _ in range(6)]

    assert remaining == [4, 3, 2, 1, 0, 0]
