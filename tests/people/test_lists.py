"""The people list through the door: who is on it, in which order, page by page, searched; and adding one by hand."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.attributes.models import State
from apps.lists import looking, searching
from apps.lists.searching import found
from apps.people.lists import PEOPLE
from apps.people.models import Person, Role
from tests.factories import NOW, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def tess(client, workspace):
    """Tess' browser."""
    client.force_login(SeatFactory(workspace=workspace).teammate)
    return client


@pytest.fixture
def olaf(client, workspace):
    """The browser of Olaf, who may only read."""
    client.force_login(SeatFactory(workspace=workspace, role="read_only").teammate)
    return client


def user(workspace, name, seen=None, **more):
    """A user who was seen some minutes ago, or never."""
    return PersonFactory(
        workspace=workspace, name=name, last_seen_at=None if seen is None else NOW - timedelta(minutes=seen), **more
    )


def get(browser, address="", **headers):
    if not address.startswith("/"):
        address = f"/apps/abc1234/people/{address}"
    response = browser.get(address, headers=headers)
    assert response.status_code == 200
    return response


def names(response):
    return [unescape(name) for name in re.findall(r'<span class="who-name">([^<]*)</span>', response.content.decode())]


def count(response):
    return re.search(
        r'<h1>(.*?) <span class="count" id="match-count">([\d,]+)</span>', response.content.decode()
    ).groups()


def neighbour(response, which):
    found = re.search(rf'rel="{which}" href="([^"]*)"', response.content.decode())
    return found and found[1].replace("&amp;", "&")


def rows(response):
    """The rows as text, cell by cell."""
    body = response.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


# ---- who, and in which order -----------------------------------------------------------------------------------------


def test_all_users_come_first_those_seen_last_on_top(tess, workspace):
    """UI-02"""
    user(workspace, "Never")
    user(workspace, "Yesterday", seen=24 * 60)
    user(workspace, "Today", seen=1)
    LeadFactory(workspace=workspace, name="Ben")

    response = get(tess)

    assert count(response) == ("All users", "3")
    assert names(response) == ["Today", "Yesterday", "Never"]


def test_all_leads_holds_the_leads(tess, workspace):
    user(workspace, "Ann")
    LeadFactory(workspace=workspace, name="Ben")

    response = get(tess, "?segment=leads")

    assert (count(response), names(response)) == (("All leads", "1"), ["Ben"])


def test_hidden_people_visitors_and_other_workspaces_are_on_no_list(tess, workspace):
    """FILT-17, IDN-09, IDN-19, DEL-05"""
    user(workspace, "Ann", seen=1)
    for state in set(State) - {State.ACTIVE}:
        user(workspace, f"Hidden {state}", state=state)
        LeadFactory(workspace=workspace, name=f"Hidden {state}", state=state)
    PersonFactory(workspace=workspace, role=Role.VISITOR, external_id=None, name="Visitor")
    PersonFactory(name="Stranger")

    shown = [(count(page), names(page)) for page in (get(tess), get(tess, "?segment=leads"), get(tess, "?q=hidden"))]

    assert shown == [(("All users", "1"), ["Ann"]), (("All leads", "0"), []), (("All users", "0"), [])]


def test_a_row_shows_the_default_columns_and_says_unknown(tess, workspace):
    """UI-06; screens §1"""
    user(
        workspace,
        "Ann",
        seen=0,
        email="ann@x.io",
        signed_up_at=NOW - timedelta(days=8),
        session_count=1234,
        city="Cork",
    )

    response = get(tess)

    heads = re.findall(r'<th scope="col"[^>]*>(?:<button[^>]*>)?([\w ]+)', response.content.decode())
    assert [head.strip() for head in heads] == [
        "Name", "Email", "Last seen", "First seen", "Signed up", "Web sessions", "City", "Country", "Tags",
    ]  # fmt: skip
    [[_, who, *cells]] = rows(response)
    assert who == "A Ann"
    assert cells == [
        "ann@x.io", "10 Mar 2026, 15:00", "10 Mar 2026, 15:00", "2 Mar 2026, 15:00",
        "1,234", "Cork", "Unknown", "– No tags",
    ]  # fmt: skip


