"""Which runs of the suite need a browser."""

import pytest

from intercom_clone.servers import browsers
from intercom_clone.servers.places import Refused
from intercom_clone.servers.suite import BROWSER_TESTS, needs_browser


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], True),
        (["-q"], True),
        (["-k", "ping"], True),
        (["tests"], True),
        (["tests/browser"], True),
        (["tests/servers", "tests/browser"], True),
        (["tests/servers"], False),
        (["tests/servers/test_suite.py::test_x", "-q"], False),
    ],
)
def test_a_browser_is_sought_unless_every_path_lies_away_from_its_tests(arguments, expected):
    assert BROWSER_TESTS.is_dir()

    assert needs_browser(arguments) is expected


def test_a_named_browser_that_does_not_start_is_refused(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    with pytest.raises(Refused, match="/nowhere/chromium, which does not start"):
        browsers.chromium()
