"""The snippet on somebody else's site: another origin, under a strict Content-Security-Policy, in a real browser."""

import base64
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from pytest_django.live_server_helper import LiveServer

from apps.attributes.catalogue import catalogue_of
from apps.attributes.values import read
from apps.events.models import Event
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.atlas import DUBLIN, ROWS, make_atlas
from tests.browser.conftest import PATIENCE, violations
from tests.factories import PersonFactory

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
PACKAGE = Path(__file__).parent / "messenger-js-sdk"


def bundled() -> str:
    """The npm package as a bundler puts it on a page: `sdk` is what a page imports."""
    modules = ",\n".join(
        f'"./{path.stem}": function (exports, require) {{{path.read_text()}\n}}' for path in PACKAGE.glob("*.js")
    )
    return f"""<script>
var sdk = (function (modules) {{
  var loaded = {{}};
  function require(name) {{
    if (!loaded[name]) {{ modules[name](loaded[name] = {{}}, require); }}
    return loaded[name];
  }}
  return require("./index");
}})({{{modules}}});
</script>"""


@dataclass
class Site:
    """A customer's site: pages by path. Its policy allows its own inline scripts by their hashes, and ours."""

    ours: str
    pages: dict[str, str] = field(default_factory=dict)
    address: str = ""

    def answer(self, path: str) -> tuple[bytes, str]:
        body = self.pages.get(path.split("?")[0], "")
        hashes = (
            base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode() for inline in INLINE.findall(body)
        )
        scripts = " ".join(f"'sha256-{one}'" for one in hashes)
        page = f"<!doctype html><html lang=en><head><title>{path}</title></head><body>{body}</body></html>"
        return page.encode(), f"default-src 'none'; script-src {self.ours} {scripts}; connect-src {self.ours}"

    def page(self, path: str, *bodies: str) -> str:
        self.pages[path] = "\n".join(bodies)
        return self.address + path


