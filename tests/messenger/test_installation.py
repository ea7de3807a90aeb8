"""Settings → Installation, and what it gives customers to paste."""

import re

import pytest
from django.test import Client

from apps.messenger.proof import user_hash_of
from apps.messenger.snippets import SIGNING, Snippets
from apps.people.models import Person
from apps.workspace.models import AuditEntry, Seat, Workspace
from tests.factories import SeatFactory, attribute

from .conftest import Ping

pytestmark = pytest.mark.django_db

PAGE = "/apps/abc1234/settings/installation/"


@pytest.fixture
def tess(workspace: Workspace) -> Seat:
    return SeatFactory(workspace=workspace)


@pytest.fixture
def signed_in(tess: Seat) -> Client:
    client = Client()
    client.force_login(tess.teammate)
    return client


def snippets(client: Client) -> Snippets:
    return client.get(PAGE).context["snippets"]


def logged(workspace: Workspace) -> list[tuple]:
    return list(AuditEntry.objects.filter(workspace=workspace).values_list("activity", "metadata"))


def test_the_snippet_carries_the_app_id_and_the_host(signed_in):
    """MSG-19: host setting used in the snippet"""
    shown = snippets(signed_in)

    for snippet in (shown.visitor, shown.user, shown.company):
        assert 'app_id: "abc1234"' in snippet
        assert 'api_base: "http://testserver"' in snippet
        assert 's.src = "http://testserver/widget/abc1234"' in snippet
    assert 'widgetUrl: "http://testserver/widget/abc1234"' in shown.npm


def test_the_script_is_where_the_snippet_says(signed_in, client):
    [address] = re.findall(r's\.src = "http://testserver([^"]+)"', snippets(signed_in).user)

    assert client.get(address)["Content-Type"].startswith("text/javascript")


def test_the_page_explains_who_is_missing_and_what_helps(signed_in):
    """MSG-19"""
    page = signed_in.get(PAGE).content.decode()

    for sentence in (
        "EasyList",
        "Ask them to allow your site",
        "Send data from your server",
        "Serve the script from your own domain",
        'name="host"',
    ):
        assert sentence in page


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("www.Example.com", "www.example.com"),
        ("www.example.com/people/", "www.example.com/people"),
        ("example.com:8443/a/B_c", "example.com:8443/a/B_c"),
    ],
)
def test_an_own_host_is_used_in_the_snippet(signed_in, workspace, place, kept):
    """MSG-19"""
    signed_in.post(PAGE, {"host": place})

    shown = snippets(signed_in)
    assert f'api_base: "https://{kept}"' in shown.user
    assert shown.script == f"https://{kept}/widget/abc1234"
    assert shown.origin == f"https://{kept.split('/')[0]}"
    assert logged(workspace) == [("app_settings_change", {"changes": {"messenger_host": ["", kept]}})]


def test_neutral_addresses_are_beside_the_script(signed_in):
    """MSG-19: without api_base, the script speaks to addresses beside its own"""
    signed_in.post(PAGE, {"host": "www.example.com/people", "neutral": "on"})

    shown = snippets(signed_in)
    assert shown.script == "https://www.example.com/people/m/abc1234.js"
    assert "api_base" not in shown.user
    assert "widget/" not in shown.user


@pytest.mark.parametrize(
    "place", ["https://www.example.com", "www example.com", "www.example.com/a?b", "www.example.com/../x", 'a"b', "/x"]
)
def test_a_wrong_host_is_refused_beside_its_field(signed_in, workspace, place):
    answer = signed_in.post(PAGE, {"host": place})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["messenger_host"])
    assert answer.context["snippets"].base == "http://testserver"
    assert logged(workspace) == []


def test_saving_without_a_change_logs_nothing(signed_in, workspace):
    signed_in.post(PAGE, {"host": ""})

    assert logged(workspace) == []


def test_what_pings_could_not_leave_is_listed(signed_in, workspace, ping: Ping):
    """MSG-13"""
    attribute(workspace, "seats", "number")
    ping({"user_id": "1", "name": "Ann", "seats": "many", "prefs": [1]})

    shown = signed_in.get(PAGE)

    assert sorted(line.refusal.key for line in shown.context["refused"]) == ["prefs", "seats"]
    assert "?door=ping" in shown.content.decode()


def test_the_snippet_for_users_says_what_the_rules_say(signed_in, ping: Ping):
    """MSG-03, MSG-11: everything in the examples is taken"""
    text = snippets(signed_in).company
    settings = re.search(r"intercomSettings = (\{.*?\n  \});", text, re.DOTALL)[1]
    literal = re.sub(r"^(\s*)(\w+):", r'\1"\2":', re.sub(r"\s+//.*", "", settings), flags=re.MULTILINE)

    answer = ping(eval(literal))

    assert answer.json()["user"]["role"] == "user"
    assert signed_in.get(PAGE).context["refused"] == []


def test_an_app_may_send_what_the_page_shows(signed_in, client, workspace):
    """SESS-06, MSG-13: everything in the example is taken"""
    command, *others = (one.text for one in snippets(signed_in).in_apps)
    address, body = re.fullmatch(r"curl http://testserver(\S+) .* -d '(.*)'", command, re.DOTALL).groups()

    answer = client.post(address, body, "application/json")

    ann = Person.objects.get(external_id="usr_42")
    assert (answer.status_code, ann.ios_sessions, ann.ios_device) == (200, 1, "iPhone 15")
    assert signed_in.get(PAGE).context["refused"] == []
    for text in others:
        assert '"abc1234"' in text
        assert "http://testserver/messenger/mobile/" in text


def test_a_server_in_python_signs_as_the_page_shows(workspace, ping: Ping):
    """MSG-10, MSG-21"""
    shown = next(signing for signing in SIGNING if signing.language == "Python")
    workspace.require_signed_identity = True
    workspace.save()
    server = {"secret": workspace.messenger_secret, "user_id": "1", "email": "ann@example.com", "plan": "Pro"}
    # the rules' day is long past for the clock that the example asks
    exec(shown.token.replace("int(time.time())", "1773154800"), server)
    exec(shown.user_hash, server)

    assert server["user_hash"] == user_hash_of(workspace.messenger_secret, "1")
    assert ping({"intercom_user_jwt": server["intercom_user_jwt"]}).status_code == 200
    assert ping({"user_id": "1", "user_hash": server["user_hash"]}).status_code == 200


def test_who_may_not_install_is_not_led_there(client, workspace):
    """PERM-05"""
    olaf = SeatFactory(workspace=workspace, role="read_only")
    client.force_login(olaf.teammate)

    assert client.get(PAGE).status_code == 403
    assert "Install the Messenger" not in client.get("/apps/abc1234/people/").content.decode()
