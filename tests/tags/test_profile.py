"""Tags and notes on profiles through the browser's door, as plain forms and as htmx sends them (UI-01, UI-08)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.attributes.models import Attributed
from apps.companies.arrivals import join
from apps.people.models import Person
from apps.segments import saving
from apps.segments.language import Condition, all_of
from apps.tags import noting, tagging
from apps.tags.models import Note
from apps.workspace.hands import NOBODY, Hand, hand_of_teammate
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann")


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    seat = SeatFactory(workspace=workspace, role="agent", teammate__name="Tess")
    client.force_login(seat.teammate)
    client.hand = hand_of_teammate(seat.teammate)  # type: ignore[attr-defined]
    return client


@pytest.fixture
def olaf(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="read_only", teammate__name="Olaf").teammate)
    return client


def at(record: Attributed, name: str, *more: int) -> str:
    return reverse(f"tags:{name}", args=[record.workspace.app_id, record.about, record.public_id, *more])


def hang(record: Attributed, *names: str, by: Hand = NOBODY) -> None:
    for name in names:
        tag = tagging.find_or_create(record.workspace, name, by=by, now=NOW)
        tagging.add(type(record), record.workspace, [record.pk], tag, by=by, now=NOW)


def carried(record: Attributed) -> list[str]:
    return [str(one.tag) for one in tagging.tags_of(record)]


def texts(record: Attributed) -> list[str]:
    return [note.text for note in noting.page(record).rows]


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", markup).split())


def section(text: str, slug: str) -> str:
    return re.search(rf'<section class="section" id="section-{slug}".*?</section>', text, re.DOTALL).group()  # type: ignore[union-attr]


def chips(text: str) -> list[str]:
    return [words(chip) for chip in re.findall(r'<li class="chip">.*?</li>', text, re.DOTALL)]


# ---- tags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [PersonFactory, LeadFactory, CompanyFactory])
def test_a_chip_says_who_hung_it_and_when(workspace, tess, make):
    """TAG-04, CO-09"""
    record = make(workspace=workspace)
    hang(record, "VIP", "Beta", by=Hand(name="Ana"))

    page = tess.get(record.page()).text

    assert chips(section(page, "tags")) == ["Beta Ana, 10 Mar 2026, 15:00", "VIP Ana, 10 Mar 2026, 15:00"]


def test_a_tag_is_added_in_place_and_only_the_section_comes_back(tess, ann):
    """TAG-01, TAG-02, UI-01"""
    answer = tess.post(at(ann, "tags"), {"name": " VIP "}, headers=HTMX)

    assert (answer.status_code, carried(ann)) == (200, ["VIP"])
    assert answer.text.lstrip().startswith('<section class="section" id="section-tags"')
    assert "Added the tag VIP." in answer.text
    assert tagging.tags_of(ann)[0].hand == "Tess"


def test_a_tag_is_added_with_a_plain_form(tess, ann):
    """UI-08"""
    hang(LeadFactory(workspace=ann.workspace), "VIP")

    answer = tess.post(at(ann, "tags"), {"name": "vip"})

    assert (answer.status_code, answer["Location"]) == (302, f"{ann.page()}#section-tags")
    assert carried(ann) == ["VIP"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_name_stands_in_the_field_with_its_reason(tess, ann, headers):
    """UI-01"""
    answer = tess.post(at(ann, "tags"), {"name": "x" * 256}, headers=headers)

    assert (answer.status_code, carried(ann)) == (422, [])
    assert "A tag&#x27;s name has at most 255 characters; this one has 256." in answer.text
    assert f'value="{"x" * 256}"' in answer.text
    assert 'aria-invalid="true" aria-describedby="new-tag-error"' in answer.text


def test_a_tag_is_removed_and_others_stay(tess, ann):
    """TAG-01"""
    hang(ann, "VIP", "Beta")
    vip = tagging.named(ann.workspace, "VIP")

    in_place = tess.post(at(ann, "remove"), {"tag": vip.pk}, headers=HTMX)
    again = tess.post(at(ann, "remove"), {"tag": vip.pk})

    assert (in_place.status_code, again.status_code, carried(ann)) == (200, 302, ["Beta"])
    assert [chip.split()[0] for chip in chips(in_place.text)] == ["Beta"]


@pytest.mark.parametrize("pk", ["", "x", "²", "0", "9" * 30])
def test_removing_what_is_no_tag_is_not_found(tess, ann, pk):
    assert tess.post(at(ann, "remove"), {"tag": pk}).status_code == 404


def test_another_workspaces_tag_is_not_removed(tess, ann):
    theirs = PersonFactory()
    hang(theirs, "VIP")

    answer = tess.post(at(ann, "remove"), {"tag": tagging.named(theirs.workspace, "VIP").pk})

    assert (answer.status_code, carried(theirs)) == (404, ["VIP"])


def test_who_types_is_offered_the_tags_that_are_not_there_yet(tess, ann):
    hang(ann, "VIP")
    hang(PersonFactory(workspace=ann.workspace), "Vip lounge", "Beta", "<b>vip</b>")

    answer = tess.get(at(ann, "names"), {"name": "vi"}, headers=HTMX)

    assert re.findall(r'value="(.*?)"', answer.text) == ["&lt;b&gt;vip&lt;/b&gt;", "Vip lounge"]


def test_who_may_only_read_sees_chips_and_no_controls(olaf, ann):
    """PERM-02"""
    hang(ann, "VIP", by=Hand(name="Ana"))

    shown = section(olaf.get(ann.page()).text, "tags")

    assert chips(shown) == ["VIP Ana, 10 Mar 2026, 15:00"]
    assert re.findall(r"<form|<button|<input(?! type=.hidden.)", shown.replace('<form method="post"', "", 1)) == []


def test_the_section_stands_alone_without_script(tess, ann):
    """UI-08"""
    hang(ann, "VIP")

    assert [chip.split()[0] for chip in chips(tess.get(at(ann, "tags")).text)] == ["VIP"]


def test_the_segments_that_let_the_record_in_or_out_are_shown_again(tess, ann):
    """SEG-05, UPD-05"""
    vip = tagging.find_or_create(ann.workspace, "VIP", by=NOBODY, now=NOW)
    saving.create(ann.workspace, "person", "Best", all_of(Condition("tag", "is", vip.pk)), by=NOBODY, now=NOW)
    on_page = HTMX | {"HX-Current-URL": f"http://testserver{ann.page()}?x=1"}

    added = tess.post(at(ann, "tags"), {"name": "VIP"}, headers=on_page).text
    removed = tess.post(at(ann, "remove"), {"tag": vip.pk}, headers=on_page).text

    badge = re.compile(r'<div class="badges" id="segment-badges" hx-swap-oob="true">.*?</div>', re.DOTALL)
    assert ["Best" in badge.search(text).group() for text in (added, removed)] == [True, False]


# ---- notes -----------------------------------------------------------------------------------------------------------


def test_notes_are_seen_by_all_teammates_the_newest_first(olaf, ann):
    """NOTE-01"""
    noting.add(ann, "Asked for a call", by=Hand(name="Bo"), now=NOW - DAY)
    noting.add(ann, "Call back", by=Hand(name="Ana"), now=NOW)

    shown = words(section(olaf.get(ann.page()).text, "notes"))

    assert shown == "Notes 2 Call back Ana · 10 Mar 2026, 15:00 Asked for a call Bo · 9 Mar 2026, 15:00"


@pytest.mark.parametrize("make", [PersonFactory, CompanyFactory])
def test_a_note_is_added_in_place(workspace, tess, make):
    """NOTE-01, UI-01, CO-09"""
    record = make(workspace=workspace)

    answer = tess.post(at(record, "notes"), {"text": "Call <b>back</b>"}, headers=HTMX)

    assert (answer.status_code, texts(record)) == (200, ["Call <b>back</b>"])
    assert answer.text.lstrip().startswith('<section class="section" id="section-notes"')
    assert "Call &lt;b&gt;back&lt;/b&gt;" in answer.text


def test_a_note_is_added_edited_and_deleted_with_plain_forms(tess, ann):
    """UI-08"""
    back = f"{ann.page()}#section-notes"

    added = tess.post(at(ann, "notes"), {"text": "Call bakc"})
    pk = Note.objects.get().pk
    opened = tess.get(at(ann, "note", pk) + "?edit")
    edited = tess.post(at(ann, "note", pk), {"text": "Call back"})
    after = texts(ann)
    deleted = tess.post(at(ann, "note-delete", pk))

    assert [answer["Location"] for answer in (added, edited, deleted)] == [back, back, back]
    assert ("Call bakc</textarea>" in opened.text, after, texts(ann)) == (True, ["Call back"], [])


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_empty_note_is_refused_beside_its_field(tess, ann, headers):
    """UI-01"""
    note = noting.add(ann, "Call back", by=tess.hand, now=NOW)

    added = tess.post(at(ann, "notes"), {"text": " "}, headers=headers)
    edited = tess.post(at(ann, "note", note.pk), {"text": " "}, headers=headers)

    sentence = "Write something: a note cannot be empty."
    assert [(a.status_code, sentence in a.text) for a in (added, edited)] == [(422, True), (422, True)]
    assert texts(ann) == ["Call back"]


def test_an_edited_note_comes_back_alone_and_says_so(tess, ann):
    """UI-01"""
    note = noting.add(ann, "Call bakc", by=tess.hand, now=NOW - 900 * DAY)

    opened = tess.get(at(ann, "note", note.pk) + "?edit", headers=HTMX)
    saved = tess.post(at(ann, "note", note.pk), {"text": "Call back"}, headers=HTMX)
    cancelled = tess.get(at(ann, "note", note.pk), headers=HTMX)

    assert ["edited" in words(answer.text) for answer in (opened, saved, cancelled)] == [False, True, True]
    assert [answer.text.lstrip().startswith("<li") for answer in (opened, saved, cancelled)] == [True, True, True]


def test_somebody_elses_note_offers_no_controls_and_is_not_changed(tess, ann):
    """NOTE-01, PERM-05"""
    note = noting.add(ann, "Call back", by=Hand(name="Bo"), now=NOW)

    shown = section(tess.get(ann.page()).text, "notes")
    answers = [
        tess.get(at(ann, "note", note.pk) + "?edit"),
        tess.post(at(ann, "note", note.pk), {"text": "Never mind"}),
        tess.post(at(ann, "note-delete", note.pk)),
    ]

    assert ("Edit the note" in shown, "Delete the note" in shown) == (False, False)
    assert ([answer.status_code for answer in answers], texts(ann)) == ([403, 403, 403], ["Call back"])


def test_who_may_only_read_changes_nothing(olaf, ann):
    """PERM-05"""
    shown = section(olaf.get(ann.page()).text, "notes")

    answers = [olaf.post(at(ann, "notes"), {"text": "Hello"}), olaf.post(at(ann, "tags"), {"name": "VIP"})]

    assert ("<form" in shown, [answer.status_code for answer in answers]) == (False, [403, 403])
    assert (texts(ann), carried(ann)) == ([], [])


def test_a_note_is_reached_through_its_own_record_alone(tess, ann):
    note = noting.add(ann, "Call back", by=tess.hand, now=NOW)
    ben = PersonFactory(workspace=ann.workspace)

    answers = [
        tess.get(at(ben, "note", note.pk)),
        tess.post(at(ben, "note", note.pk), {"text": "Other"}),
        tess.post(at(ben, "note-delete", note.pk)),
        tess.get(at(ann, "note", 2**70)),
    ]

    assert ([answer.status_code for answer in answers], texts(ann)) == ([404] * 4, ["Call back"])


def test_more_notes_are_loaded_where_the_list_ends(tess, ann):
    """NOTE-01"""
    for number in range(23):
        noting.add(ann, f"note {number:02}", by=Hand(name="Bo"), now=NOW + number * DAY)

    met, text = [], tess.get(ann.page()).text
    while match := re.search(r'hx-get="([^"]*/notes/[^"]*\?after=[^"]*)"', text):
        met.append(len(re.findall('class="item note', text)))
        plain = tess.get(match.group(1)).text
        text = tess.get(match.group(1), headers=HTMX).text
        assert re.findall(r"note \d\d", plain) == re.findall(r"note \d\d", text)
    met.append(len(re.findall('class="item note', text)))

    assert (met, re.findall(r"note \d\d", text)) == ([10, 10, 3], ["note 02", "note 01", "note 00"])


# ---- what a page costs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [PersonFactory, CompanyFactory])
def test_many_tags_and_notes_cost_as_many_queries_as_one(workspace, tess, make):
    record = make(workspace=workspace)
    join(PersonFactory(workspace=workspace), CompanyFactory(workspace=workspace), now=NOW)
    hang(record, "VIP")
    noting.add(record, "Call back", by=tess.hand, now=NOW)
    tess.get(record.page())  # what is kept between pages is kept now
    with CaptureQueriesContext(connection) as with_one:
        tess.get(record.page())
    for number in range(9):
        hang(record, f"tag {number}")
        noting.add(record, f"note {number}", by=tess.hand, now=NOW)

    with CaptureQueriesContext(connection) as with_many:
        page = tess.get(record.page()).text

    assert (len(chips(section(page, "tags"))), page.count('class="item note')) == (10, 10)
    assert len(with_many) == len(with_one)
