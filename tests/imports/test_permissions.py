"""Who may import (IMP-28)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.imports.models import Import
from apps.workspace.models import Workspace
from tests.factories import SeatFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "may"), [("manager", True), ("agent", False), ("read_only", False)])
def test_only_who_may_import_is_offered_it_and_let_in(client: Client, workspace: Workspace, role: str, may: bool):
    """IMP-28, PERM-05"""
    client.force_login(SeatFactory(workspace=workspace, role=role).teammate)
    address = f"/apps/{workspace.app_id}/imports/new/"
    file = SimpleUploadedFile("people.csv", b"user_id\n1\n", "text/csv")

    people = client.get(f"/apps/{workspace.app_id}/people/").text
    forged = client.post(address, {"role": "user", "file": file})

    assert (address in people, forged.status_code, Import.objects.count()) == (may, 302 if may else 403, int(may))
