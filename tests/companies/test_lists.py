"""The company list through the door: who is on it, in which order, page by page, searched."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.attributes.searching import containing
from apps.companies.arrivals import join
from apps.companies.lists import COMPANIES
from apps.companies.models import Company
from apps.lists import looking, searching
from apps.people.models import Person, Role
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(app_id="abc1234")


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace).teammate)
    return client


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann")


def company(ann: Person, name: str, seen: int | None = None, **more: object) -> Company:
    """A company of Ann's that was seen some minutes ago, or never."""
    at = None if seen is None else NOW - timedelta(minutes=seen)
    made = CompanyFactory(workspace=ann.workspace, name=name, last_request_at=at, **more)
    join(ann, made, now=NOW)
    return made


def page(browser: Client, address: str = "", **headers: str) -> str:
    if not address.startswith("/"):
        address = f"/apps/abc1234/companies/{address}"
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.text


def names(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<span class="who-name">([^<]*)</span>', text)]


def count(text: str) -> str:
    return re.search(r'<h1>Companies <span class="count"[^>]*>([\d,]+)</span>', text)[1]


def rows(text: str) -> list[list[str]]:
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def neighbour(text: str, which: str) -> str | None:
    found = re.search(rf'rel="{which}" href="([^"]*)"', text)
    return found and unescape(found[1])


# ---- who, and in which order -----------------------------------------------------------------------------------------


def test_a_company_without_people_is_not_listed(tess, workspace, ann):
    """CO-06"""
    six = CompanyFactory(workspace=workspace, company_id="6", name="Blue Sun")
    before = page(tess)

    join(ann, six, now=NOW)

    after = page(tess)
    assert (count(before), count(after), rows(after)[0][1:3]) == ("0", "1", ["BS Blue Sun", "1"])


@pytest.mark.parametrize("hidden", [{"state": "archived"}, {"state": "blocked"}, {"role": Role.VISITOR}])
def test_only_people_that_teammates_see_make_a_company_appear(tess, workspace, hidden):
    """CO-06, DEL-19"""
    company(PersonFactory(workspace=workspace, **hidden), "Blue Sun")

    assert (count(page(tess)), names(page(tess))) == ("0", [])


def test_the_company_seen_last_stands_on_top_and_the_unknown_last(tess, ann):
    """CO-07"""
    company(ann, "Never")
    company(ann, "Six", seen=24 * 60)
    company(ann, "Seven", seen=1)

    assert names(page(tess)) == ["Seven", "Six", "Never"]


def test_archived_companies_and_those_of_other_workspaces_are_not_listed(tess, ann):
    """CO-08"""
    company(ann, "Archived", state="archived")
    company(PersonFactory(), "Elsewhere")

    assert names(page(tess)) == []


def test_a_row_says_what_is_known(tess, workspace, ann):
    """Screens §6"""
    company(ann, "Blue Sun", seen=0, plan="Gold", monthly_spend=2500, session_count=300)
    company(ann, None, company_id="7")
    join(PersonFactory(workspace=workspace), Company.objects.get(name="Blue Sun"), now=NOW)
    join(PersonFactory(workspace=workspace, state="archived"), Company.objects.get(name="Blue Sun"), now=NOW)

    text = page(tess)

    head = re.findall(r'<th scope="col".*?</th>', text, re.DOTALL)
    assert [" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in head] == [
        "Company name",
        "People",
        "Company web sessions",
        "Company last seen",
        "Plan",
        "Monthly spend",
        "Created at",
        "Tags",
    ]
    seen = "10 Mar 2026, 15:00"
    assert [cells for _, *cells in rows(text)] == [
        ["BS Blue Sun", "2", "300", seen, "Gold", "2,500", seen, "– No tags"],
        ["7 7", "1", "0", "Unknown", "Unknown", "Unknown", seen, "– No tags"],
    ]


def test_the_page_says_that_files_do_not_bring_companies(tess):
    """IMP-04"""
    assert "Company data can’t be imported by CSV" in page(tess)


def test_no_companies_yet_says_how_they_come(tess):
    """Screens §0"""
    assert "<h2>No companies yet</h2>" in page(tess)


@pytest.mark.parametrize("address", ["", "?q=acme"])
def test_thirty_rows_cost_the_queries_of_one(tess, ann, address):
    """UI-05: session, teammate, seat, columns, count, rows, tags, pins, and whether the sample data is there."""
    company(ann, "Acme", seen=1)
    page(tess, address)
    with CaptureQueriesContext(connection) as for_one:
        page(tess, address)
    for number in range(29):
        company(ann, f"Acme {number}", seen=number)

    with CaptureQueriesContext(connection) as for_thirty:
        text = page(tess, address)

    assert len(names(text)) == 30
    assert len(for_thirty) == len(for_one)
    assert len([query for query in for_thirty if ' FROM "' in query["sql"]]) <= 11


# ---- paging and searching --------------------------------------------------------------------------------------------


def test_pages_hold_every_company_once_and_keep_the_search(tess, ann, settings):
    """UI-05"""
    settings.PAGE_SIZE = 3
    for number in range(7):
        company(ann, f"Acme {number}", seen=number if number < 5 else None)
    company(ann, "Umbrella", seen=0)

    first = page(tess, "?q=acme")
    second = page(tess, neighbour(first, "next"))
    third = page(tess, neighbour(second, "next"))
    back = page(tess, neighbour(third, "prev"))

    assert [names(first), names(second), names(third)] == [
        ["Acme 0", "Acme 1", "Acme 2"],
        ["Acme 3", "Acme 4", "Acme 6"],
        ["Acme 5"],
    ]
    assert names(back) == names(second)
    assert (neighbour(first, "prev"), neighbour(third, "next")) == (None, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sun", ["Blue Sun"]),
        ("BLUE", ["Blue Sun"]),
        ("c-6", ["Blue Sun"]),
        ("%", ["100% Ltd"]),
        ("zzz", []),
        ("x" * 1000, []),
        ("s\x00un", ["Blue Sun"]),
    ],
)
def test_any_part_of_name_or_company_id_finds_a_company(tess, ann, text, found):
    company(ann, "Blue Sun", company_id="abC-6")
    company(ann, "100% Ltd", company_id="7")

    assert names(page(tess, f"?q={quote(text)}")) == found


