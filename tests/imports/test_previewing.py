"""The dry run tells exactly what the import will do, and does nothing (BEY-04)."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.attributes.models import Attribute, RecordChange, RefusedWrite
from apps.attributes.sources import Source
from apps.deletion import grace
from apps.imports import passing
from apps.imports.models import Import, ImportRow, ImportRun, Purpose
from apps.people import states
from apps.people.models import Person
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.attributes.conftest import offer
from tests.factories import LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

from .conftest import Door, counts, people, reasons, work

pytestmark = pytest.mark.django_db


def told(run: ImportRun) -> list[tuple]:
    """What a run tells of each row, but for who a newcomer is, and for the warning that only a preview gives."""
    rows = ImportRow.objects.filter(run=run).order_by("number")
    return [(row.number, row.outcome, row.note.replace("duplicate", ""), row.problems, row.changes) for row in rows]


def test_every_value_is_shown_as_it_is_and_as_it_would_be(door, workspace):
    ann = PersonFactory(workspace=workspace, external_id="1", name="Ann")
    attribute(workspace, "plan")
    offer(ann, Source.REST, plan="free")

    upload = door.previewed("user_id,plan,name\n1,gold,Ann\n2,pro,Bo\n,x,y\n")
    page = " ".join(door.review(upload).split())

    preview = upload.latest(Purpose.PREVIEW)
    assert counts(preview) == {"created": 1, "updated": 1, "failed": 1}
    assert "<del>free</del> → <ins>gold</ins>" in page
    assert "<ins>pro</ins>" in page
    assert "needs a user ID or an email" in page


def test_nothing_is_written_by_a_preview(door, workspace):
    ann = PersonFactory(workspace=workspace, external_id="1", name="Ann")
    states.archive(ann, by=NOBODY, now=clock.now())
    before = Person.objects.values().get()

    door.previewed("user_id,name,fresh\n1,Changed,5\n2,Bo,6\n2,Bob,x\n", columns={"fresh": "new"}, tag="New")

    assert Person.objects.values().get() == before
    assert not any(model.objects.exists() for model in (RecordChange, RefusedWrite, Attribute))


def test_rows_that_depend_on_rows_long_before_are_told_rightly(door, workspace, monkeypatch):
    """IMP-24: an email that was given away, a user made before, over several steps"""
    monkeypatch.setattr(passing, "ROWS", 1)
    attribute(workspace, "plan")
    PersonFactory(workspace=workspace, external_id="1", email="a@x.io")
    file = "user_id,email,plan\n1,b@x.io,x\n,a@x.io,new\n7,c@x.io,p\n,c@x.io,q\n7,,q\n1,,y\n,b@x.io,\n"

    upload = door.previewed(file)
    run = door.begun(upload)

    assert [row[1] for row in told(upload.latest(Purpose.PREVIEW))] == [
        *("updated", "created", "created", "updated", "unchanged", "updated", "unchanged")
    ]
    assert told(upload.latest(Purpose.PREVIEW)) == told(run)


def test_a_preview_is_read_page_by_page(door, workspace):
    upload = door.previewed("user_id\n" + "".join(f"{number}\n" for number in range(1, 121)))

    first, second = door.review(upload), door.review(upload, "?after=50")
    last, back = door.review(upload, "?after=100"), door.review(upload, "?before=101")

    assert [page.count('class="badge outcome created"') for page in (first, second, last, back)] == [50, 50, 20, 50]
    assert ("?before=51" in second, "?after=100" in second) == (True, True)
    assert "?after=120" not in last


def test_a_preview_is_narrowed_to_an_outcome(door, workspace):
    upload = door.previewed("user_id,email\n1,\n,\n2,none\n")

    page = door.review(upload, "?show=failed")

    assert page.count("needs a user ID or an email") == 1
    assert 'class="badge outcome created"' not in page


def test_an_earlier_preview_gives_way_to_a_later_one(door, workspace):
    PersonFactory(workspace=workspace, external_id="1")
    upload = door.previewed("user_id,name\n1,Ann\n2,Bo\n")

    door.client.post(f"{door.base}/{upload.pk}/options/", {"only": "known"})
    work()
    page = door.review(upload)

    assert counts(upload.latest(Purpose.PREVIEW)) == {"updated": 1, "skipped": 1}
    assert "Skip" in page


# ---- the same, whatever the file -------------------------------------------------------------------------------------

USERS = st.tuples(
    st.sampled_from(["", "1", "2", "3", "new", "other"]),
    st.sampled_from(["", "a@x.io", "b@x.io", " A@X.io", "c@x.io", "n@x.io", "gone@x.io", "bad"]),
    st.sampled_from(["", "Ann", "Bo"]),
    st.sampled_from(["", "free", "gold", "x" * 256]),
    st.sampled_from(["", "1", "2", "many"]),
)


@pytest.mark.parametrize("role", ["user", "lead"])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate])
@given(
    rows=st.lists(USERS, min_size=1, max_size=9),
    step=st.integers(1, 4),
    only=st.sampled_from(["any", "any", "known", "new"]),
    clears=st.booleans(),
)
def test_the_import_does_what_the_preview_told(role, rows, step, only, clears, tmp_path_factory, monkeypatch):
    """BEY-04"""
    from django.conf import settings as django_settings

    monkeypatch.setattr(django_settings, "MEDIA_ROOT", str(tmp_path_factory.mktemp("files")))
    monkeypatch.setattr(passing, "ROWS", step)
    door = furnished()
    file = "user_id,email,name,plan,fresh\n" + "".join(",".join(row) + "\n" for row in rows)
    options = {"only": only, **({"clears": "on"} if clears else {})}

    upload = door.previewed(file, role, {"fresh": "new=/number"}, **options)
    before = values(door)
    run = door.begun(upload)

    assert told(upload.latest(Purpose.PREVIEW)) == told(run)
    changed = {(number, key) for number, _, _, _, changes in told(run) for key in changes or {}}
    assert changed or values(door) == before or run.created or run.revived


def values(door: Door) -> list[tuple]:
    return people(door.workspace, "pk", "external_id", "email", "name", "state")


def furnished() -> Door:
    """A workspace with users who share an email, an archived one, a lead, and one who waits to be deleted."""
    workspace = WorkspaceFactory()
    attribute(workspace, "plan")
    PersonFactory(workspace=workspace, external_id="1", email="a@x.io", name="Ann")
    PersonFactory(workspace=workspace, external_id="2", email="b@x.io")
    PersonFactory(workspace=workspace, external_id=None, email="b@x.io")
    states.archive(PersonFactory(workspace=workspace, external_id="3", email="c@x.io"), by=NOBODY, now=clock.now())
    LeadFactory(workspace=workspace, email="c@x.io")
    LeadFactory(workspace=workspace, email="a@x.io")
    gone = PersonFactory(workspace=workspace, external_id="gone", email="gone@x.io")
    grace.request(gone, by=NOBODY, now=clock.now() + timedelta(hours=1))
    client = Client()
    client.force_login(SeatFactory(workspace=workspace).teammate)
    return Door(client, workspace)


def test_a_row_that_is_rejected_says_why(door, workspace):
    upload = door.previewed("user_id,Signed up\n1,never\n")

    assert list(reasons(upload.latest(Purpose.PREVIEW))) == [1]
    assert Import.objects.get().rows == 1


def test_a_value_that_only_changes_hands_is_told_once(workspace, door):
    """BEY-04: struck through and written once more it would look like another value"""
    PersonFactory(workspace=workspace, external_id="1", name="Ann Lee")

    upload = door.previewed("user_id,Name\n1,Ann Lee\n")

    page = door.client.get(f"{door.base}/{upload.pk}/review/").text
    assert "now held by the file" in page
    assert "<del>Ann Lee</del>" not in page
