"""Settings → People data → Change type, as plain pages and as htmx asks for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.attributes import options, retyping
from apps.attributes.models import Attribute, OptionRename, TypeChange
from apps.attributes.sources import Source
from apps.people.models import Person
from apps.workspace import jobs
from apps.workspace.jobs import JobState
from apps.workspace.models import Workspace
from tests.factories import NOW, CompanyFactory, PersonFactory, SeatFactory, attribute

from .conftest import offer, value
from .test_views import HTMX, ask, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction never ends, so nothing would ever settle."""
    for module in (retyping, options):
        monkeypatch.setattr(module, "has_settled", lambda job: True)


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


@pytest.fixture
def score(workspace: Workspace) -> Attribute:
    return attribute(workspace, "score")


@pytest.fixture
def scored(workspace: Workspace, score: Attribute) -> list[Person]:
    people = PersonFactory.create_batch(3, workspace=workspace)
    for person, written in zip(people, ["10", "12", "n/a"], strict=True):
        offer(person, Source.PING, score=written)
    return people


def run() -> TypeChange:
    """The worker's part."""
    change = TypeChange.objects.latest("pk")
    jobs.run(TypeChange, change.pk)
    change.refresh_from_db()
    return change


def values(people: list[Person]) -> list[Any]:
    return [value(person, "score") for person in people]


# ---- the preview -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_types_offered_are_all_but_the_present_one(
    workspace: Workspace, tess: Client, score: Attribute, headers: dict[str, str]
) -> None:
    """ATT-18, ATT-20"""
    page = tess.get(at(workspace, "retype", score.pk), headers=headers).content.decode()

    for label in ("Number", "Decimal number", "True/False", "Date", "List"):
        assert f">{label}</option>" in page
    assert ">Text</option>" not in page
    assert ("<html" in page) == (not headers)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_preview_shows_counts_samples_and_uses_and_changes_nothing(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person], headers: dict[str, str]
) -> None:
    """ATT-19, BEY-06"""
    ask(workspace, "score")

    page = tess.get(at(workspace, "retype", score.pk), {"kind": "number"}, headers=headers).content.decode()

    for words in (
        "2 convert, 1 will be cleared",
        "n/a",
        "Unknown",
        "Used by qualification settings",
        "Change to Number",
    ):
        assert words in page
    assert "≈" not in page
    assert (values(scored), TypeChange.objects.count()) == (["10", "12", "n/a"], 0)


def test_counts_that_are_not_exact_say_so(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """BEY-10"""
    monkeypatch.setattr(retyping, "PREVIEWED", 2)

    page = tess.get(at(workspace, "retype", score.pk), {"kind": "number"}).content.decode()

    assert "≈" in page
    assert "too many values to look at every one" in page


def test_an_attribute_without_values_says_so(workspace: Workspace, tess: Client, score: Attribute) -> None:
    page = tess.get(at(workspace, "retype", score.pk), {"kind": "number"}).content.decode()

    assert "No record has a value yet" in page


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"kind": "object"}, "kind"), ({"kind": "text"}, "kind"), ({"kind": ""}, "kind"), ({"kind": "list"}, "options")],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_type_comes_back_with_the_error_beside_the_field(
    workspace: Workspace, tess: Client, score: Attribute, method: str, asked: dict[str, str], field: str
) -> None:
    """ATT-20, ATT-56"""
    address = at(workspace, "retype", score.pk)

    plain = getattr(tess, method)(address, asked)
    in_place = getattr(tess, method)(address, asked, headers=HTMX)

    assert [plain.status_code, in_place.status_code] == [422, 422]
    assert f'id="attribute-{score.pk}-type-{field}_error"' in plain.content.decode()
    assert f'id="attribute-{score.pk}-type-{field}_error"' in in_place.content.decode()
    assert in_place.headers["HX-Retarget"] == f"#attribute-{score.pk}"
    assert not TypeChange.objects.exists()


def test_the_options_of_a_list_travel_from_the_preview_to_the_change(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person]
) -> None:
    """ATT-56"""
    asked = {"kind": "list", "options": "10\n12 & more\n"}
    preview = tess.get(at(workspace, "retype", score.pk), asked).content.decode()

    tess.post(at(workspace, "retype", score.pk), {"kind": "list", "options": "10\n12 & more"})
    run()

    score.refresh_from_db()
    assert 'name="options" value="10\n12 &amp; more"' in preview
    assert (score.kind, score.options, values(scored)) == ("list", ["10", "12 & more"], ["10", None, None])


# ---- the change ------------------------------------------------------------------------------------------------------


def test_without_script_it_begins_is_refreshed_and_is_done(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person]
) -> None:
    """ATT-19"""
    began = tess.post(at(workspace, "retype", score.pk), {"kind": "number"})
    waiting = tess.get(began.headers["Location"]).content.decode()
    run()
    refreshed = tess.get(at(workspace, "attribute-work", score.pk), follow=True).content.decode()

    assert began.headers["Location"] == at(workspace, "people-data") + f"#attribute-{score.pk}"
    for words in ("Changing from Text to Number", "Waiting for a worker", "Refresh", "Stop changing score"):
        assert words in waiting
    assert "Changed from Text to Number by Tess: 2 converted, 1 cleared." in refreshed
    assert "Undo the change of score" in refreshed
    assert values(scored) == [10, 12, None]