def test_many_matches_are_shown_like_few(tess, ann, monkeypatch):
    for number in range(4):
        company(ann, f"Acme {number}", seen=number)
    few = names(page(tess, "?q=acme"))
    monkeypatch.setattr(looking, "FEW", 3)
    monkeypatch.setattr(searching, "FEW", 3)

    many = names(page(tess, "?q=acme"))

    assert many == few == ["Acme 0", "Acme 1", "Acme 2", "Acme 3"]


def test_the_search_uses_its_index(workspace):
    """UI-05"""
    many = (Company(workspace=workspace, name=f"Acme {number}", company_id=str(number)) for number in range(5_000))
    Company.objects.bulk_create(many)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('companies_by_any_part'::regclass)")  # as autovacuum does
        cursor.execute("ANALYZE companies_company")

    plan = containing(Company.objects.of(workspace).active(), COMPANIES.found_by, "Blue").explain()

    assert re.findall(r"Index Cond: \((lower\(\w+\)) ~~ '%blue%'", plan) == ["lower(name)", "lower(company_id)"]


def test_nothing_found_says_so_and_can_be_cleared(tess, ann):
    company(ann, "Blue Sun")

    text = page(tess, "?q=zzz")

    assert "<h2>0 companies match</h2>" in text
    assert '<a class="button" href="/apps/abc1234/companies/?segment=all">Clear the search</a>' in text


def test_htmx_gets_what_stands_in_main_and_the_matches_are_announced(tess, ann):
    company(ann, "Blue Sun")

    answer = tess.get("/apps/abc1234/companies/?q=sun", headers=HTMX)

    assert "<html" not in answer.text
    assert '<div id="announcer" hx-swap-oob="innerHTML">1 company matches' in answer.text
    assert answer["HX-Push-Url"] == "/apps/abc1234/companies/?segment=all&q=sun"


def test_the_box_on_top_searches_what_the_page_lists(tess, workspace, ann):
    assert 'placeholder="Search companies"' in page(tess)
    assert 'placeholder="Search people"' in page(tess, "/apps/abc1234/people/")
