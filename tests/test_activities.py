"""Every activity that the log knows is written by the act it names, done through its door: a page or the REST API.

Each act is done by Tess from one address; what it needs stands there before. An activity without an act fails, so a
new one is tried as soon as it has a name.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from apps.attributes.models import Attribute, State
from apps.bulk.models import BulkChange
from apps.companies.models import Company
from apps.deletion.models import Deletion
from apps.demo.models import remember
from apps.duplicates.models import BulkMerge, Pair
from apps.events.models import EventName
from apps.imports.models import Import
from apps.people.models import Merge, Person
from apps.segments.language import Condition, address, all_of
from apps.segments.models import Segment
from apps.subscriptions.models import SubscriptionType
from apps.tags.models import Tag
from apps.workspace import jobs
from apps.workspace.activities import Activity
from apps.workspace.clock import now
from apps.workspace.first_run import setup_code
from apps.workspace.hands import NOBODY
from apps.workspace.models import AccessToken, AuditEntry, ComplianceDocument, Seat, Workspace
from apps.workspace.scopes import Scope
from apps.workspace.tokens import issue
from tests.factories import CompanyFactory, LeadFactory, PersonFactory, SeatFactory, WorkspaceFactory, attribute

ADDRESS = "198.51.100.7"
PASSWORD = "correct horse battery"
CORK = {"filter": address(all_of(Condition("city", "is", "Cork")))}


class Tess:
    """A Super admin before her browser, at one address."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.seat: Seat = SeatFactory(workspace=workspace, teammate__name="Tess", teammate__email="tess@example.test")
        self.client = Client(REMOTE_ADDR=ADDRESS)
        self.client.force_login(self.seat.teammate)

    def to(self, page: str, *args: Any) -> str:
        return reverse(page, args=[self.workspace.app_id, *args])

    def open(self, page: str, *args: Any, **asked: Any) -> HttpResponseBase:
        answer = self.client.get(self.to(page, *args), asked)
        assert answer.status_code == 200, answer
        return answer

    def send(self, page: str, *args: Any, **form: Any) -> HttpResponseBase:
        """A form, and what a worker would do because of it."""
        answer = self.client.post(self.to(page, *args), form)
        assert answer.status_code < 400, answer.content.decode()
        work()
        return answer

    def ann(self, **values: Any) -> Person:
        return PersonFactory(workspace=self.workspace, **values)

    def budget(self, kind: str = "number", **more: Any) -> Attribute:
        return attribute(Workspace.objects.get(pk=self.workspace.pk), "budget", kind, **more)

    def pair(self) -> Pair:
        lower, higher = PersonFactory.create_batch(2, workspace=self.workspace, email="ann@x.test")
        return Pair.objects.create(workspace=self.workspace, lower=lower, higher=higher, found_at=now())

    def latest(self, model: Any) -> Any:
        return model.objects.filter(workspace=self.workspace).latest("pk")


def work() -> None:
    """What a worker does now, until nothing is left."""
    while waiting := jobs.sweep(now()):
        for label, pk in waiting:
            jobs.run(apps.get_model(label), pk)


@pytest.fixture
def tess(db: None, settings: Any, tmp_path: Any) -> Tess:
    settings.MEDIA_ROOT = tmp_path
    return Tess(WorkspaceFactory())


# ---- signing in, seats, the workspace --------------------------------------------------------------------------------


def sign_in(tess: Tess) -> None:
    Client(REMOTE_ADDR=ADDRESS).post("/sign-in", {"email": "tess@example.test", "password": PASSWORD})


def fail_to_sign_in(tess: Tess) -> None:
    Client(REMOTE_ADDR=ADDRESS).post("/sign-in", {"email": "tess@example.test", "password": "wrong battery"})


def sign_out(tess: Tess) -> None:
    tess.client.post("/sign-out")


def change_password(tess: Tess) -> None:
    typed = {"name": "Tess", "current_password": PASSWORD, "password": "another long battery"}
    assert tess.client.post("/account", typed).status_code == 302


def make_link(tess: Tess) -> None:
    tess.send("workspace:make-link", SeatFactory(workspace=tess.workspace).pk)


def invite(tess: Tess) -> None:
    tess.send("workspace:teammates", email="olaf@example.test", role="read_only")