def test_in_place_the_row_polls_until_it_is_done(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person]
) -> None:
    """ATT-19"""
    row = tess.post(at(workspace, "retype", score.pk), {"kind": "number"}, headers=HTMX)
    polled = tess.get(at(workspace, "attribute-work", score.pk), headers=HTMX)
    run()
    done = tess.get(at(workspace, "attribute-work", score.pk), headers=HTMX)

    address = at(workspace, "attribute-work", score.pk)
    assert f'hx-get="{address}" hx-trigger="load delay:1s"' in row.content.decode()
    assert "<li" not in polled.content.decode()
    assert f'hx-get="{address}"' in polled.content.decode()
    assert done.headers["HX-Retarget"] == f"#attribute-{score.pk}"
    assert "2 converted, 1 cleared" in done.content.decode()
    assert address not in done.content.decode()


def test_the_progress_counts_records(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person]
) -> None:
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})
    TypeChange.objects.update(state=JobState.RUNNING, phase="copying", done=2)

    page = tess.get(at(workspace, "attribute-work", score.pk), headers=HTMX).content.decode()

    assert "Converting: 2 of 3 · 66 %" in page
    assert '<progress max="100" value="66"' in page


def test_the_row_is_shown_anew_as_soon_as_the_new_type_is_seen(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person]
) -> None:
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})
    change = TypeChange.objects.get()
    change.state = JobState.RUNNING
    while change.swapped_at is None:
        with transaction.atomic():
            retyping.step(change, timezone.now())
    change.save()

    swapped = tess.get(at(workspace, "attribute-work", score.pk), headers=HTMX)
    again = tess.get(at(workspace, "attribute-work", score.pk) + "?swapped=1", headers=HTMX)

    assert "HX-Retarget" in swapped.headers
    assert "Noting in the history what was cleared" in swapped.content.decode()
    assert "Stop" not in swapped.content.decode()
    assert "HX-Retarget" not in again.headers


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_second_change_is_refused_while_one_runs(
    workspace: Workspace, tess: Client, score: Attribute, headers: dict[str, str]
) -> None:
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})

    second = tess.post(at(workspace, "retype", score.pk), {"kind": "date"}, headers=headers)

    assert second.status_code == 409
    assert "score is being changed" in second.content.decode()
    assert TypeChange.objects.count() == 1


@pytest.mark.parametrize(("headers", "status"), [({}, 409), (HTMX, 422)])
def test_while_it_runs_the_attribute_is_neither_archived_nor_given_options(
    workspace: Workspace, tess: Client, headers: dict[str, str], status: int
) -> None:
    """ATT-42"""
    stage = attribute(workspace, "stage", "list", options=["A", "B"])
    tess.post(at(workspace, "retype", stage.pk), {"kind": "text"})

    form = tess.get(at(workspace, "attribute-edit", stage.pk), headers=headers).content.decode()
    saved = tess.post(
        at(workspace, "attribute-edit", stage.pk), {"description": "x", "options": "C\nD"}, headers=headers
    )
    archived = tess.post(at(workspace, "attribute-archive", stage.pk), headers=headers)

    stage.refresh_from_db()
    assert "Meanwhile it keeps its options and is not archived." in form
    assert ('name="options"' in form, ">Archive</button>" in form) == (False, False)
    assert saved.status_code in (200, 302)
    assert (stage.description, stage.options, stage.archived_at) == ("x", ["A", "B"], None)
    assert archived.status_code == status
    assert "type is being changed" in archived.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stopped_change_says_that_every_value_is_what_it_was(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person], headers: dict[str, str]
) -> None:
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})

    stopping = tess.post(at(workspace, "attribute-work-stop", score.pk), headers=headers, follow=True)
    run()
    stopped = tess.get(at(workspace, "attribute-work", score.pk), headers=headers, follow=True)
    late = tess.post(at(workspace, "attribute-work-stop", score.pk), headers=headers, follow=True)

    assert "Stopping" in stopping.content.decode()
    assert "The change from Text to Number was stopped. Every value is what it was." in stopped.content.decode()
    assert "There is nothing to stop any more." in late.content.decode()
    assert values(scored) == ["10", "12", "n/a"]


def test_a_failed_change_says_why(workspace: Workspace, tess: Client, score: Attribute) -> None:
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})
    TypeChange.objects.update(state=JobState.FAILED, finished_at=timezone.now(), error="DataError: no room")

    page = tess.get(at(workspace, "people-data")).content.decode()

    assert "The change from Text to Number failed, and every value is what it was. DataError: no room" in page


def test_what_was_stopped_is_spoken_of_for_a_day(workspace: Workspace, tess: Client, score: Attribute) -> None:
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})
    long_ago = timezone.now() - timedelta(days=1, minutes=1)
    TypeChange.objects.update(state=JobState.CANCELLED, finished_at=long_ago)

    assert "was stopped" not in tess.get(at(workspace, "people-data")).content.decode()