def test_dates_stand_in_the_browsers_time_zone_with_utc_beside(tess, workspace):
    """DATE-01"""
    user(workspace, "Ann", seen=-8.5 * 60)  # 10 March, 23:30 UTC
    tess.cookies["tz"] = "Asia/Tokyo"

    response = get(tess)

    assert "11 Mar 2026, 08:30" in rows(response)[0]
    assert 'title="10 Mar 2026, 23:30:00 UTC"' in response.content.decode()


def test_people_are_called_by_name_email_user_id_or_pseudonym(tess, workspace):
    """NAME-08"""
    user(workspace, None, seen=1, email="a@x.io", external_id="1")
    user(workspace, None, seen=2, external_id="2")
    LeadFactory(workspace=workspace, email=None, pseudonym="Pink Stereo from Atlanta")

    assert (names(get(tess)), names(get(tess, "?segment=leads"))) == (["a@x.io", "2"], ["Pink Stereo from Atlanta"])


def test_a_picture_tells_its_host_nothing_and_its_absence_is_a_tile(tess, workspace):
    """AVA-04, AVA-05"""
    user(workspace, "Joe Bloggs", seen=1)
    user(workspace, "Ann", seen=2, avatar="https://x.io/a.jpg?b=1&c=2")

    page = get(tess).content.decode().partition("<tbody>")[2]

    assert re.findall(r'<span class="avatar tone-\d" aria-hidden="true">([A-Z]+)</span>', page) == ["JB"]
    picture = '<img src="https://x.io/a.jpg?b=1&amp;c=2" alt="" referrerpolicy="no-referrer" loading="lazy"'
    assert page.count(picture) == 1


def test_what_people_call_themselves_is_never_markup(tess, workspace):
    user(workspace, "<script>alert(1)</script>", email='"><img src=x>@x.io')

    page = get(tess, f"?q={quote('<script>')}").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_the_list_asks_for_the_columns_shown_and_no_other(tess, workspace):
    user(workspace, "Ann", seen=1)
    get(tess)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        get(tess)

    [page] = [q["sql"] for q in queries if "LIMIT 51" in q["sql"]]
    selected = re.findall(r'"people_person"\."(\w+)"', page.partition(" FROM ")[0])
    assert set(selected) == {
        "id", "public_id", "role", "avatar", "name", "email", "external_id", "pseudonym",
        "last_seen_at", "created_at", "signed_up_at", "session_count", "city", "country",
    }  # fmt: skip


@pytest.mark.parametrize("address", ["", "?q=ann", "?segment=leads&q=ann"])
def test_a_full_page_costs_the_queries_of_one_row(tess, workspace, address):
    """UI-05: session, teammate, seat, columns, counts, rows, tags, pins, and whether the sample data is there."""
    user(workspace, "Ann", seen=1)
    LeadFactory(workspace=workspace, name="Ann")
    get(tess, address)
    with CaptureQueriesContext(connection) as for_one_row:
        get(tess, address)
    for number in range(60):
        user(workspace, f"Ann {number}", seen=number)
        LeadFactory(workspace=workspace, name=f"Ann {number}")

    with CaptureQueriesContext(connection) as for_a_page:
        response = get(tess, address)

    assert len(names(response)) == 50
    assert len(for_a_page) == len(for_one_row)
    assert len([query for query in for_a_page if ' FROM "' in query["sql"]]) <= 14


# ---- paging ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages_of_three(settings):
    settings.PAGE_SIZE = 3


def walk(browser, address, which):
    """The names on each page, from one page on to the end."""
    walked = []
    while address is not None:
        response = get(browser, address)
        walked.append(names(response))
        address = neighbour(response, which)
    return walked, response