def change_role(tess: Tess) -> None:
    tess.send("workspace:change-role", SeatFactory(workspace=tess.workspace).pk, role="agent")


def remove_teammate(tess: Tess) -> None:
    tess.send("workspace:remove-teammate", SeatFactory(workspace=tess.workspace).pk)


def found_workspace(tess: Tess) -> None:
    """The first-run page: there is none yet, and Tess is who founds it."""
    Workspace.objects.all().delete()
    type(tess.seat.teammate).objects.all().delete()
    told = {"name": "Acme", "app_id": "acme", "timezone": "UTC", "teammate_name": "Tess", "code": setup_code()}
    founder = Client(REMOTE_ADDR=ADDRESS)
    assert founder.post("/first-run", told | {"email": "tess@example.test", "password": PASSWORD}).status_code == 302
    tess.workspace = Workspace.objects.get(app_id="acme")
    tess.seat = Seat.objects.get(workspace=tess.workspace)


def general(**changed: str) -> Callable[[Tess], None]:
    def act(tess: Tess) -> None:
        stands = {"name": tess.workspace.name, "timezone": tess.workspace.timezone, "region": tess.workspace.region}
        tess.send("workspace:settings", **(stands | changed))

    return act


def log_access(tess: Tess) -> None:
    tess.send("workspace:access-logging", logs_profile_views="on")


def view_profile(tess: Tess) -> None:
    Workspace.objects.filter(pk=tess.workspace.pk).update(logs_profile_views=True)
    tess.open("people:profile", tess.ann().public_id)


def upload_document(tess: Tess) -> None:
    tess.send("workspace:upload-document", document=SimpleUploadedFile("letter.txt", b"We attest."))


def download_document(tess: Tess) -> None:
    upload_document(tess)
    tess.open("workspace:document", tess.latest(ComplianceDocument).pk)


def remove_document(tess: Tess) -> None:
    upload_document(tess)
    tess.send("workspace:remove-document", tess.latest(ComplianceDocument).pk)


def create_token(tess: Tess) -> None:
    tess.send("workspace:tokens", name="backend", scopes=["read_people"])


def revoke_token(tess: Tess) -> None:
    create_token(tess)
    tess.send("workspace:revoke-token", tess.latest(AccessToken).pk)


# ---- what is known of people, and how they are sorted ----------------------------------------------------------------


def create_attribute(tess: Tess) -> None:
    tess.send("attributes:attribute-new", "person", name="budget", kind="number")


def change_attribute(tess: Tess) -> None:
    tess.send("attributes:attribute-edit", tess.budget().pk, description="A year, in euros")


def change_type(tess: Tess) -> None:
    tess.send("attributes:retype", tess.budget("text").pk, kind="number")


def protect(tess: Tess) -> None:
    tess.send("attributes:attribute-edit", tess.budget().pk, description="", protected="on")


def archive_attribute(tess: Tess) -> None:
    tess.send("attributes:attribute-archive", tess.budget().pk)


def unarchive_attribute(tess: Tess) -> None:
    archive_attribute(tess)
    tess.send("attributes:attribute-unarchive", tess.latest(Attribute).pk)


def change_qualification(tess: Tess) -> None:
    tess.budget()
    tess.send("qualification:settings-add", attribute="person:budget")


def create_segment(tess: Tess) -> None:
    tess.send("segments:create", "person", name="Cork", **CORK)


def rename_segment(tess: Tess) -> None:
    create_segment(tess)
    tess.send("segments:rename", "person", tess.latest(Segment).pk, name="Cork people")


def delete_segment(tess: Tess) -> None:
    create_segment(tess)
    tess.send("segments:delete", "person", tess.latest(Segment).pk)


def create_tag(tess: Tess) -> None:
    tess.send("tags:settings", name="VIP")


def rename_tag(tess: Tess) -> None:
    create_tag(tess)
    tess.send("tags:settings-tag", tess.latest(Tag).pk, name="Best")


def delete_tag(tess: Tess) -> None:
    create_tag(tess)
    tess.send("tags:settings-delete", tess.latest(Tag).pk)


NEWS = {"name": "News", "description": "Monthly", "consent_type": "opt_in", "locale": "en", "email": "on"}