def test_a_company_attribute_changes_in_its_own_room(workspace: Workspace, tess: Client) -> None:
    """ATT-18"""
    tier = attribute(workspace, "tier", about="company")
    acme = CompanyFactory(workspace=workspace)
    offer(acme, Source.PING, tier="3")

    began = tess.post(at(workspace, "retype", tier.pk), {"kind": "number"})
    run()

    assert began.headers["Location"] == at(workspace, "company-data") + f"#attribute-{tier.pk}"
    assert value(acme, "tier") == 3


def test_an_archived_attribute_keeps_its_type(workspace: Workspace, tess: Client, score: Attribute) -> None:
    """ATT-43"""
    Attribute.objects.filter(pk=score.pk).update(archived_at=NOW)

    answer = tess.post(at(workspace, "retype", score.pk), {"kind": "number"})

    assert answer.status_code == 400
    assert not TypeChange.objects.exists()


# ---- undoing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_undoing_asks_first_and_says_what_it_would_lose(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person], headers: dict[str, str]
) -> None:
    """BEY-06"""
    for kind in ("number", "text"):
        tess.post(at(workspace, "retype", score.pk), {"kind": kind})
        run()
    offer(scored[0], Source.PING, score="soon")

    page = tess.get(at(workspace, "retype-undo", score.pk), headers=headers).content.decode()

    assert "Make score Number again?" in page
    assert "1 value written since does not fit Number and will be cleared." in page
    assert values(scored) == ["soon", "12", None]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_undoing_brings_the_cleared_value_back(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person], headers: dict[str, str]
) -> None:
    """BEY-06"""
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})
    run()

    answer = tess.post(at(workspace, "retype-undo", score.pk), headers=headers, follow=True)

    assert "score is Text again." in answer.content.decode()
    assert "Undo the change of score" not in answer.content.decode()
    assert values(scored) == ["10", "12", "n/a"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_can_no_longer_be_undone_is_refused(
    workspace: Workspace, tess: Client, score: Attribute, scored: list[Person], method: str
) -> None:
    """BEY-06: after seven days, and where nothing was changed."""
    address = at(workspace, "retype-undo", score.pk)
    never = getattr(tess, method)(address)
    tess.post(at(workspace, "retype", score.pk), {"kind": "number"})
    run()
    TypeChange.objects.update(undo_until=timezone.now() - timedelta(seconds=1))

    late = getattr(tess, method)(address)

    assert (never.status_code, late.status_code) == (409, 409)
    assert "can no longer be undone" in late.content.decode()
    assert "Undo the change of score" not in tess.get(at(workspace, "people-data")).content.decode()


# ---- options ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def stage(workspace: Workspace, ann: Person) -> Attribute:
    made = attribute(workspace, "stage", "list", options=["A", "B"])
    offer(ann, Source.REST, stage="Z")
    offer(PersonFactory(workspace=workspace), Source.REST, stage="A")
    return made


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_option_is_renamed_with_its_values(
    workspace: Workspace, tess: Client, stage: Attribute, ann: Person, headers: dict[str, str]
) -> None:
    """QUAL-05, QUAL-07: a stray value is among what can be renamed."""
    form = tess.get(at(workspace, "attribute-options", stage.pk), headers=headers).content.decode()
    renaming = tess.post(
        at(workspace, "attribute-options", stage.pk),
        {"old": "A", "new": "Alpha", "values": "on"},
        headers=headers,
        follow=True,
    ).content.decode()
    jobs.run(OptionRename, OptionRename.objects.get().pk)
    done = tess.get(at(workspace, "attribute-work", stage.pk), headers=headers, follow=True).content.decode()

    for words in ("A (1 record)", "B (0 records)", "Z (not in list, 1 record)"):
        assert words in form
    assert "Renaming the values “A” to “Alpha”." in renaming
    assert "Options: Alpha, B" in done
    assert "Renaming the values" not in done
    held = {value(person, "stage") for person in Person.objects.of(workspace)}
    assert held == {"Alpha", "Z"}


def test_without_the_values_only_the_option_is_renamed(workspace: Workspace, tess: Client, stage: Attribute) -> None:
    """QUAL-07"""
    tess.post(at(workspace, "attribute-options", stage.pk), {"old": "A", "new": "Alpha"})

    stage.refresh_from_db()
    assert (stage.options, OptionRename.objects.count()) == (["Alpha", "B"], 0)


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({"old": "A", "new": ""}, "new"),
        ({"old": "A", "new": "A"}, "new"),
        ({"old": "A", "new": "B"}, "new"),
        ({"old": "Q", "new": "B"}, "old"),
        ({"old": "Z", "new": "Q"}, "__all__"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_renaming_comes_back_with_the_error(
    workspace: Workspace, tess: Client, stage: Attribute, headers: dict[str, str], posted: dict[str, str], field: str
) -> None:
    """ATT-56"""
    answer = tess.post(at(workspace, "attribute-options", stage.pk), posted | {"values": "on"}, headers=headers)

    assert answer.status_code == 422
    assert list(answer.context["opened"].form.errors) == [field]
    assert not OptionRename.objects.exists()
