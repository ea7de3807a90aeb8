"""A type change from the first click to the worker's last batch, and back."""

import time

import pytest
from django.test import Client

from apps.attributes import retyping
from apps.attributes.models import TypeChange
from apps.attributes.sources import Source
from apps.workspace import clock
from apps.workspace.hands import NOBODY
from tests.attributes.conftest import offer, value
from tests.factories import PersonFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db(transaction=True)


def finished(change: TypeChange, patience: float = 30.0) -> TypeChange:
    """The change once the worker is through with it; waits for that, not for luck."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        change.refresh_from_db()
        if not change.is_under_way:
            return change
        time.sleep(0.05)
    raise AssertionError(f"still {change.state} after {patience} s: {change.error}")


def test_a_worker_changes_the_type_while_a_site_pings(worker: None, client: Client):
    """ATT-19, BEY-06: through the Messenger's door, the queue and the worker."""
    workspace = WorkspaceFactory()
    score = attribute(workspace, "score")
    people = PersonFactory.create_batch(50, workspace=workspace)
    for number, person in enumerate(people):
        offer(person, Source.PING, score=str(number) if number else "n/a")

    change = retyping.begin(score, "number", by=NOBODY, now=clock.now())
    user_data = {"user_id": people[1].external_id, "score": "777"}
    ping = {"app_id": workspace.app_id, "user_data": user_data}
    answer = client.post("/messenger/web/ping", ping, content_type="application/json")
    finished(change)

    assert answer.status_code == 200
    assert [value(person, "score") for person in people] == [None, 777, *range(2, 50)]
    retyping.undo(change, by=NOBODY, now=clock.now())
    assert [value(person, "score") for person in people] == ["n/a", "777", *map(str, range(2, 50))]