def create_subscription(tess: Tess) -> None:
    tess.send("subscriptions:settings", **NEWS)


def change_subscription(tess: Tess) -> None:
    create_subscription(tess)
    tess.send("subscriptions:subscription", tess.latest(SubscriptionType).pk, **NEWS | {"description": "Weekly"})


def archive_subscription(tess: Tess) -> None:
    create_subscription(tess)
    tess.send("subscriptions:archive", tess.latest(SubscriptionType).pk)


def unarchive_subscription(tess: Tess) -> None:
    archive_subscription(tess)
    tess.send("subscriptions:unarchive", tess.latest(SubscriptionType).pk)


def event_act(*pages: str, **form: str) -> Callable[[Tess], None]:
    def act(tess: Tess) -> None:
        name = EventName.objects.create(workspace=tess.workspace, name="ordered", created_at=now())
        for page in pages:
            tess.send(f"events:{page}", name.pk, **form)

    return act


# ---- many at once ----------------------------------------------------------------------------------------------------


def bulk(action: str, **form: str) -> Callable[[Tess], None]:
    def act(tess: Tess) -> None:
        tess.ann(email="ann@x.test")
        tess.send(f"bulk:{action}", "person", all="1", **form)

    return act


def untag_many(tess: Tess) -> None:
    bulk("tag", name="VIP")(tess)
    tess.send("bulk:untag", "person", all="1", name=tess.latest(Tag).pk)


def edit_many(tess: Tess) -> None:
    change_qualification(tess)
    bulk("set", attribute="budget", value="12")(tess)


def undo_many(tess: Tess) -> None:
    bulk("tag", name="VIP")(tess)
    tess.send("bulk:undo", tess.latest(BulkChange).pk)


def export_many(tess: Tess) -> None:
    tess.ann()
    tess.send("exports:new", "person", all="1", columns="all")


def export_person(tess: Tess) -> None:
    tess.send("exports:package", tess.ann().public_id)


def preview_import(tess: Tess) -> None:
    file = SimpleUploadedFile("people.csv", b"user_id,email\n1,ann@x.test\n")
    tess.send("imports:new", role="user", file=file)
    pk = tess.latest(Import).pk
    tess.send("imports:columns", pk, **{"column-0": "known:external_id", "column-1": "known:email"})
    tess.send("imports:options", pk, only="any")


def import_people(tess: Tess) -> None:
    preview_import(tess)
    tess.send("imports:begin", tess.latest(Import).pk)


def undo_import(tess: Tess) -> None:
    import_people(tess)
    tess.send("imports:undo", tess.latest(Import).pk)


# ---- one person ------------------------------------------------------------------------------------------------------


def archive(tess: Tess) -> None:
    tess.send("people:archive", tess.ann().public_id)


def unarchive(tess: Tess) -> None:
    tess.send("people:bring-back", tess.ann(state=State.ARCHIVED).public_id)


def block(tess: Tess) -> None:
    tess.send("people:block", tess.ann().public_id)


def unblock(tess: Tess) -> None:
    tess.send("people:bring-back", tess.ann(state=State.BLOCKED).public_id)


def merge(tess: Tess) -> None:
    tess.send("people:merge", LeadFactory(workspace=tess.workspace).public_id, tess.ann().public_id)


def part(tess: Tess) -> None:
    merge(tess)
    tess.send("people:merge-undo", Merge.objects.get().pk)


def merge_many(tess: Tess) -> None:
    tess.pair()
    seen = tess.open("duplicates:merge", every="1").context["seen"]  # type: ignore[attr-defined]
    tess.send("duplicates:merge", every="1", seen=seen)


def undo_merges(tess: Tess) -> None:
    merge_many(tess)
    tess.send("duplicates:undo", tess.latest(BulkMerge).pk)


def dismiss(tess: Tess) -> None:
    tess.send("duplicates:dismiss", tess.pair().pk)


def recall(tess: Tess) -> None:
    dismiss(tess)
    tess.send("duplicates:take-back", tess.latest(Pair).pk)


def delete(tess: Tess) -> None:
    tess.send("deletion:delete", tess.ann(external_id="123").public_id, typed="123")


def restore(tess: Tess) -> None:
    delete(tess)
    tess.send("deletion:restore", tess.latest(Deletion).person.public_id)


