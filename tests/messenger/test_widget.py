"""The script behind the snippet, as browsers fetch it."""

import gzip
from pathlib import Path

import orjson
import pytest
from django.apps import apps

from apps.workspace.models import Workspace

pytestmark = pytest.mark.django_db

SOURCE = (Path(apps.get_app_config("messenger").path) / "widget.js").read_bytes()
ADDRESSES = ["/widget/abc1234", "/widget/abc1234/", "/m/abc1234.js"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_may_load_the_script(workspace: Workspace, client, address):
    """MSG-19: also under a name that no list of trackers knows"""
    response = client.get(address, headers={"origin": "https://shop.example.com"})

    assert (response.status_code, response.content) == (200, SOURCE)
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert response["Content-Length"] == str(len(SOURCE))
    assert response.cookies == {}
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "br;q=1, gzip;q=0.5"])
def test_it_is_packed_for_who_takes_it_packed(workspace, client, accepted):
    response = client.get("/widget/abc1234", headers={"accept-encoding": accepted})

    assert (response["Content-Encoding"], response["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(response.content) == SOURCE
    assert len(response.content) < 6_000


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip;q=0.0, br"])
def test_it_is_not_packed_for_who_does_not(workspace, client, accepted):
    response = client.get("/widget/abc1234", headers={"accept-encoding": accepted})

    assert "Content-Encoding" not in response
    assert response["Vary"] == "Accept-Encoding"
    assert response.content == SOURCE


@pytest.mark.parametrize("accepted", ["", "gzip"])
@pytest.mark.parametrize("wrap", ["{}", "W/{}", '"old", {}', "*"])
def test_who_has_it_already_gets_nothing(workspace, client, accepted, wrap):
    etag = client.get("/widget/abc1234", headers={"accept-encoding": accepted})["ETag"]

    response = client.get("/widget/abc1234", headers={"accept-encoding": accepted, "if-none-match": wrap.format(etag)})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert response["Cache-Control"] == "public, max-age=300, must-revalidate"


def test_the_packed_one_is_another_version(workspace, client):
    """A cache must not give the one for the other."""
    plain, packed = (client.get("/widget/abc1234", headers={"accept-encoding": one})["ETag"] for one in ("", "gzip"))

    assert plain != packed
    assert client.get("/widget/abc1234", headers={"if-none-match": packed}).status_code == 200


def test_a_head_request_tells_the_length_alone(workspace, client):
    response = client.head("/widget/abc1234")

    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(SOURCE))


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_it_can_only_be_read(workspace, client, method):
    response = getattr(client, method)("/widget/abc1234")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_a_wrong_app_id_is_told_in_the_console(workspace, client):
    """A browser would not run a script that came with 404."""
    response = client.get("/widget/nobody")

    assert response.status_code == 200
    assert response.content.decode() == (
        'console.warn("Intercom: there is no workspace with the app id \\"nobody\\", so nothing is sent.");'
    )
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response


@pytest.mark.parametrize("address", ["/widget/", "/widget/a/b", "/widget/%22);alert(1)//", "/m/abc1234", "/m/"])
def test_nothing_else_is_a_script(workspace, client, address):
    response = client.get(address)

    assert response["Content-Type"].startswith("application/json")
    assert response.status_code == 404


@pytest.mark.parametrize("name", ["ping", "events", "heartbeat", "lead"])
def test_what_the_script_posts_has_neutral_names_too(workspace, client, name):
    """MSG-19"""
    body = {
        "app_id": "abc1234",
        "anonymous_id": "c1",
        **({"event_name": "e"} if name == "events" else {}),
        **({"email": "a@x.io"} if name == "lead" else {}),
    }
    sent = orjson.dumps(body)

    answers = [client.post(f"{door}{name}", sent, "text/plain").status_code for door in ("/messenger/web/", "/m/")]

    assert answers == [{"events": 202, "heartbeat": 204}.get(name, 200)] * 2


def test_the_page_may_read_how_long_to_wait(workspace, client):
    """The script obeys Retry-After, which a browser hides from pages unless told otherwise."""
    response = client.post("/messenger/web/ping", "{}", "text/plain", headers={"origin": "https://shop.example.com"})

    assert response["Access-Control-Expose-Headers"] == "Retry-After"
