"""Deletions in the Django admin: masked, restored, or destroyed at once (DEL-06, DEL-07, D-29)."""

import pytest
from django.test import Client

from apps.deletion.models import Deletion, Receipt
from apps.workspace.models import AuditEntry
from tests.deletion.conftest import deleted, gone
from tests.factories import TeammateFactory

PAGE = "/admin/deletion/deletion/"


@pytest.fixture
def operator(client: Client, workspace: object) -> Client:
    client.force_login(TeammateFactory(is_staff=True, is_superuser=True))
    return client


def act(operator, deletion, action, **more):
    return operator.post(PAGE, {"action": action, "_selected_action": deletion.pk, "index": 0, **more}, follow=True)


def test_they_are_listed_masked_and_found_by_their_identifiers(operator, ann):
    """D-29"""
    deleted(ann)

    found, other = operator.get(PAGE, {"q": "a@x.io"}), operator.get(PAGE, {"q": "b@x.io"})

    assert "1•••, a•••@x•••" in found.text
    assert (ann.public_id in found.text, ann.public_id in other.text, "Ann Lee" in found.text) == (True, False, False)


def test_an_operator_restores(operator, ann):
    """DEL-06"""
    answer = act(operator, deleted(ann), "restore")

    assert f"Restored {ann.public_id}." in answer.text
    assert not Deletion.objects.exists()


def test_purging_at_once_is_asked_once_more(operator, ann):
    answer = act(operator, deleted(ann), "destroy")

    assert "Everything of 1 person is destroyed now." in answer.text
    assert not gone(ann)


def test_purging_at_once_leaves_a_receipt_and_says_who_wanted_it(operator, ann):
    """DEL-07, DEL-22"""
    deletion = deleted(ann)

    answer = act(operator, deletion, "destroy", confirmed="yes")

    assert "Destroyed 1 person." in answer.text
    assert (gone(ann), Receipt.objects.get().public_id) == (True, ann.public_id)
    hurried = AuditEntry.objects.get(activity="app_data_deletion_hurried")
    assert (hurried.teammate.is_superuser, hurried.metadata["contact"]) == (True, ann.public_id)


def test_receipts_are_looked_up_by_intercom_id(operator, ann):
    act(operator, deleted(ann), "destroy", confirmed="yes")

    assert ann.public_id in operator.get("/admin/deletion/receipt/", {"q": ann.public_id}).text