def destroy(tess: Tess) -> None:
    delete(tess)
    Deletion.objects.update(due_at=now() - timedelta(hours=1))
    call_command("purge_due")


def hurry(tess: Tess) -> None:
    """An operator's act, in Django's admin."""
    delete(tess)
    type(tess.seat.teammate).objects.filter(pk=tess.seat.teammate_id).update(is_staff=True, is_superuser=True)
    asked = {"action": "destroy", "_selected_action": tess.latest(Deletion).pk, "index": 0, "confirmed": "yes"}
    assert tess.client.post("/admin/deletion/deletion/", asked).status_code == 302


def delete_company(tess: Tess) -> None:
    company: Company = CompanyFactory(workspace=tess.workspace)
    rest(tess, "delete", f"/companies/{company.public_id}")


def remove_demo(tess: Tess) -> None:
    remember(tess.workspace, Person, [tess.ann().pk])
    tess.send("demo:remove")


def rest(tess: Tess, method: str, path: str, body: dict[str, Any] | None = None) -> None:
    """A request by a token of Tess's."""
    _, secret = issue(tess.workspace, tess.seat.teammate, "backend", scopes=list(Scope), by=NOBODY, now=now())
    headers = {"Authorization": f"Bearer {secret}"}
    answer = getattr(Client(REMOTE_ADDR=ADDRESS), method)(path, body or {}, "application/json", headers=headers)
    assert answer.status_code < 300, answer.content
    work()


ACTS: dict[Activity, Callable[[Tess], None]] = {
    Activity.SIGN_IN: sign_in,
    Activity.SIGN_IN_FAILED: fail_to_sign_in,
    Activity.SIGN_OUT: sign_out,
    Activity.SIGN_IN_LINK: make_link,
    Activity.PASSWORD_CHANGE: change_password,
    Activity.SEAT_CREATION: invite,
    Activity.ROLE_CHANGE: change_role,
    Activity.SEAT_REMOVAL: remove_teammate,
    Activity.WORKSPACE_CREATION: found_workspace,
    Activity.SETTINGS_CHANGE: general(name="Acme"),
    Activity.TIMEZONE_CHANGE: general(timezone="Europe/Dublin"),
    Activity.SECURITY_CHANGE: log_access,
    Activity.PROFILE_VIEW: view_profile,
    Activity.DOCUMENT_UPLOAD: upload_document,
    Activity.DOCUMENT_DOWNLOAD: download_document,
    Activity.DOCUMENT_REMOVAL: remove_document,
    Activity.TOKEN_CREATION: create_token,
    Activity.TOKEN_REVOCATION: revoke_token,
    Activity.ATTRIBUTE_CREATION: create_attribute,
    Activity.ATTRIBUTE_CHANGE: change_attribute,
    Activity.ATTRIBUTE_TYPE_CHANGE: change_type,
    Activity.ATTRIBUTE_PROTECTION: protect,
    Activity.ATTRIBUTE_ARCHIVAL: archive_attribute,
    Activity.ATTRIBUTE_UNARCHIVAL: unarchive_attribute,
    Activity.QUALIFICATION_CHANGE: change_qualification,
    Activity.SEGMENT_CREATION: create_segment,
    Activity.SEGMENT_CHANGE: rename_segment,
    Activity.SEGMENT_DELETION: delete_segment,
    Activity.TAG_CREATION: create_tag,
    Activity.TAG_CHANGE: rename_tag,
    Activity.TAG_DELETION: delete_tag,
    Activity.SUBSCRIPTION_CREATION: create_subscription,
    Activity.SUBSCRIPTION_CHANGE: change_subscription,
    Activity.SUBSCRIPTION_ARCHIVAL: archive_subscription,
    Activity.SUBSCRIPTION_UNARCHIVAL: unarchive_subscription,
    Activity.EVENT_CHANGE: event_act("edit", description="Somebody paid"),
    Activity.EVENT_ARCHIVAL: event_act("archive"),
    Activity.EVENT_UNARCHIVAL: event_act("archive", "unarchive"),
    Activity.BULK_TAG: bulk("tag", name="VIP"),
    Activity.BULK_UNTAG: untag_many,
    Activity.BULK_ARCHIVAL: bulk("archive"),
    Activity.BULK_EDIT: edit_many,
    Activity.BULK_UNDO: undo_many,
    Activity.BULK_EXPORT: export_many,
    Activity.PERSON_EXPORT: export_person,
    Activity.CSV_IMPORT_CREATION: import_people,
    Activity.CSV_IMPORT_COMPLETION: import_people,
    Activity.CSV_IMPORT_UNDO: undo_import,
    Activity.PERSON_ARCHIVAL: archive,
    Activity.PERSON_UNARCHIVAL: unarchive,
    Activity.PERSON_BLOCK: block,
    Activity.PERSON_UNBLOCK: unblock,
    Activity.PERSON_MERGE: merge,
    Activity.PERSON_PARTING: part,
    Activity.BULK_MERGE: merge_many,
    Activity.BULK_MERGE_UNDO: undo_merges,
    Activity.DUPLICATE_DISMISSAL: dismiss,
    Activity.DUPLICATE_RECALL: recall,
    Activity.COMPANY_DELETION: delete_company,
    Activity.DELETION: delete,
    Activity.RESTORATION: restore,
    Activity.DELETION_HURRIED: hurry,
    Activity.DESTRUCTION: destroy,
    Activity.BULK_DELETION: bulk("delete", typed="delete"),
    Activity.DEMO_REMOVAL: remove_demo,
}
BY_THE_PLATFORM = {Activity.DESTRUCTION}  # after seven days, whoever asked for it