@pytest.mark.parametrize(
    "seen",
    [
        [1, 2, 3, 4, 5, 6, 7, 8],
        [5, 5, 5, 5, 5, 5, 5, 5],
        [None] * 8,
        [1, 1, 1, 1, None, None, None, None],
        [1, 2, 3, None, None, None, None],
        [1, None, None, None],
        [1, 2, 2, 2, 2, None],
        [1, 2, 3],
    ],
)
@pytest.mark.usefixtures("pages_of_three")
def test_pages_hold_everyone_once_in_order_there_and_back(tess, workspace, seen):
    """UI-05: with equal times and with none."""
    people = [user(workspace, f"P{number}", seen=minutes) for number, minutes in enumerate(seen)]
    unknown = timedelta(days=-99999)
    people.sort(key=lambda p: (p.last_seen_at - NOW if p.last_seen_at else unknown, p.pk), reverse=True)
    expected = [person.name for person in people]

    there, last = walk(tess, "", "next")
    back, first = walk(tess, neighbour(last, "prev") or "", "prev")

    assert there == [expected[start : start + 3] for start in range(0, len(expected), 3)]
    assert [*reversed(back), there[-1]][-len(there) :] == there
    assert neighbour(first, "prev") is None


@pytest.mark.usefixtures("pages_of_three")
def test_the_pager_says_where_it_stands_and_no_page_issues_offset(tess, workspace):
    """UI-05"""
    for number in range(7):
        user(workspace, f"P{number}", seen=number)

    with CaptureQueriesContext(connection) as queries:
        first = get(tess)
        second = get(tess, neighbour(first, "next"))
        third = get(tess, neighbour(second, "next"))
        back = get(tess, neighbour(third, "prev"))

    ranges = [
        re.search(r"<span>([\d–]+ of \d+)</span>", page.content.decode())[1] for page in (first, second, third, back)
    ]
    assert ranges == ["1–3 of 7", "4–6 of 7", "7–7 of 7", "4–6 of 7"]
    assert not [query["sql"] for query in queries if "OFFSET" in query["sql"]]


@pytest.mark.usefixtures("pages_of_three")
def test_somebody_seen_meanwhile_makes_nobody_appear_twice_or_be_skipped(tess, workspace):
    """UI-05: what OFFSET gets wrong."""
    people = [user(workspace, f"P{number}", seen=number + 1) for number in range(6)]
    first = get(tess)
    Person.objects.filter(pk=people[5].pk).update(last_seen_at=NOW)

    second = get(tess, neighbour(first, "next"))

    assert (names(first), names(second)) == (["P0", "P1", "P2"], ["P3", "P4"])


@pytest.mark.usefixtures("pages_of_three")
def test_a_page_that_is_gone_is_the_first_page(tess, workspace):
    people = [user(workspace, f"P{number}", seen=number) for number in range(4)]
    second = neighbour(get(tess), "next")
    first = neighbour(get(tess, second), "prev")
    Person.objects.filter(pk=people[3].pk).update(state=State.ARCHIVED)

    assert names(get(tess, second)) == names(get(tess, first)) == ["P0", "P1", "P2"]


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "%00",
        "AAAA",
        "é",
        "MSAxIDE=",  # not as we write it
        "dW5rbm93biAxIDEK",  # "unknown 1 1\n"
        "OTk5OTk5OTk5OTk5OTk5OTk5IDEgMQ",  # the year 33658
        "MSA5OTk5OTk5OTk5OTk5OTk5OTk5OTkgMQ",  # a key that is too large
        "a" * 2000,
    ],
)
@pytest.mark.parametrize("which", ["after", "before"])
@pytest.mark.usefixtures("pages_of_three")
def test_a_place_that_was_made_up_is_the_first_page(tess, workspace, place, which):
    user(workspace, "Ann", seen=1)

    response = get(tess, f"?{which}={place}")

    assert names(response) == ["Ann"]


