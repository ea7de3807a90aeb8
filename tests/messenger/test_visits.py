"""What a visit leaves beside its time: browser, language, place, and where somebody came from."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import Client

from apps.messenger import visiting
from apps.people.merging import merge
from apps.people.models import Person
from apps.segments.comparisons import Moment
from apps.segments.compiling import compiled
from apps.segments.language import Condition, all_of
from apps.workspace.hands import NOBODY
from tests.atlas import ANGUILLA, ATLANTA, AUSTIN, DUBLIN, MONTREAL, NOWHERE, PARIS, REUNION, ROWS, SIX, make_atlas
from tests.factories import NOW, LeadFactory, PersonFactory

from .conftest import PING, user

pytestmark = pytest.mark.django_db

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/137.0.7151.56 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
BROWSER = ("browser", "browser_version", "os", "browser_language")
PLACE = ("city", "region", "country", "country_code", "continent_code", "postal_code", "timezone")
ORIGIN = ("referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
LANDING = "https://acme.example/pricing"


@pytest.fixture
def atlas(settings: Any, tmp_path: Path) -> Path:
    """The database of places that the product is told of."""
    path = tmp_path / "city.mmdb"
    settings.GEOIP_PATH = make_atlas(path)
    return path


def of(columns: tuple[str, ...]) -> tuple[Any, ...]:
    """What stands in some columns of the only person there is."""
    return Person.objects.values_list(*columns).get()


def on(url: str = LANDING, referrer: Any = "", **beside: Any) -> dict[str, Any]:
    """What the script says of a page."""
    return {"page": {"url": url, "title": "Acme", "referrer": referrer}} | beside


# ---- the browser -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (CHROME, ("Chrome", "137.0.7151.56", "Windows")),
        (SAFARI, ("Safari", "18.5", "Mac OS X")),
        (IPHONE, ("Mobile Safari", "17.5", "iOS")),
        ("Something of our own/1.0", (None, None, None)),
        ("\x00" * 3 + "(" * 60_000, (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_browser_and_system_come_from_the_user_agent(workspace, ping, agent, told):
    """MSG-14"""
    ping({"user_id": "1"}, HTTP_USER_AGENT=agent)

    assert of(BROWSER[:3]) == told


@pytest.mark.parametrize(
    ("said", "accepted", "told"),
    [
        ("pt-BR", "de", "pt-BR"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de-AT"),
        (None, "en;q=0.2, fr;q=0.7, *;q=0.9, x;q=wrong", "fr"),
        ("<b>", "zh-Hant-TW", "zh-Hant-TW"),
        ("e\x00n", "", None),
        ({"a": 1}, "*", None),
        (None, "", None),
    ],
)
def test_the_language_is_the_scripts_or_the_requests_first(workspace, ping, said, accepted, told):
    """MSG-14"""
    ping({"user_id": "1"}, beside={"language": said}, HTTP_ACCEPT_LANGUAGE=accepted)

    assert of(("browser_language",)) == (told,)


def test_the_latest_browser_counts_and_an_unknown_one_says_nothing(workspace, ping):
    """MSG-14: what is told together is kept together"""
    ping({"user_id": "1"}, HTTP_USER_AGENT=CHROME, HTTP_ACCEPT_LANGUAGE="de")
    ping({"user_id": "1"}, HTTP_USER_AGENT=SAFARI)

    ping({"user_id": "1"}, HTTP_USER_AGENT="Something of our own/1.0")

    assert of(BROWSER) == ("Safari", "18.5", "Mac OS X", "de")


def test_what_a_page_says_of_the_browser_itself_is_reserved(workspace, ping):
    """MSG-14"""
    ping({"user_id": "1", "browser": "mine", "os": "mine", "city": "Rome"}, HTTP_USER_AGENT=CHROME)

    assert of(("browser", "os", "city")) == ("Chrome", "Windows", None)


# ---- the place -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (DUBLIN, ("Dublin", "Leinster", "Ireland", "IE", "EU", "D02", "Europe/Dublin")),
        (AUSTIN, ("Austin", "Texas", "United States", "US", "NA", "78701", "America/Chicago")),
        (MONTREAL, ("Montreal", "Quebec", "Canada", "CA", "NA", "H2X", "America/Toronto")),
        (PARIS, ("Paris", None, "France", "FR", "EU", None, "Europe/Paris")),
        (f"::ffff:{PARIS}", ("Paris", None, "France", "FR", "EU", None, "Europe/Paris")),
        (SIX, ("Atlanta", "Georgia", "United States", "US", "NA", "30303", "America/New_York")),
        (NOWHERE, (None,) * 7),
        ("", (None,) * 7),
    ],
)
def test_the_place_comes_from_the_address(workspace, ping, atlas, address, told):
    """ATT-51, ATT-52: the region is the first-level subdivision"""
    ping({"user_id": "1"}, REMOTE_ADDR=address)

    assert of(PLACE) == told


def test_only_the_latest_place_is_kept(workspace, ping, atlas):
    """ATT-53: Paris has no region here, and is not in Leinster"""
    ping({"user_id": "1"}, REMOTE_ADDR=DUBLIN)

    ping({"user_id": "1"}, REMOTE_ADDR=PARIS)

    assert of(PLACE) == ("Paris", None, "France", "FR", "EU", None, "Europe/Paris")


def test_an_address_that_nobody_knows_leaves_the_place(workspace, ping, atlas):
    """ATT-53"""
    ping({"user_id": "1"}, REMOTE_ADDR=DUBLIN)

    ping({"user_id": "1"}, REMOTE_ADDR=NOWHERE)

    assert of(PLACE[:3]) == ("Dublin", "Leinster", "Ireland")


def test_behind_a_proxy_the_visitors_place_counts(workspace, ping, atlas, settings):
    """ATT-51: what anybody can put before it does not"""
    settings.TRUSTED_PROXIES = 1
    Client().post(
        PING,
        {"app_id": "abc1234", "user_data": {"user_id": "1"}},
        "application/json",
        REMOTE_ADDR="10.0.0.1",
        HTTP_X_FORWARDED_FOR=f"{PARIS}, {AUSTIN}",
    )

    assert of(("city",)) == ("Austin",)


def test_the_address_itself_is_nowhere(workspace, ping, atlas):
    """ATT-54"""
    ping({"user_id": "1", "company": {"company_id": "6"}, "prefs": {"a": 1}}, REMOTE_ADDR=DUBLIN)
    ping({}, REMOTE_ADDR=DUBLIN)

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE %s', [f"%{DUBLIN}%"])
            found += [table] if cursor.fetchone() != (0,) else []
    assert (found, "people_person" in tables) == ([], True)


def test_a_database_of_countries_tells_countries(workspace, ping, settings, tmp_path):
    only_dublin = {DUBLIN: ROWS[DUBLIN]}
    settings.GEOIP_PATH = make_atlas(tmp_path / "country.mmdb", only_dublin, kind="GeoLite2-Country", version=4)

    ping({"user_id": "1"}, REMOTE_ADDR=DUBLIN)
    ping({"user_id": "2"}, REMOTE_ADDR=SIX)

    assert Person.objects.values_list(*PLACE).get(external_id="1") == (None, None, "Ireland", "IE", "EU", None, None)
    assert user("2").country is None


def test_a_new_database_is_opened_where_it_replaces_the_former(workspace, ping, atlas, tmp_path):
    """As geoipupdate puts it there"""
    ping({"user_id": "1"}, REMOTE_ADDR=DUBLIN)
    make_atlas(tmp_path / "new.mmdb", {DUBLIN: ("Cork", ["Munster"], "Ireland", "IE", "EU", None, None)})
    (tmp_path / "new.mmdb").rename(atlas)

    ping({"user_id": "1"}, REMOTE_ADDR=DUBLIN)

    assert of(("city", "region", "timezone")) == ("Cork", "Munster", None)


@pytest.mark.parametrize("damage", ["no file", "no database", "half a database", "of networks"])
def test_a_database_that_cannot_be_read_stops_nobody(workspace, ping, atlas, damage, caplog):
    """MSG-14: and the log says what to do, without the address"""
    if damage == "no file":
        atlas.unlink()
    elif damage == "no database":
        atlas.write_text("<html>Not found</html>")
    elif damage == "half a database":
        atlas.write_bytes(atlas.read_bytes()[:-700])
    else:
        make_atlas(atlas, kind="GeoLite2-ASN")

    response = ping({"user_id": "1"}, REMOTE_ADDR=DUBLIN)

    assert (response.status_code, of(PLACE)) == (200, (None,) * 7)
    assert "GEOIP_PATH" in caplog.text
    assert DUBLIN not in caplog.text


@pytest.mark.parametrize(
    ("name", "said"),
    [("city.mmdb", []), ("none.mmdb", ["none.mmdb cannot be read"]), ("asn.mmdb", ["asn.mmdb is a database of type"])],
)
def test_a_start_says_that_there_are_no_places_to_look_up(atlas, settings, name, said):
    make_atlas(atlas.with_name("asn.mmdb"), kind="GeoLite2-ASN")
    settings.GEOIP_PATH = str(atlas.with_name(name))

    found = [message.msg for message in run_checks() if message.id == "messenger.W001"]

    assert len(found) == len(said)
    assert all(words in message for words, message in zip(said, found, strict=True))


# ---- a pseudonym -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "suffix"),
    [(ATLANTA, " from Atlanta"), (REUNION, " from Saint-Paul"), (ANGUILLA, " from Anguilla"), (NOWHERE, "")],
)
def test_a_visitor_is_called_after_where_they_come_from(workspace, ping, atlas, address, suffix):
    """NAME-08, NAME-10"""
    ping({}, REMOTE_ADDR=address)

    assert re.fullmatch(rf"[A-Z][a-z]+ [A-Z][a-z]+{suffix}", Person.objects.get().label)


def test_two_visitors_of_one_place_have_names_of_their_own_for_good(workspace, ping, atlas):
    """NAME-09"""
    cookies = [ping({}, REMOTE_ADDR=ATLANTA).json()["anonymous_id"] for _ in range(2)]
    first, second = Person.objects.order_by("pk").values_list("pseudonym", flat=True)

    ping({}, beside={"anonymous_id": cookies[0]}, REMOTE_ADDR=PARIS)

    assert first != second
    assert Person.objects.get(visitor_id=cookies[0]).pseudonym == first


@pytest.mark.parametrize("door", ["lead", "events"])
def test_whoever_comes_by_another_door_first_has_a_place_as_well(workspace, client, atlas, door):
    """NAME-08, IDN-10, MSG-15"""
    said = {"email": "a@x.io"} if door == "lead" else {"event_name": "read-pricing"}
    body = {"app_id": "abc1234", "anonymous_id": "cookie-1"} | said
    client.post(f"/messenger/web/{door}", body, "application/json", REMOTE_ADDR=ATLANTA, HTTP_USER_AGENT=CHROME)

    found = Person.objects.get()
    assert (found.city, found.browser) == ("Atlanta", "Chrome")
    assert found.pseudonym.endswith(" from Atlanta")


# ---- where somebody came from ----------------------------------------------------------------------------------------


def test_the_first_campaign_counts(workspace, ping):
    """ATT-55"""
    ping({"user_id": "1"}, on(f"{LANDING}?utm_source=fb&utm_medium=cpc&a=1"))

    ping({"user_id": "1"}, on(f"{LANDING}?utm_source=google&utm_campaign=spring"))

    assert of(ORIGIN) == (None, "fb", "cpc", None, None, None)


def test_the_first_visit_that_came_from_somewhere_counts(workspace, ping):
    """ATT-55: a campaign and the page before it are told each by itself"""
    ping({"user_id": "1"}, on())
    ping({"user_id": "1"}, on(referrer="https://news.example/a"))
    ping({"user_id": "1"}, on(f"{LANDING}?utm_term=shoes", referrer="https://other.example/b"))

    ping({"user_id": "1"}, on(f"{LANDING}?utm_source=fb"))

    assert of(ORIGIN) == ("https://news.example/a", None, None, None, "shoes", None)


def test_keys_of_a_ping_are_no_campaign(workspace, ping):
    """ATT-55"""
    ping({"user_id": "1", "utm_source": "key", "referrer": "https://key.example/"})

    assert of(ORIGIN) == (None,) * 6


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        (on(f"{LANDING}?utm_source=a+b%20c&utm_source=d"), "a b c"),
        (on(f"{LANDING}?utm_source=%00%E2%82%AC%00"), "€"),
        (on(f"{LANDING}?utm_source=%20"), None),
        (on(f"{LANDING}?utm_source=" + "x" * 300), "x" * 255),
        (on(f"{LANDING}?utm_source=%FF"), "\ufffd"),
        (on(f"{LANDING}?" + "&".join(["a=1"] * 300) + "&utm_source=late"), None),
        (on(LANDING, utm={"utm_source": "beside"}), "beside"),
        (on(f"{LANDING}?utm_source=address", utm={"utm_source": "beside"}), "address"),
        (on(LANDING, utm={"utm_source": ["a"]}), None),
        ({"referer": f"{LANDING}?utm_source=older"}, "older"),
        ({"page": ["url"], "utm": 7, "referer": 7}, None),
        (on("https://[::1?utm_source=x"), None),
        (on("javascript:alert(1)//?utm_source=x"), None),
    ],
)
def test_a_campaign_is_read_from_the_pages_address(workspace, ping, beside, told):
    """ATT-55"""
    response = ping({"user_id": "1"}, beside)

    assert (response.status_code, *of(("utm_source",))) == (200, told)


@pytest.mark.parametrize(
    ("referrer", "told"),
    [
        ("https://news.example/a?b=c#d", "https://news.example/a?b=c"),
        ("https://tess:secret@news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example/?q=" + "x" * 300, "https://news.example/"),
        ("https://news.example/" + "x" * 300, "https://news.example/"),
        ("https://" + "x" * 300 + ".example/", None),
        ("https://news.example/\x00a", "https://news.example/a"),
        ("https://acme.example/before", None),
        ("https://www.acme.example/before", None),
        ("https://shop.acme.example/before", "https://shop.acme.example/before"),
        ("android-app://com.example", None),
        ("javascript:alert(1)", None),
        ("", None),
        ("https://[half", None),
        (["https://news.example"], None),
    ],
)
def test_only_another_sites_page_is_a_referral(workspace, ping, referrer, told):
    """ATT-55"""
    response = ping({"user_id": "1"}, on(referrer=referrer))

    assert (response.status_code, *of(("referrer",))) == (200, told)


def test_a_page_without_an_address_is_known_by_its_origin(workspace, ping):
    ping({"user_id": "1"}, {"page": {"referrer": "https://acme.example/a"}}, HTTP_ORIGIN="https://acme.example")

    assert of(("referrer",)) == (None,)


# ---- the same visit, told elsewhere ----------------------------------------------------------------------------------


def test_a_visitors_first_touch_goes_with_them(workspace, ping, atlas):
    """IDN-11: the user who logs in came by it"""
    cookie = {"anonymous_id": "cookie-1"}
    ping({}, on(f"{LANDING}?utm_source=fb", "https://news.example/a") | cookie, REMOTE_ADDR=ATLANTA)

    ping({"user_id": "1"}, on(f"{LANDING}?utm_source=own") | cookie, REMOTE_ADDR=PARIS)

    assert of(("external_id", "utm_source", "referrer", "city")) == ("1", "fb", "https://news.example/a", "Paris")


def test_a_visitors_first_touch_goes_into_the_user_who_has_none(workspace, ping):
    """IDN-11, IDN-14"""
    ping({"user_id": "1"})
    ping({}, on(f"{LANDING}?utm_source=fb") | {"anonymous_id": "cookie-1"})

    ping({"user_id": "1"}, {"anonymous_id": "cookie-1"})

    assert of(("external_id", "utm_source")) == ("1", "fb")


def test_a_merge_takes_over_places_and_campaigns_whole(workspace):
    """IDN-14: a user with a country has a place, and gets no city of another"""
    ben = LeadFactory(workspace=workspace, city="Atlanta", country="United States", utm_source="fb", utm_term="shoes")
    ann = PersonFactory(workspace=workspace, country="Ireland")

    merged = merge(ben, ann, by=NOBODY, now=NOW)

    assert (merged.city, merged.country, merged.utm_source, merged.utm_term) == (None, "Ireland", "fb", "shoes")


def test_a_place_is_asked_for_by_filters_at_once(workspace, ping, atlas):
    """ATT-51, UPD-11"""
    ping({"user_id": "1"}, REMOTE_ADDR=DUBLIN)
    ping({"user_id": "2"}, REMOTE_ADDR=PARIS)

    asked = compiled(workspace, "person", all_of(Condition("city", "is", "Dublin")), Moment(NOW, workspace.zone))

    assert Person.objects.get(asked).external_id == "1"


def test_an_unchanged_ping_tells_its_visit_in_one_statement(workspace, ping, atlas, django_assert_num_queries):
    """MSG-14"""
    ping({"user_id": "1"}, on(), REMOTE_ADDR=DUBLIN, HTTP_USER_AGENT=CHROME)

    with django_assert_num_queries(1):
        ping({"user_id": "1"}, on(f"{LANDING}?utm_source=fb"), REMOTE_ADDR=PARIS, HTTP_USER_AGENT=SAFARI)

    assert of(("city", "browser", "utm_source")) == ("Paris", "Safari", "fb")


def test_user_agents_are_read_once(workspace, ping):
    visiting._described.cache_clear()
    for number in range(3):
        ping({"user_id": f"{number}"}, HTTP_USER_AGENT=CHROME)

    assert visiting._described.cache_info().misses == 1


def test_the_page_that_somebody_has_open_is_kept(workspace, ping):
    """MSG-14: without a password that its address may carry; a ping that names none leaves it"""
    ping({"user_id": "1"}, on("https://ann:secret@app.example/projects?tab=open#top"))
    ping({"user_id": "1"}, on("javascript:alert(1)"))
    ping({"user_id": "1"})

    assert Person.objects.get().page_url == "https://app.example/projects?tab=open"


def test_the_latest_page_goes_with_a_merge(workspace, ping, time):
    """MSG-14, IDN-11"""
    ping({"user_id": "1"}, on("https://app.example/old"))
    time.goes_on(seconds=5)
    ping({}, {"anonymous_id": "cookie-12345"} | on("https://app.example/new"))

    ping({"user_id": "1"}, {"anonymous_id": "cookie-12345"})

    assert Person.objects.get().page_url == "https://app.example/new"
