"""Access logging: who saw which person (AUD-03)."""

from typing import Any

import pytest
from django.urls import reverse

from apps.tags import noting
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Seat
from apps.workspace.tokens import issue
from tests.factories import NOW, CompanyFactory, LeadFactory, PersonFactory, SeatFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ben(client: Any, olaf: Seat) -> Seat:
    """Ben, who may look, signed in."""
    client.force_login(olaf.teammate)
    return olaf


@pytest.fixture
def logged_views(workspace: Any) -> Any:
    workspace.logs_profile_views = True
    workspace.save()
    return lambda: list(
        AuditEntry.objects.filter(activity="profile_viewed").values_list("teammate", "metadata").order_by("pk")
    )


@pytest.fixture
def ann(workspace: Any) -> Any:
    return PersonFactory(workspace=workspace, name="Ann")


def test_opening_a_profile_is_logged_without_the_persons_name(client, ben, ann, logged_views):
    """AUD-03, DEL-22"""
    client.get(ann.page())

    assert logged_views() == [(ben.teammate_id, {"contact": ann.public_id})]


def test_without_access_logging_nothing_is_logged(client, ben, ann):
    """AUD-03"""
    client.get(ann.page())

    assert not AuditEntry.objects.filter(activity="profile_viewed").exists()


@pytest.mark.parametrize(
    "page",
    [
        lambda ann: reverse("events:timeline", args=[ann.workspace.app_id, ann.public_id]),
        lambda ann: reverse("tags:notes", args=[ann.workspace.app_id, "person", ann.public_id]),
        lambda ann: reverse("attributes:history", args=[ann.workspace.app_id, "person", ann.public_id, "email"]),
    ],
    ids=["events", "notes", "history"],
)
def test_the_other_pages_of_a_person_are_logged_as_well(page, client, ben, ann, logged_views):
    answer = client.get(page(ann))

    assert (answer.status_code, len(logged_views())) == (200, 1)


def test_a_merge_shows_both_people(client, tess, ann, logged_views):
    client.force_login(tess.teammate)
    lead = LeadFactory(workspace=ann.workspace)

    client.get(reverse("people:merge", args=[ann.workspace.app_id, lead.public_id, ann.public_id]))

    assert [told["contact"] for _, told in logged_views()] == [lead.public_id, ann.public_id]


def test_looking_somebody_up_in_the_django_admin_is_logged(client, tess, ann, logged_views):
    """AUD-03: operators see people there as well"""
    tess.teammate.is_superuser = tess.teammate.is_staff = True
    tess.teammate.save()
    client.force_login(tess.teammate)

    client.get(reverse("admin:people_person_changelist"))
    client.get(reverse("admin:people_person_change", args=[ann.pk]))

    assert logged_views() == [(tess.teammate_id, {"contact": ann.public_id})]


def test_a_part_of_a_page_belongs_to_its_opening(client, ben, ann, logged_views):
    """What htmx asks for later is no second view; asked for without the page, it is one."""
    part = reverse("events:timeline", args=[ann.workspace.app_id, ann.public_id])

    client.get(part, headers=HTMX)
    client.get(part, headers=HTMX)
    client.get(ann.page())

    assert len(logged_views()) == 2


def test_a_part_asked_for_much_later_is_another_view(client, ben, ann, logged_views, settings):
    part = reverse("events:timeline", args=[ann.workspace.app_id, ann.public_id])
    client.get(part, headers=HTMX)

    settings.CLOCK_OFFSET = "+31m"
    client.get(part, headers=HTMX)

    assert len(logged_views()) == 2


def test_another_teammates_view_is_another_entry(client, ben, ann, logged_views):
    part = reverse("events:timeline", args=[ann.workspace.app_id, ann.public_id])
    client.get(ann.page())
    client.force_login(SeatFactory(workspace=ann.workspace).teammate)

    client.get(part, headers=HTMX)

    assert len(logged_views()) == 2


def test_what_shows_no_person_is_not_logged(client, ben, ann, logged_views):
    company = CompanyFactory(workspace=ann.workspace)
    noting.add(company, "Call back", by=NOBODY, now=NOW)

    client.get(company.page())
    client.get(reverse("people:list", args=[ann.workspace.app_id]))
    client.get(ann.page().replace(ann.public_id, "65a92b7ee1a4176d9ab8b357"))

    assert logged_views() == []


def test_a_program_that_reads_is_no_teammate_who_looks(client, ben, ann, logged_views):
    """AUD-03: the rule speaks of opening a profile"""
    _, secret = issue(ann.workspace, ben.teammate, "backend", by=NOBODY, now=NOW)

    answer = client.get(f"/contacts/{ann.public_id}", headers={"Authorization": f"Bearer {secret}"})

    assert (answer.status_code, logged_views()) == (200, [])


def test_the_switch_stands_on_the_security_page_and_is_logged(client, tess, workspace):
    """AUD-01, AUD-03, PERM-06"""
    client.force_login(tess.teammate)
    security = reverse("workspace:security", args=[workspace.app_id])

    client.post(reverse("workspace:access-logging", args=[workspace.app_id]), {"logs_profile_views": "on"})

    workspace.refresh_from_db()
    assert (workspace.logs_profile_views, client.get(security).context["logs_profile_views"]) == (True, True)
    [entry] = AuditEntry.objects.filter(activity="security_settings_change")
    assert entry.metadata == {"changes": {"logs_profile_views": [False, True]}}


def test_the_messengers_switches_leave_access_logging_alone(client, tess, workspace):
    client.force_login(tess.teammate)
    workspace.logs_profile_views = True
    workspace.save()

    client.post(reverse("workspace:security", args=[workspace.app_id]), {"forbid_attributes": "on"})

    workspace.refresh_from_db()
    assert (workspace.logs_profile_views, workspace.messenger_creates_attributes) == (True, False)