# ---- searching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["blog", "JOE", "e b", "42", "bLoGgS@"])
def test_any_part_of_name_email_or_user_id_finds_somebody(tess, workspace, text):
    """FILT-20"""
    user(workspace, "Joe Bloggs", external_id="a42b", email="bloggs@x.io")
    user(workspace, "Ann", external_id="1", email="ann@x.io")

    response = get(tess, f"?q={quote(text)}")

    assert (count(response), names(response)) == (("All users", "1"), ["Joe Bloggs"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%", ["100% Ann"]),
        ("_", ["under_score"]),
        ("\\", ["back\\slash"]),
        ("'", ["O'Hara"]),
        ("🦊", ["Fox 🦊"]),
        ("É", ["Éva"]),
        ("év", ["Éva"]),
        ("100% a", ["100% Ann"]),
        ("%%", []),
        ("x" * 1000, []),
        ("o\x00x", ["Fox 🦊"]),
        ("  fox  ", ["Fox 🦊"]),
        ("{{ 1 }}", []),
        ("\ufffd", []),
    ],
)
def test_the_search_takes_every_character_as_it_is(tess, workspace, text, found):
    """FILT-20"""
    for number, name in enumerate(["100% Ann", "under_score", "back\\slash", "O'Hara", "Fox 🦊", "Éva", "Plain"]):
        user(workspace, name, external_id=str(number))

    response = get(tess, f"?q={quote(text)}")

    assert names(response) == found


