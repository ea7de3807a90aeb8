"""A real browser on the real pages. `manage.py test` names the Chromium in the environment."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.workspace.models import Seat, Workspace
from tests.factories import SeatFactory, WorkspaceFactory

# Playwright keeps an event loop in this thread, which Django takes for async code; the tests are not.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# No page runs long enough to earn back what optimizing its scripts, and those of axe, costs.
SCRIPTS_ARE_SHORT = "--js-flags=--no-opt --no-maglev"
AXE = Axe().axe_script
PATIENCE = 15_000  # milliseconds until a missing element is a failure
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=[SCRIPTS_ARE_SHORT])
        yield browser
        browser.close()


@pytest.fixture
def workspace(transactional_db: None) -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace)


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, tess: Seat) -> Iterator[Page]:
    """Tess's browser, signed in. A script's error, or anything that the CSP stops, fails the test."""
    context = signed_in(chromium, live_server, tess, viewport={"width": 1360, "height": 860}, reduced_motion="reduce")
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.extend(complaints_in(message)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def plain_page(chromium: Browser, live_server: LiveServer, tess: Seat) -> Iterator[Page]:
    """Tess's browser with scripts switched off (UI-08)."""
    context = signed_in(chromium, live_server, tess, java_script_enabled=False)
    yield context.new_page()
    context.close()


def signed_in(chromium: Browser, live_server: LiveServer, seat: Seat, **more: Any) -> BrowserContext:
    """A browser of its own for a teammate."""
    context = chromium.new_context(base_url=live_server.url, **more)
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(seat), "url": live_server.url}])
    return context


def session_of(seat: Seat) -> str:
    """The cookie of a session of the seat's teammate."""
    client = Client()
    client.force_login(seat.teammate)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def complaints_in(message: ConsoleMessage) -> list[str]:
    """What the console calls an error, except that a form came back with one (422)."""
    return [message.text] if message.type == "error" and "status of 422" not in message.text else []


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((told) => told.violations)")
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
