"""What a ping cannot do is told in the log and beside the value (BEY-01, BEY-02)."""

from django.test import Client

from apps.attributes.catalogue import catalogue_of
from apps.attributes.models import RefusedWrite
from apps.qualification import choosing
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from tests.factories import NOW, SeatFactory, TeammateFactory
from tests.messenger.conftest import user


def lines() -> list[tuple[object, ...]]:
    return list(RefusedWrite.objects.values_list("record_id", "key", "source", "reason", "raw", "count"))


def test_the_story_of_a_plan_that_a_teammate_holds_has_three_lines(ping, time, workspace, client: Client):
    """BEY-01"""
    tess = SeatFactory(workspace=workspace, teammate=TeammateFactory(name="Tess"))
    client.force_login(tess.teammate)
    ping({"user_id": "1", "plan": "free"})
    ann = user("1")
    time.goes_on(minutes=1)
    story = f"/apps/abc1234/history/person/{ann.public_id}/plan/"
    choosing.add(workspace, catalogue_of(Workspace.objects.get(), "person")["plan"], by=NOBODY, now=NOW)
    edit = f"/apps/abc1234/qualification/person/{ann.public_id}/cell/person/plan/"
    assert client.post(edit, {"value": "pro"}).status_code == 302
    time.goes_on(minutes=1)
    ping({"user_id": "1", "plan": "free"})

    told = client.get(story, headers={"HX-Request": "true"}).text

    assert told.count('class="history-change"') == 3
    first, second, third = told.split('class="history-change"')[1:]
    assert "<span>free</span>" in first
    assert "Messenger · The person’s own browser" in first
    assert "<span>free</span>" in second
    assert "<span>pro</span>" in second
    assert "Edited by hand · Tess" in second
    assert "“free” ignored: Tess’s value is kept" in third


def test_an_email_that_is_none_and_all_that_was_sent_is_noted(ping, workspace: Workspace):
    """BEY-02, MSG-13"""
    for _ in range(2):
        assert ping({"email": "nobody"}).status_code == 400

    assert lines() == [(None, "email", "ping", "invalid", "nobody", 2)]


def test_a_user_id_that_is_none_is_noted(ping, workspace: Workspace):
    """BEY-02"""
    assert ping({"user_id": ["1"], "email": "ann@example.test"}).status_code == 400

    assert lines() == [(None, "user_id", "ping", "nested", '["1"]', 1)]


def test_what_a_pings_company_may_not_hold_is_noted_at_the_company(ping, workspace: Workspace):
    """ATT-22, BEY-02"""
    ping({"user_id": "1", "company": {"company_id": "6", "name": "Acme", "tier": "gold"}})

    assert [(line.about, line.key, line.reason) for line in RefusedWrite.objects.all()] == [
        ("company", "tier", "unknown")
    ]