def test_the_search_uses_its_index(workspace):
    """FILT-20, UI-05"""
    Person.objects.bulk_create(
        Person(workspace=workspace, role=Role.USER, name=f"Ann {n}", email=f"{n}@x.io", external_id=f"{n}")
        for n in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('people_by_any_part'::regclass)")  # as autovacuum does
        cursor.execute("ANALYZE people_person")

    plan = found(workspace, PEOPLE, Person.objects.of(workspace).active(), "Joe_B%").explain()

    assert re.findall(r"Index Cond: \((lower\(\w+\)) ~~ '%joe\\_b\\%%'", plan) == [
        "lower(name)",
        "lower(email)",
        "lower(external_id)",
    ]


def test_many_matches_are_paged_like_few(tess, workspace, monkeypatch):
    for number in range(4):
        user(workspace, f"Ann {number}", seen=number)
    few = names(get(tess, "?q=ann"))
    monkeypatch.setattr(looking, "FEW", 3)
    monkeypatch.setattr(searching, "FEW", 3)

    many = names(get(tess, "?q=ann"))

    assert many == few == ["Ann 0", "Ann 1", "Ann 2", "Ann 3"]


@pytest.mark.parametrize("text", ["", "  ", "\x00"])
def test_a_blank_search_is_none(tess, workspace, text):
    user(workspace, "Ann")

    response = get(tess, f"?q={quote(text)}")

    assert names(response) == ["Ann"]
    assert "Clear the search" not in response.content.decode()


def test_the_search_leads_on_to_the_matches_of_the_other_list(tess, workspace):
    """FILT-20"""
    user(workspace, "Ann")
    for name in ("Anna", "Anne", "Ben"):
        LeadFactory(workspace=workspace, name=name)

    page = get(tess, "?q=ann").content.decode()

    link, words = re.search(r'<a href="([^"]*)">([^<]*match[^<]*)</a>', page).groups()
    assert " ".join(words.split()) == "2 leads match as well"
    assert names(get(tess, link.replace("&amp;", "&"))) == ["Anne", "Anna"]


def test_a_search_without_a_match_says_so_and_can_be_cleared(tess, workspace):
    """Screens §0"""
    user(workspace, "Ann")
    LeadFactory(workspace=workspace, name="Ben")

    nobody = get(tess, "?q=zzz").content.decode()
    only_leads = get(tess, "?q=ben").content.decode()

    assert "<h2>0 people match</h2>" in nobody
    assert "<h2>0 users match</h2>" in only_leads
    assert '<a class="button" href="/apps/abc1234/people/?segment=users">Clear the search</a>' in nobody
    assert "1 lead matches" in " ".join(only_leads.split())


@pytest.mark.usefixtures("pages_of_three")
def test_paging_keeps_the_search(tess, workspace):
    for number in range(5):
        user(workspace, f"Ann {number}", seen=number)
        user(workspace, f"Eve {number}", seen=number)

    there, last = walk(tess, "?q=ann", "next")

    assert there == [["Ann 0", "Ann 1", "Ann 2"], ["Ann 3", "Ann 4"]]
    assert names(get(tess, neighbour(last, "prev"))) == there[0]


def test_a_workspace_without_people_says_how_they_come(tess):
    """Screens §0"""
    page = get(tess).content.decode()

    assert "<h2>No people yet</h2>" in page
    assert "POST http://testserver/contacts" in page


# ---- htmx ------------------------------------------------------------------------------------------------------------

HTMX = {"HX-Request": "true"}


def test_htmx_gets_what_stands_in_main_and_the_matches_are_announced(tess, workspace):
    user(workspace, "Ann")

    page = get(tess, "?q=ann", **HTMX).content.decode()

    assert "<html" not in page
    assert '<div id="announcer" hx-swap-oob="innerHTML">1 person matches' in page


def test_going_back_gets_a_whole_page(tess, workspace):
    response = get(tess, **HTMX, **{"HX-History-Restore-Request": "true"})

    assert "<html" in response.content.decode()
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(
    ("stood", "asked", "header"),
    [
        ("", "?q=a", "HX-Push-Url"),
        ("?segment=users&q=a", "?q=an", "HX-Replace-Url"),
        ("?q=a", "?q=an", "HX-Replace-Url"),
        ("?segment=users&q=an", "?q=", "HX-Push-Url"),
        ("?segment=users", "?segment=users", "HX-Replace-Url"),
    ],
)
def test_one_search_is_one_entry_in_the_browsers_history(tess, workspace, stood, asked, header):
    response = get(tess, asked, **HTMX, **{"HX-Current-URL": f"http://testserver/apps/abc1234/people/{stood}"})

    text = asked.partition("q=")[2]
    assert response[header] == "/apps/abc1234/people/?segment=users" + (f"&q={text}" if text else "")


# ---- adding one by hand ----------------------------------------------------------------------------------------------


def add(browser, role="user", **values):
    return browser.post(f"/apps/abc1234/people/new/?role={role}", values)


def errors(response):
    """Field → what is said beside it."""
    page = response.content.decode()
    said = re.findall(r'<p class="error" id="new_(\w+)_error">(.*?)</p>', page, re.DOTALL)
    return {field: " ".join(re.sub(r"<[^>]*>", "", text).split()) for field, text in said}


def test_a_new_user_is_made_and_opened(tess, workspace):
    """IDN-16, IDN-08"""
    response = add(tess, name=" Ann ", email="Ann@X.io", user_id="A1")

    ann = Person.objects.get()
    assert (ann.role, ann.name, ann.email, ann.external_id) == ("user", "Ann", "ann@x.io", "A1")
    assert ann.holders == {"name": "manual", "email": "manual", "external_id": "manual"}
    assert (response.status_code, response["Location"]) == (302, f"/apps/abc1234/people/{ann.public_id}/")


def test_a_new_lead_has_no_user_id(tess, workspace):
    """IDN-16"""
    form = tess.get("/apps/abc1234/people/new/?role=lead").content.decode()

    response = add(tess, "lead", name="Al", email="al@x.io", user_id="7")

    al = Person.objects.get()
    assert "User ID" not in form.partition("<main")[2]
    assert (al.role, al.name, al.email, al.external_id) == ("lead", "Al", "al@x.io", None)
    assert response["Location"] == f"/apps/abc1234/people/{al.public_id}/"


def test_a_lead_with_a_name_alone_can_be_found_by_it(tess, workspace):
    add(tess, "lead", name="Al")

    assert names(get(tess, "?segment=leads")) == ["Al"]


@pytest.mark.parametrize(
    ("role", "values", "said"),
    [
        ("user", {"name": "Ann"}, {"email": "Enter an email or a user ID: a user needs one of them."}),
        ("user", {}, {"email": "Enter an email or a user ID: a user needs one of them."}),
        ("lead", {}, {"name": "Enter a name or an email."}),
        ("user", {"email": "a@x.io,b@x.io"}, {"email": "Email is not one email address."}),
        ("user", {"email": "ann", "user_id": "1"}, {"email": "Email is not one email address."}),
        ("user", {"user_id": "1" * 256}, {"user_id": "User ID is longer than 255 characters."}),
        (
            "lead",
            {"name": "n" * 256, "email": "@"},
            {"name": "Name is 256 characters long; at most 255 are kept.", "email": "Email is not one email address."},
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nobody_is_made(tess, workspace, role, values, said):
    """IDN-16, IDN-18"""
    response = add(tess, role, **values)

    assert (response.status_code, errors(response)) == (422, said)
    assert re.findall(r'name="(\w+)"[^>]* autofocus', response.content.decode()) == [next(iter(said))]
    assert Person.objects.count() == 0
    assert all(f'value="{value}"' in response.content.decode() for value in values.values())


def test_a_nul_character_is_refused(tess, workspace):
    response = add(tess, name="A\x00nn", user_id="1")

    assert (response.status_code, list(errors(response))) == (422, ["name"])


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [({"user_id": "1"}, "user_id", "user ID"), ({"email": "ANN@x.io"}, "email", "email")],
)
def test_a_conflict_names_and_links_the_one_who_has_it(tess, workspace, values, field, words):
    """IDN-05"""
    ann = user(workspace, "Ann", external_id="1", email="ann@x.io")

    response = add(tess, **values)

    assert response.status_code == 422
    assert errors(response) == {field: f"Ann has this {words} already (ID {ann.public_id})."}
    assert f'<a href="/apps/abc1234/people/{ann.public_id}/">Ann</a>' in response.content.decode()
    assert Person.objects.count() == 1


@pytest.mark.parametrize("state", [State.ARCHIVED, State.PENDING_DELETION, State.BLOCKED])
def test_a_hidden_holder_keeps_the_user_id_but_gets_no_link(tess, workspace, state):
    """IDN-04, DEL-05"""
    ann = user(workspace, "Ann", external_id="1", state=state)

    response = add(tess, user_id="1")

    assert errors(response) == {"user_id": f"An archived user has this user ID already (ID {ann.public_id})."}
    assert f"/people/{ann.public_id}/" not in response.content.decode()


def test_an_email_may_be_shared_by_two_user_ids(tess, workspace):
    """IDN-06"""
    user(workspace, "Ann", external_id="1", email="a@x.io")

    response = add(tess, user_id="2", email="a@x.io")

    assert response.status_code == 302
    assert Person.objects.filter(email="a@x.io").count() == 2


def test_htmx_gets_a_dialog_and_is_led_to_the_profile(tess, workspace):
    dialog = tess.get("/apps/abc1234/people/new/?role=user", headers=HTMX).content.decode()

    response = tess.post("/apps/abc1234/people/new/?role=user", {"email": "a@x.io"}, headers=HTMX)

    assert "<html" not in dialog
    assert '<h2 id="dialog-title">New user</h2>' in dialog
    assert response["HX-Redirect"] == f"/apps/abc1234/people/{Person.objects.get().public_id}/"


def test_who_may_only_read_is_not_offered_to_add_and_may_not(olaf, workspace):
    """PERM-05"""
    page = get(olaf).content.decode()

    responses = [olaf.get("/apps/abc1234/people/new/"), add(olaf, email="a@x.io")]

    assert "New users or leads" not in page
    assert [response.status_code for response in responses] == [403, 403]
    assert Person.objects.count() == 0