# what the tests of `manage.py move_in` try: it needs another server to move in from
ELSEWHERE = {Activity.MOVE_IN_CREATION, Activity.MOVE_IN_COMPLETION}


@pytest.mark.parametrize("activity", [one for one in Activity if one not in ELSEWHERE], ids=str)
def test_every_activity_is_written_by_its_act(tess, activity):
    """AUD-01: who, what, when, from where"""
    began = now()

    ACTS[activity](tess)

    entry = AuditEntry.objects.filter(workspace__in=[tess.workspace.pk, None], activity=activity).get()
    by = (None, None) if activity in BY_THE_PLATFORM else (tess.seat.teammate_id, ADDRESS)
    assert (entry.teammate_id, entry.ip) == by
    assert began <= entry.at <= now()


# ---- the same by the other door --------------------------------------------------------------------------------------

REST: dict[Activity, Callable[[Tess], None]] = {
    Activity.PERSON_ARCHIVAL: lambda tess: rest(tess, "post", f"/contacts/{tess.ann().public_id}/archive"),
    Activity.PERSON_UNARCHIVAL: lambda tess: rest(
        tess, "post", f"/contacts/{tess.ann(state=State.ARCHIVED).public_id}/unarchive"
    ),
    Activity.PERSON_BLOCK: lambda tess: rest(tess, "post", f"/contacts/{tess.ann().public_id}/block"),
    Activity.PERSON_MERGE: lambda tess: rest(
        tess,
        "post",
        "/contacts/merge",
        {"from": LeadFactory(workspace=tess.workspace).public_id, "into": tess.ann().public_id},
    ),
    Activity.DELETION: lambda tess: rest(tess, "delete", f"/contacts/{tess.ann().public_id}"),
    Activity.ATTRIBUTE_CREATION: lambda tess: rest(
        tess, "post", "/data_attributes", {"name": "budget", "model": "contact", "data_type": "integer"}
    ),
    Activity.ATTRIBUTE_CHANGE: lambda tess: rest(
        tess, "put", f"/data_attributes/{tess.budget().pk}", {"description": "A year"}
    ),
    Activity.ATTRIBUTE_ARCHIVAL: lambda tess: rest(
        tess, "put", f"/data_attributes/{tess.budget().pk}", {"archived": True}
    ),
    Activity.TAG_CREATION: lambda tess: rest(tess, "post", "/tags", {"name": "VIP"}),
}


@pytest.mark.parametrize("activity", REST, ids=str)
def test_an_act_by_a_token_names_the_token(tess, activity):
    """AUD-01"""
    REST[activity](tess)

    entry = AuditEntry.objects.get(workspace=tess.workspace, activity=activity)
    assert (entry.token, entry.ip) == (tess.latest(AccessToken), ADDRESS)