@contextmanager
def served(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, policy = site.answer(self.path)
            self.send_response(204 if self.path == "/favicon.ico" else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body if self.path != "/favicon.ico" else b"")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(live_server: LiveServer) -> Iterator[Site]:
    with served(Site(live_server.url)) as site:
        yield site


@dataclass
class Visitor:
    """Somebody's browser on the customer's site, and what it sent us."""

    page: Page
    sent: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def of(self, path: str) -> list[dict[str, Any]]:
        """What was sent to an address, oldest first."""
        return [one.post_data_json for one in self.sent if one.url.endswith(path)]

    def goes(self, address: str) -> None:
        """Open a page and wait for its ping to be answered."""
        with self.told("ping"):
            self.page.goto(address)

    @contextmanager
    def told(self, path: str) -> Iterator[None]:
        """Wait until we have answered something that is sent meanwhile; by then it is in the database."""
        with self.page.expect_response(lambda answer: answer.url.endswith(f"/{path}") and answer.ok):
            yield

    def calls(self, *said: Any) -> Any:
        return self.page.evaluate("(said) => window.Intercom(...said)", list(said))

    def runs(self, script: str) -> Any:
        return self.page.evaluate(script)

    def settles(self) -> None:
        """Wait until whatever was to be sent so far has been answered: requests go out one after the other."""
        last = f"settled {len(self.sent)}"
        with self.page.expect_response(lambda answer: last in (answer.request.post_data or "")):
            self.calls("trackEvent", last)

    def cookies(self) -> list[str]:
        return [cookie["name"] for cookie in self.page.context.cookies()]


@pytest.fixture
def visitor(chromium: Browser, workspace: Workspace) -> Iterator[Visitor]:
    context: BrowserContext = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(context.new_page())
    context.on("request", lambda request: visitor.sent.append(request) if request.method == "POST" else None)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(f"error: {error}"))
    visitor.page.on(
        "console",
        lambda message: visitor.complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    yield visitor
    context.close()
    assert visitor.complaints == []


@pytest.fixture
def snippet(page: Page, workspace: Workspace) -> Callable[[str], str]:
    """The very text of the Installation page."""

    def of(name: str) -> str:
        page.goto(f"/apps/{workspace.app_id}/settings/installation/")
        return page.get_by_role("region", name=f"snippet for {name}").inner_text()

    return of


def person() -> tuple[str, str | None, str | None]:
    return Person.objects.values_list("role", "external_id", "email").get()


# ---- a visit -----------------------------------------------------------------------------------------------------


def test_a_visitor_becomes_a_lead_and_the_user_who_logs_in(
    visitor: Visitor, site: Site, snippet: Callable[[str], str], workspace: Workspace
) -> None:
    """IDN-09…11, MSG-01, MSG-02, MSG-15"""
    public = site.page("/", snippet("visitors"))
    product = site.page("/app", snippet("users"))

    visitor.goes(f"{public}?utm_source=news&gclid=1")
    assert person() == ("visitor", None, None)
    cookie = f"intercom-id-{workspace.app_id}"
    assert visitor.cookies() == [cookie]
    assert visitor.calls("getVisitorId") == Person.objects.get().visitor_id
    [told] = visitor.of("/ping")
    assert told["utm"] == {"utm_source": "news"}
    assert (told["page"]["url"], told["page"]["title"]) == (
        f"{public}?utm_source=news&gclid=1",
        "/?utm_source=news&gclid=1",
    )

    with visitor.told("events"):
        visitor.calls("trackEvent", "read-pricing", {"plan": "Pro"})
    visitor.runs("window.Intercom('onUserEmailSupplied', () => { document.title = 'thank you'; })")
    visitor.calls("convert", {"email": "ann@example.com", "name": "Ann"})
    expect(visitor.page).to_have_title("thank you")
    assert person() == ("lead", None, "ann@example.com")
    assert visitor.calls("whoami")["user"]["role"] == "lead"

    visitor.goes(product)
    assert person() == ("user", "usr_42", "ann@example.com")
    ann = Person.objects.get()
    assert (ann.name, ann.signed_up_at.isoformat()) == ("Ann Lee", "2024-01-01T00:00:00+00:00")
    with visitor.told("ping"):
        visitor.calls("update", {"projects_created": 4})
    with visitor.told("events"):
        visitor.calls("trackEvent", "invited-friend")
    assert Event.objects.filter(person=ann).count() == 2

    visitor.calls("shutdown")
    assert visitor.cookies() == []
    visitor.goes(public)
    assert visitor.calls("getVisitorId") != told["anonymous_id"]
    assert list(Person.objects.order_by("pk").values_list("role", flat=True)) == ["user", "visitor"]


def test_a_profile_tells_where_somebody_came_from_and_with_what(
    visitor: Visitor, site: Site, page: Page, workspace: Workspace, settings: Any, tmp_path: Path
) -> None:
    """MSG-14, ATT-51, ATT-53, ATT-55: an own page and a later campaign say nothing more"""
    home = {"127.0.0.1": ROWS[DUBLIN]}
    settings.GEOIP_PATH = make_atlas(tmp_path / "city.mmdb", home)
    script = f'<script src="{site.ours}/widget/{workspace.app_id}"></script>'
    told = f'<script>window.intercomSettings = {{ app_id: "{workspace.app_id}", user_id: "1" }};</script>{script}'
    landing, other = site.page("/landing", told, '<a href="/other?utm_source=google">on</a>'), site.page("/other", told)

    with visitor.told("ping"):
        visitor.page.goto(f"{landing}?utm_source=fb&utm_medium=cpc", referer="http://news.example/story?id=7")
    with visitor.told("ping"):
        visitor.page.get_by_role("link", name="on").click()
    assert visitor.of("/ping")[-1]["page"]["referrer"] == f"{landing}?utm_source=fb&utm_medium=cpc"
    assert visitor.page.url == f"{other}?utm_source=google"

    page.goto(f"{Person.objects.get().page()}?details=all")
    details = page.get_by_role("region", name="Details")
    for label, value in {
        "City": "Dublin",
        "Region": "Leinster",
        "UTM Source": "fb",
        "UTM Medium": "cpc",
        "Referral URL": "http://news.example/story?id=7",
        "Browser language": "en-US",
    }.items():
        line = details.locator(".pair").filter(has=page.get_by_text(label, exact=True))
        expect(line.locator(".value-text")).to_have_text(value)
    details.get_by_label("Where City comes from: Based on IP address").click()
    city = details.locator("#fact-person-city")
    expect(city.get_by_text("who travels or uses a VPN may be elsewhere")).to_be_visible()


def test_a_teammate_sees_each_step_of_a_visit(
    visitor: Visitor, site: Site, page: Page, snippet: Callable[[str], str], workspace: Workspace, settings: Any
) -> None:
    """IDN-09…11, MSG-14, MSG-15, SESS-01, EVT-01, ATT-55, PRES-02, PRES-04: arrived, left an email, logged in, gone"""
    ann = PersonFactory(workspace=workspace, external_id="usr_42", name="Ann Lee", email=None)
    home, product = site.page("/", snippet("visitors")), site.page("/app", snippet("users"))
    site.page("/article", f'<a href="{home}?utm_source=news&utm_campaign=spring">Acme</a>')
    page.clock.install()
    page.goto(f"/apps/{workspace.app_id}/people/?segment=users")
    row = page.get_by_role("row", name="Ann Lee")
    expect(row).to_be_visible()

    visitor.page.goto(f"{site.address}/article".replace("127.0.0.1", "localhost"))
    with visitor.told("heartbeat"):
        visitor.page.get_by_role("link", name="Acme").click()
    with visitor.told("events"):
        visitor.calls("trackEvent", "read-pricing")
    visitor.runs("window.Intercom('onUserEmailSupplied', () => { document.title = 'thank you'; })")
    visitor.calls("convert", {"email": "ann@example.com"})
    expect(visitor.page).to_have_title("thank you")
    page.clock.run_for(A_REFRESH)
    expect(row.locator(".dot")).to_have_count(0)
    assert sorted(Person.objects.values_list("role", flat=True)) == ["lead", "user"]

    with visitor.told("heartbeat"):
        visitor.page.goto(product)
    page.clock.run_for(A_REFRESH)
    expect(row.get_by_role("link", name="Online now Ann Lee")).to_be_visible()
    with visitor.told("events"):
        visitor.calls("trackEvent", "invited-friend", {"channel": "email"})

    visitor.page.goto("about:blank")
    settings.CLOCK_OFFSET = "+2m"
    page.clock.run_for(A_REFRESH)
    expect(row.locator(".dot")).to_have_count(0)

    page.goto(f"{ann.page()}?details=all")
    expect(page.locator("#profile-header .dot")).to_have_count(0)
    told = page.get_by_role("region", name="Events")
    expect(told.get_by_role("listitem").filter(has_text="Read pricing").first).to_be_visible()
    expect(told.get_by_role("listitem").filter(has_text="Invited friend").first).to_be_visible()
    details = page.get_by_role("region", name="Details")
    for label, value in {
        "Email": "ann@example.com",
        "Web sessions": "1",
        "Browser": "Chrome",
        "OS": "Linux",
        "UTM Source": "news",
        "UTM Campaign": "spring",
        "Referral URL": site.address.replace("127.0.0.1", "localhost"),
    }.items():
        line = details.locator(".pair").filter(has=page.get_by_text(label, exact=True))
        expect(line).to_contain_text(value)


A_REFRESH = 30_000  # milliseconds until a list asks again who is online


def test_the_snippet_works_under_neutral_addresses(
    visitor: Visitor, site: Site, page: Page, snippet: Callable[[str], str], workspace: Workspace
) -> None:
    """MSG-19"""
    page.goto(f"/apps/{workspace.app_id}/settings/installation/")
    page.get_by_label("Use neutral addresses").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The addresses were saved.")).to_be_visible()

    visitor.goes(site.page("/app", snippet("users")))
    visitor.settles()

    assert person() == ("user", "usr_42", "ann@example.com")
    assert {one.url.removeprefix(site.ours) for one in visitor.sent} == {"/m/ping", "/m/heartbeat", "/m/events"}


# ---- the npm package -------------------------------------------------------------------------------------------------


@pytest.fixture
def imported(visitor: Visitor, site: Site, workspace: Workspace) -> Visitor:
    """A visitor's browser on a page that has imported the package and named our script."""
    props = f'{{ app_id: "{workspace.app_id}", widgetUrl: "{site.ours}/widget/{workspace.app_id}" }}'
    site.page("/app", bundled(), f"<script>var props = {props}; sdk.Intercom(props);</script>")
    visitor.goes(f"{site.address}/app")
    return visitor


def test_the_npm_package_is_pointed_here(imported: Visitor, site: Site) -> None:
    """api.md §11.1: the package names Intercom's address with every call; nothing may be sent there"""
    with imported.told("ping"):
        imported.runs("sdk.Intercom(Object.assign(props, { user_id: '1' }))")
    for _ in range(25):
        imported.runs("sdk.Intercom(props)")  # a component calls it each time it renders
    with imported.told("ping"):
        imported.runs("sdk.Intercom(Object.assign(props, { plan: 7 }))")

    assert len(imported.of("/ping")) == 3
    assert {one.url.startswith(site.ours) for one in imported.sent} == {True}
    assert person() == ("user", "1", None)


def test_what_the_npm_package_exports_works(imported: Visitor) -> None:
    """MSG-01, MSG-02, MSG-15, IDN-10, IDN-11"""
    assert imported.runs("sdk.getVisitorId()") == Person.objects.get().visitor_id
    assert imported.runs("sdk.whoami()")["user"]["role"] == "visitor"
    imported.runs("sdk.onUserEmailSupplied(() => { document.title = 'thank you'; })")
    imported.calls("convert", {"email": "ann@example.com"})  # the one call that the package does not know
    expect(imported.page).to_have_title("thank you")
    assert person() == ("lead", None, "ann@example.com")

    with imported.told("ping"):
        imported.runs("sdk.update({ user_id: '1', email: 'ann@example.com' })")
    with imported.told("events"):
        imported.runs("sdk.trackEvent('invited-friend', { channel: 'email' })")
    assert person() == ("user", "1", "ann@example.com")
    assert Event.objects.get().name.name == "invited-friend"

    left_out = imported.runs("""() => {
        const known = ["boot", "update", "shutdown", "trackEvent", "getVisitorId", "whoami", "Intercom", "default"];
        const others = Object.keys(sdk).filter((name) => !known.includes(name));
        return others.length > 10 && others.map((name) => sdk[name]("1")).every((answer) => answer === undefined);
    }""")
    assert left_out
    imported.runs("sdk.shutdown()")
    assert (imported.runs("sdk.getVisitorId()") or None, imported.cookies()) == (None, [])
    with imported.told("ping"):
        imported.runs("sdk.boot({ app_id: props.app_id, user_id: '2' })")
    assert list(Person.objects.order_by("pk").values_list("external_id", flat=True)) == ["1", "2"]


# ---- calls -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def booted(visitor: Visitor, site: Site, workspace: Workspace) -> Visitor:
    """A user's browser on a page with the script."""
    settings = f'{{ app_id: "{workspace.app_id}", api_base: "{site.ours}", user_id: "1", plan: "free", seats: 3 }}'
    site.page("/app", f"<script>window.intercomSettings = {settings};</script>", loader(site, workspace))
    site.page("/other", "<p>Another page</p>")
    visitor.goes(f"{site.address}/app")
    return visitor


def loader(site: Site, workspace: Workspace, *calls: str) -> str:
    made = "".join(f"window.Intercom({call});\n" for call in calls)
    return f"""<script>
var q = function () {{ q.q.push(arguments); }}; q.q = []; window.Intercom = q;
{made}
</script><script async src="{site.ours}/widget/{workspace.app_id}"></script>"""


def test_calls_made_before_the_script_came_are_made_then(visitor: Visitor, site: Site, workspace: Workspace) -> None:
    """MSG-01; it boots once where a boot is waiting"""
    calls = [
        "'onUserEmailSupplied', function () {}",
        "'trackEvent', 'early'",
        f"'boot', {{ app_id: '{workspace.app_id}', user_id: '1', plan: 'free' }}",
        "'update', { plan: 'pro' }",
        "'trackEvent', 'late', { n: 1 }",
    ]
    settings = f"<script>window.intercomSettings = {{ app_id: '{workspace.app_id}', user_id: 'other' }};</script>"

    visitor.goes(site.page("/app", settings, loader(site, workspace, *calls)))
    visitor.settles()

    assert [ping["user_data"].get("plan") for ping in visitor.of("/ping")] == ["free", "pro"]
    assert person() == ("user", "1", None)
    assert [event["event_name"] for event in visitor.of("/events")][:2] == ["early", "late"]
    assert Event.objects.filter(person__external_id="1").count() == 3


def test_an_update_changes_what_it_says_and_nothing_else(booted: Visitor, workspace: Workspace) -> None:
    """MSG-01"""
    with booted.told("ping"):
        booted.calls("update", {"plan": "enterprise"})

    assert custom(workspace) == {"plan": "enterprise", "seats": 3}


def custom(workspace: Workspace) -> dict[str, Any]:
    definitions = catalogue_of(Workspace.objects.get(pk=workspace.pk), "person").custom
    [values] = read(Person, list(Person.objects.values_list("pk", flat=True)), definitions).values()
    return values


def test_updates_are_throttled(booted: Visitor) -> None:
    """MSG-17: 25 within a minute, and the server receives 20"""
    for number in range(25):
        booted.calls("update", {"seats": number})
    booted.settles()

    assert len(booted.of("/ping")) == 1 + 20
    assert len(booted.complaints) == 5
    assert all("20 updates in 30 minutes" in one for one in booted.complaints)
    booted.complaints.clear()
    booted.goes(booted.page.url)  # a page load begins anew
    with booted.told("ping"):
        booted.calls("update", {"seats": 99})


def test_another_user_gets_none_of_the_first_ones_values(booted: Visitor) -> None:
    with booted.told("ping"):
        booted.calls("update", {"user_id": "2", "seats": 1})

    said = booted.of("/ping")[-1]["user_data"]
    assert {key: said.get(key) for key in ("user_id", "seats", "plan")} == {"user_id": "2", "seats": 1, "plan": None}


def test_pages_that_a_script_changes_are_told(booted: Visitor) -> None:
    """MSG-01: page changes in single-page apps count"""
    with booted.told("ping"):
        booted.runs("() => { history.pushState({}, '', '/app/people'); document.title = 'People'; }")
    booted.runs("() => history.replaceState({}, '', '/app/people?q=ann')")  # a search while it is typed
    booted.runs("() => { location.hash = 'section'; }")
    with booted.told("ping"):
        booted.runs("() => { location.hash = '#/inbox'; }")
    with booted.told("ping"):
        booted.runs("() => { history.replaceState({}, '', '/app/settings'); }")
    with booted.told("ping"):
        booted.page.go_back()
    booted.settles()

    told = [(ping["page"]["url"].split("/", 3)[3], ping["page"]["title"]) for ping in booted.of("/ping")]
    assert told == [
        ("app", "/app"),
        ("app/people", "People"),
        ("app/people?q=ann#/inbox", "People"),
        ("app/settings", "People"),
        ("app/people?q=ann", "People"),
    ]


def test_what_is_left_when_the_page_goes_is_sent_all_the_same(booted: Visitor, site: Site) -> None:
    """Three events, and away: the first is under way, the others go by beacon."""
    booted.runs("""() => {
        for (const name of ["first", "second", "third"]) Intercom("trackEvent", name);
        location.href = "/other";
    }""")
    expect(booted.page.get_by_text("Another page")).to_be_visible()

    eventually(lambda: Event.objects.count() == 3)


def eventually(is_so: Callable[[], bool]) -> None:
    """Beacons and what outlives a page are answered to nobody."""
    waiting = threading.Event()
    assert any(is_so() or waiting.wait(0.1) for _ in range(100))


def test_nothing_that_a_page_calls_breaks_it(booted: Visitor) -> None:
    """What goes wrong here never reaches the page."""
    answers = booted.runs("""() => {
        const circular = {}; circular.self = circular;
        const odd = [[], ["nothing"], ["__proto__"], ["constructor"], ["show"], ["hide"], ["showNewMessage", "Hi"],
          ["startTour", 1], ["hideNotifications", true], ["onShow", "text"], ["onHide"], [{}], [null], ["convert"],
          ["onUnreadCountChange", () => {}], ["trackEvent"], ["trackEvent", "big", { n: 10n }],
          ["update", circular], ["update", { big: 10n }], ["update", "text"], ["update", null], ["boot", 7]];
        return odd.map((said) => window.Intercom(...said)).filter((answer) => answer !== undefined);
    }""")
    booted.calls("update", {"seats": 4})
    booted.settles()

    assert answers == []
    assert booted.of("/ping")[-1]["user_data"]["seats"] == 4
    assert [one for one in booted.complaints if one.startswith("error:")] == []
    booted.complaints.clear()


def test_a_value_that_is_no_json_costs_a_ping_nothing_else(visitor: Visitor, site: Site, workspace: Workspace) -> None:
    """MSG-13"""
    settings = f"""<script>
var circular = {{}}; circular.self = circular;
window.intercomSettings = {{
  app_id: "{workspace.app_id}", user_id: "1", n: 10n, circular: circular, plan: "pro", company: {{ id: "9", n: 11n }}
}};
</script>"""

    visitor.goes(site.page("/app", settings, loader(site, workspace)))

    [ping] = visitor.of("/ping")
    said = {"user_id": "1", "n": "10", "plan": "pro", "company": {"id": "9", "n": "11"}}
    assert ping["user_data"] == said | {"app_id": workspace.app_id}
    assert [complaint for complaint in visitor.complaints if "circular is left out" not in complaint] == []
    assert len(visitor.complaints) == 1
    visitor.complaints.clear()


def test_a_title_is_cut_before_an_emoji_and_not_within(visitor: Visitor, site: Site, workspace: Workspace) -> None:
    """MSG-13"""
    title = "x" * 1999 + "\U0001f600"
    settings = f"<script>window.intercomSettings = {{ app_id: '{workspace.app_id}', page_title: '{title}' }};</script>"

    visitor.goes(site.page("/app", '<meta charset="utf-8">', settings, loader(site, workspace)))

    assert visitor.of("/ping")[0]["page"]["title"] == "x" * 1999


def test_after_shutdown_nobody_is_meant(booted: Visitor) -> None:
    booted.calls("shutdown")
    booted.calls("trackEvent", "unseen")
    booted.calls("update")
    assert (booted.calls("getVisitorId"), booted.calls("whoami"), booted.cookies()) == (None, None, [])

    with booted.told("ping"):
        booted.calls("boot", {"user_id": "2"})

    assert [ping["user_data"].get("user_id") for ping in booted.of("/ping")] == ["1", "2"]
    assert booted.of("/events") == []
    first, second = booted.of("/ping")
    assert first["anonymous_id"] != second["anonymous_id"]


def test_the_script_twice_is_the_script_once(booted: Visitor, site: Site, workspace: Workspace) -> None:
    booted.runs(f"""() => new Promise((done) => {{
        const again = document.createElement("script");
        again.src = "{site.ours}/widget/{workspace.app_id}?again";
        again.onload = done;
        document.head.append(again);
    }})""")
    booted.settles()

    assert len(booted.of("/ping")) == 1


def test_a_wrong_app_id_is_told_in_the_console(visitor: Visitor, site: Site, workspace: Workspace) -> None:
    workspace.app_id = "wrong"
    with visitor.page.expect_console_message():
        visitor.page.goto(site.page("/app", loader(site, workspace, "'boot', { user_id: '1' }")))

    [told] = visitor.complaints
    visitor.complaints.clear()
    assert "no workspace with the app id" in told


# ---- time ------------------------------------------------------------------------------------------------------------


def test_a_heartbeat_goes_out_every_thirty_seconds(visitor: Visitor, site: Site, workspace: Workspace) -> None:
    """PRES-01: open for two minutes, four or five"""
    visitor.page.clock.install()
    visitor.goes(site.page("/app", loader(site, workspace, "'boot', { user_id: '1' }")))
    visitor.settles()

    for _ in range(4):
        with visitor.told("heartbeat"):
            visitor.page.clock.run_for(30_000)

    assert len(visitor.of("/heartbeat")) == 5
    assert visitor.of("/heartbeat")[-1]["user_data"] == {"user_id": "1"}
    assert len(visitor.of("/ping")) == 1


def test_a_server_that_asks_for_quiet_gets_it(visitor: Visitor, site: Site, workspace: Workspace) -> None:
    """429 with Retry-After: nothing is sent before, and nothing is lost"""
    answers = iter([429])
    asked = {"Retry-After": "60", "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}

    def first_not(route: Route) -> None:
        status = next(answers, None)
        route.fulfill(status=status, headers=asked) if status else route.continue_()

    visitor.page.context.route("**/messenger/web/ping", first_not)
    visitor.page.clock.install()
    with visitor.page.expect_response("**/ping"):
        visitor.page.goto(site.page("/app", loader(site, workspace, "'boot', { user_id: '1' }")))
    visitor.calls("trackEvent", "meanwhile")
    visitor.page.clock.run_for(59_000)
    assert [one.url.split("/")[-1] for one in visitor.sent] == ["ping"]

    with visitor.told("events"):
        visitor.page.clock.run_for(2_000)

    assert [one.url.split("/")[-1] for one in visitor.sent] == ["ping", "ping", "heartbeat", "events"]
    assert person() == ("user", "1", None)
    assert Event.objects.get().name.name == "meanwhile"
    [failed] = visitor.complaints
    visitor.complaints.clear()
    assert "429" in failed


def test_over_the_limit_a_page_is_quiet_for_as_long_as_it_is_told_and_loses_nothing(
    visitor: Visitor, site: Site, workspace: Workspace, settings: Any
) -> None:
    """One request in two seconds: more is answered 429, and what was refused is sent once more when it may be."""
    settings.MESSENGER_LIMIT_ADDRESS = "1/2s"
    visitor.goes(site.page("/app", loader(site, workspace, "'boot', { user_id: '1' }")))

    with visitor.page.expect_response(lambda answer: "second" in (answer.request.post_data or "") and answer.ok):
        for name in ("first", "second"):
            visitor.calls("trackEvent", name)

    held_off = [(at, one) for at, one in enumerate(visitor.sent) if answered(one) == 429]
    told = [(one.timing["startTime"], asked(one), visitor.sent[at + 1].timing["startTime"]) for at, one in held_off]
    assert told
    assert [then - at >= 1000 * seconds - EARLY for at, seconds, then in told] == [True] * len(told)
    assert sorted(Event.objects.values_list("name__name", flat=True)) == ["first", "second"]
    assert {"429" in complaint for complaint in visitor.complaints} == {True}
    visitor.complaints.clear()


EARLY = 5  # milliseconds by which the browser's two clocks may differ


def answered(request: Request) -> int:
    response = request.response()
    return response.status if response else 0


def asked(request: Request) -> int:
    """For how many seconds the server asks for quiet."""
    response = request.response()
    return int(response.header_value("Retry-After") or 0) if response else 0


# ---- the page that shows it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (400, "light"), (400, "dark")])
def test_the_installation_page_fits_and_is_accessible(
    page: Page, workspace: Workspace, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(f"/apps/{workspace.app_id}/settings/installation/")
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_the_snippet_is_copied_as_it_stands(page: Page, workspace: Workspace) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/apps/{workspace.app_id}/settings/installation/")

    page.get_by_role("button", name="Copy snippet for users").press("Enter")
    expect(page.locator(".is-copied")).to_have_count(1)

    shown = page.get_by_role("region", name="snippet for users").inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == shown
