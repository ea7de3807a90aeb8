"""The address that somebody calls from, as throttles, the activity log and look-ups of a place take it."""

import pytest
from django.test import RequestFactory

from apps.workspace.callers import address_of


@pytest.mark.parametrize(
    ("met", "told"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_an_address_is_told_in_one_way(met, told):
    request = RequestFactory().get("/", REMOTE_ADDR=met)

    assert address_of(request) == told
