"""Settings → Ingest log through the browser's door: what is listed, filtered and paged, and what each line offers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes.catalogue import catalogue_of
from apps.attributes.defining import archive
from apps.attributes.history import count_refusals
from apps.attributes.ingest_log import REASONS, Filters, ignored_values, look
from apps.attributes.models import Attribute, Attributed, RefusedWrite
from apps.attributes.redaction import redact
from apps.attributes.reports import Reason, Refusal, Report
from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Workspace
from tests.attributes.conftest import offer, value
from tests.factories import NOW, PersonFactory, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


def at(workspace: Workspace, name: str = "ingest-log", *more: object) -> str:
    return reverse(f"attributes:{name}", args=[workspace.app_id, *more])


def fresh(workspace: Workspace) -> Workspace:
    return Workspace.objects.get(pk=workspace.pk)


def the_line() -> RefusedWrite:
    return RefusedWrite.objects.get()


def refuse(
    workspace: Workspace,
    key: str,
    reason: Reason = Reason.UNKNOWN,
    source: Source = Source.REST,
    record: Attributed | None = None,
    raw: object = "x",
    when: datetime = NOW,
) -> None:
    report = Report(refused={key: Refusal(reason, "is no good")}, raw={key: raw})
    pk = record.pk if record else None
    count_refusals("person", workspace, {pk: report}, source, NOBODY, when)


def offered(workspace: Workspace) -> list[str]:
    """The remedies of the only line."""
    [line] = look(fresh(workspace), Filters()).lines
    return [str(remedy) for remedy in line.remedies]


def keys(workspace: Workspace, asked: str = "") -> list[str]:
    filters = Filters.read(fresh(workspace), dict(pair.split("=") for pair in asked.split("&")) if asked else {})
    return [line.refusal.key for line in look(fresh(workspace), filters).lines]


# ---- the list --------------------------------------------------------------------------------------------------------


def test_a_line_says_key_value_reason_door_hand_person_count_and_times(workspace, ann, tess):
    """BEY-02, MSG-13"""
    attribute(workspace, "seats", "number")
    for minute in range(3):
        write(
            type(ann),
            fresh(workspace),
            {ann.pk: {"seats": "many"}},
            Source.CSV,
            by=Hand(name="Tess"),
            now=NOW + timedelta(minutes=minute),
        )

    page = tess.get(at(workspace)).text

    for words in ("seats is not a number.", "<code>many</code>", "Wrong type", "CSV import", "Tess", ann.page()):
        assert words in page
    assert '<td class="number" data-label="Times">3</td>' in page
    assert page.index("15:02") < page.index("15:00")


def test_every_reason_has_a_title():
    assert set(REASONS) == set(Reason)


def test_a_thousand_repeats_are_one_line_with_a_count(workspace, ann):
    """BEY-02"""
    for _ in range(1_000):
        refuse(workspace, "plan", Reason.PROTECTED, Source.PING, ann)

    assert [(line.key, line.count) for line in RefusedWrite.objects.all()] == [("plan", 1_000)]


def test_what_was_refused_last_comes_first(workspace, ann):
    for minute, key in enumerate(["a", "b", "c"]):
        refuse(workspace, key, when=NOW + timedelta(minutes=minute))
    refuse(workspace, "a", when=NOW + timedelta(hours=1))

    assert keys(workspace) == ["a", "c", "b"]


def test_a_record_that_never_came_to_be_and_one_that_is_not_listed_are_told_apart(workspace, tess):
    refuse(workspace, "one")
    assert "Never came to be" in tess.get(at(workspace)).text

    RefusedWrite.objects.all().delete()
    refuse(workspace, "one", record=PersonFactory(workspace=workspace, role="visitor", external_id=None))
    assert "Not listed" in tess.get(at(workspace)).text


def test_the_log_is_filtered_by_door_reason_attribute_and_person(workspace, ann):
    """BEY-02"""
    refuse(workspace, "a", Reason.UNKNOWN, Source.REST)
    refuse(workspace, "b", Reason.INVALID, Source.PING, ann)
    refuse(workspace, "bb", Reason.INVALID, Source.CSV)

    assert keys(workspace, "door=ping") == ["b"]
    assert keys(workspace, "reason=unknown") == ["a"]
    assert keys(workspace, "attribute=b") == ["b"]
    assert keys(workspace, "reason=invalid&door=csv") == ["bb"]
    assert keys(workspace, f"person={ann.public_id}") == ["b"]
    assert keys(workspace, "door=nonsense") == ["bb", "b", "a"]


@pytest.mark.parametrize("asked", ["attribute=%00", "person=1", "after=x", "company=" + "0" * 24, "before=%FF"])
def test_an_address_that_nobody_wrote_breaks_nothing(workspace, tess, asked):
    refuse(workspace, "a")

    assert tess.get(f"{at(workspace)}?{asked}").status_code in (200, 404)


def test_the_log_is_paged_by_keyset(workspace, tess):
    """UI-05"""
    for number in range(60):
        refuse(workspace, f"key {number}", when=NOW + timedelta(seconds=number // 2))

    first = look(fresh(workspace), Filters())
    second = look(fresh(workspace), Filters(), after=first.page.after)
    back = look(fresh(workspace), Filters(), before=second.page.before)

    assert [len(first.lines), len(second.lines)] == [50, 10]
    assert [line.refusal.key for line in [*first.lines, *second.lines]] == [f"key {n}" for n in range(59, -1, -1)]
    assert [line.refusal.key for line in back.lines] == [line.refusal.key for line in first.lines]
    page = tess.get(f"{at(workspace)}?reason=unknown").text
    assert f"?reason=unknown&amp;after={first.page.after}" in page


@pytest.mark.parametrize("amount", [1, 45])
def test_many_lines_cost_the_queries_of_one(workspace, acme, tess, django_assert_num_queries, amount):
    for number in range(amount):
        refuse(workspace, f"key {number}", record=PersonFactory(workspace=workspace))
    offer(acme, Source.REST, mood="ok")
    tess.get(at(workspace))

    with django_assert_num_queries(6):  # session, teammate, seat and workspace; lines, people, companies
        tess.get(at(workspace))


def test_another_workspaces_refusals_are_not_shown(workspace, tess):
    refuse(WorkspaceFactory(), "theirs")

    assert "Nothing was refused" in tess.get(at(workspace)).text


def test_htmx_gets_the_lines_alone_and_an_address_without_empty_filters(workspace, tess):
    refuse(workspace, "a")

    answer = tess.get(f"{at(workspace)}?door=&reason=unknown&attribute=", headers=HTMX)

    assert "<html" not in answer.text
    assert answer["HX-Push-Url"] == f"{at(workspace)}?reason=unknown"
    assert "HX-Request" in answer["Vary"]


def test_no_match_is_said_with_a_way_out(workspace, tess):
    """UI-06"""
    refuse(workspace, "a")

    assert "Clear the filters" in tess.get(f"{at(workspace)}?door=csv").text


def test_what_was_sent_is_text(workspace, tess):
    refuse(workspace, "<b>key</b>", raw="<script>alert(1)</script>")

    page = tess.get(at(workspace)).text

    assert "<script>alert" not in page
    assert "<b>key" not in page


# ---- remedies --------------------------------------------------------------------------------------------------------


def test_an_unknown_key_is_accepted_with_the_kind_that_its_value_suggests(workspace, ann, tess):
    """BEY-02, ATT-24"""
    offer(ann, Source.REST, seats=12)
    assert offered(workspace) == ["accept"]
    url = at(workspace, "ingest-accept", the_line().pk)

    form = tess.get(url)
    made = tess.post(f"{url}?door=rest", {"kind": "number", "description": "Seats paid for"})

    assert '<option value="number" selected>' in form.text
    assert (made.status_code, made["Location"]) == (302, f"{at(workspace)}?door=rest")
    attribute_made = Attribute.objects.get(workspace=workspace)
    assert (attribute_made.name, attribute_made.kind, attribute_made.about) == ("seats", "number", "person")
    assert offered(workspace) == []
    assert "The key is accepted now." in tess.get(at(workspace)).text
    offer(ann, Source.REST, seats=12)
    assert value(ann, "seats") == 12


@pytest.mark.parametrize(
    ("key", "raw", "kind"),
    [
        *(("a", 12, "number"), ("a", 1.5, "decimal"), ("a", True, "boolean"), ("a", "x", "text")),
        *(("a_at", 1773327600, "date"), ("a", "null", "text"), ("a", "0871234", "text")),
    ],
)
def test_the_kind_is_guessed_from_what_was_sent(workspace, tess, key, raw, kind):
    """ATT-24, ATT-25"""
    refuse(workspace, key, raw=raw)

    form = tess.get(at(workspace, "ingest-accept", the_line().pk)).text

    assert f'<option value="{kind}" selected>' in form


def test_a_companys_key_is_accepted_as_company_data(workspace, acme, tess):
    """ATT-22, ATT-23"""
    offer(acme, Source.PING, tier="gold")

    tess.post(at(workspace, "ingest-accept", the_line().pk), {"kind": "text"})

    assert Attribute.objects.get(workspace=workspace).about == "company"
    offer(acme, Source.PING, tier="gold")
    assert value(acme, "tier") == "gold"


def test_a_key_that_the_messenger_may_not_create_is_accepted(workspace, ann, tess):
    """MSG-08"""
    Workspace.objects.filter(pk=workspace.pk).update(messenger_creates_attributes=False)
    offer(ann, Source.PING, mood="ok")

    assert offered(workspace) == ["accept"]


def test_accepting_over_the_limit_is_refused_in_the_form(workspace, ann, tess, settings):
    """ATT-13"""
    settings.ATTRIBUTE_LIMIT = 0
    offer(ann, Source.PING, mood="ok")
    assert offered(workspace) == ["accept"]

    answer = tess.post(at(workspace, "ingest-accept", the_line().pk), {"kind": "text"}, headers=HTMX)

    assert (answer.status_code, "0 of 0 attributes in use" in answer.text) == (422, True)
    assert not Attribute.objects.exists()


def test_a_list_that_is_accepted_needs_its_options(workspace, tess):
    """ATT-56"""
    refuse(workspace, "stage")
    url = at(workspace, "ingest-accept", the_line().pk)

    assert tess.post(url, {"kind": "list", "options": "Won"}).status_code == 422
    assert tess.post(url, {"kind": "list", "options": "Won\nLost"}).status_code == 302
    assert Attribute.objects.get(workspace=workspace).options == ["Won", "Lost"]


def test_htmx_closes_the_dialog_and_gets_the_log_again(workspace, tess):
    refuse(workspace, "stage")

    answer = tess.post(at(workspace, "ingest-accept", the_line().pk), {"kind": "text"}, headers=HTMX)

    assert answer["HX-Trigger"] == "dialog-close"
    assert 'id="ingest-log" tabindex="-1" hx-swap-oob="true"' in answer.text
    assert "Created stage." in answer.text


@pytest.mark.parametrize("key", ["email", "Last seen", " "])
def test_a_key_that_no_attribute_may_have_is_not_offered(workspace, key):
    """ATT-10, ATT-28"""
    refuse(workspace, key)

    assert offered(workspace) == []


def test_an_archived_key_is_unarchived(workspace, ann, tess, plan):
    """ATT-41, ATT-43"""
    archive(plan, by=NOBODY, now=NOW)
    offer(ann, Source.CSV, plan="pro")
    assert offered(workspace) == ["unarchive"]

    tess.post(at(workspace, "ingest-unarchive", the_line().pk))

    offer(ann, Source.CSV, plan="pro")
    assert value(ann, "plan") == "pro"
    assert offered(workspace) == []


def test_unarchiving_over_the_limit_says_why_not(workspace, ann, tess, plan, settings):
    """ATT-44"""
    archive(plan, by=NOBODY, now=NOW)
    offer(ann, Source.CSV, plan="pro")
    settings.ATTRIBUTE_LIMIT = 0

    answer = tess.post(at(workspace, "ingest-unarchive", the_line().pk))

    assert (answer.status_code, "0 of 0 attributes in use" in answer.text) == (400, True)


def test_a_protected_key_is_opened_to_the_messenger(workspace, ann, tess):
    """MSG-06"""
    attribute(workspace, "vip", "boolean", protected=True)
    offer(ann, Source.PING, vip=True)
    assert offered(workspace) == ["allow"]

    tess.post(at(workspace, "ingest-allow", the_line().pk))

    offer(ann, Source.PING, vip=True)
    assert value(ann, "vip") is True
    assert "The Messenger may write it now." in tess.get(at(workspace)).text


def test_htmx_gets_the_log_as_it_stands_after_a_remedy(workspace, ann, tess):
    attribute(workspace, "vip", "boolean", protected=True)
    offer(ann, Source.PING, vip=True)

    answer = tess.post(at(workspace, "ingest-allow", the_line().pk), headers=HTMX).text

    assert "The Messenger may write it now." in answer
    assert "Allow Messenger updates" not in answer


def test_what_was_sent_becomes_an_option(workspace, ann, tess):
    """QUAL-05"""
    attribute(workspace, "stage", "list", options=["Won", "Lost"])
    offer(ann, Source.CSV, stage="Open")
    assert offered(workspace) == ["add-option", "retype"]

    for _ in range(2):  # twice is harmless
        tess.post(at(workspace, "ingest-add-option", the_line().pk))

    assert Attribute.objects.get(name="stage").options == ["Won", "Lost", "Open"]
    assert "It would be taken now." in tess.get(at(workspace)).text


@pytest.mark.parametrize(("kind", "raw"), [("number", "many"), ("date", 1350466020000), ("boolean", "perhaps")])
def test_a_misfit_offers_another_type(workspace, ann, kind, raw):
    """ATT-26, ATT-38, ATT-19"""
    attribute(workspace, "thing", kind)
    offer(ann, Source.CSV, thing=raw)

    assert offered(workspace) == ["retype"]


def test_no_type_would_take_an_object_or_too_long_a_text(workspace, ann, plan):
    """ATT-32, ATT-33"""
    offer(ann, Source.CSV, plan={"a": 1})
    assert offered(workspace) == []

    RefusedWrite.objects.all().delete()
    offer(ann, Source.CSV, plan="x" * 300)
    assert offered(workspace) == []


def test_a_value_that_yielded_leads_to_the_one_that_was_kept(workspace, ann, tess, plan):
    """QUAL-08"""
    offer(ann, Source.MANUAL, plan="pro")
    offer(ann, Source.PING, plan="free")
    assert offered(workspace) == ["see-value"]

    definition = catalogue_of(fresh(workspace), "person")["plan"]

    assert f'href="{ann.page()}#fact-person-{definition.slug}"' in tess.get(at(workspace)).text


def test_a_line_that_offers_something_else_does_nothing(workspace, tess, plan):
    refuse(workspace, "plan", Reason.TOO_LONG)

    answers = [
        tess.post(at(workspace, name, the_line().pk)).status_code
        for name in ("ingest-allow", "ingest-unarchive", "ingest-add-option", "ingest-accept")
    ]

    assert answers == [302] * 4
    assert Attribute.objects.get().updated_at == plan.updated_at


def test_whoever_may_not_manage_data_sees_no_log(workspace, client):
    """PERM-02"""
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)

    assert client.get(at(workspace)).status_code == 403


# ---- what is kept for seven days -------------------------------------------------------------------------------------


def test_what_was_sent_is_removed_seven_days_after_it_was_last_sent(workspace, ann, tess):
    """BEY-02"""
    refuse(workspace, "old", raw="secret@example.test")
    refuse(workspace, "young", raw="kept", when=NOW + timedelta(seconds=1))

    assert redact(NOW + timedelta(days=7)) == 1
    assert redact(NOW + timedelta(days=7)) == 0

    assert dict(RefusedWrite.objects.values_list("key", "raw")) == {"old": "", "young": "kept"}
    page = tess.get(at(workspace)).text
    assert "secret@example.test" not in page
    assert page.count("Removed after 7 days") == 1


def test_a_value_that_is_refused_again_is_kept_again(workspace):
    refuse(workspace, "old")
    later = NOW + timedelta(days=8)
    redact(later)

    refuse(workspace, "old", raw="again", when=later)

    assert (the_line().raw, the_line().redacted_at, the_line().count) == ("again", None, 2)


def test_redaction_goes_on_in_batches(workspace, monkeypatch):
    monkeypatch.setattr("apps.attributes.redaction.BATCH", 2)
    for number in range(5):
        refuse(workspace, f"key {number}")

    assert redact(NOW + timedelta(days=8)) == 5
    assert not RefusedWrite.objects.exclude(raw="").exists()


def test_what_was_sent_empty_is_not_called_removed(workspace, tess):
    refuse(workspace, "empty", raw="")

    assert "Removed after 7 days" not in tess.get(at(workspace)).text


# ---- on the person ---------------------------------------------------------------------------------------------------


def test_a_profile_shows_what_was_ignored_and_why(workspace, ann, tess):
    """BEY-02"""
    attribute(workspace, "vip", "boolean", protected=True)
    for _ in range(3):
        offer(ann, Source.PING, vip=True)

    page = tess.get(ann.page()).text

    for words in ("Ignored values", "vip is protected from updates via the Messenger.", "<code>true</code>", "3 times"):
        assert words in page
    assert f"{at(workspace)}?person={ann.public_id}" in page


def test_a_profile_without_refusals_says_nothing_of_them(workspace, ann, tess):
    assert "Ignored values" not in tess.get(ann.page()).text


def test_a_profile_shows_some_of_many_and_offers_no_remedy_to_agents(workspace, ann, client):
    for number in range(25):
        refuse(workspace, f"key {number}", record=ann)
    client.force_login(SeatFactory(workspace=workspace, role="agent").teammate)

    page: Any = client.get(ann.page()).text

    assert "and 5 more." in page
    assert "Accept this key" not in page
    assert at(workspace) not in page


def test_a_companys_page_shows_what_was_ignored(workspace, acme, tess):
    """BEY-02, ATT-22"""
    offer(acme, Source.PING, tier="gold")

    page = tess.get(acme.page()).text

    assert "Ignored values" in page
    assert "tier does not exist; create it as a data attribute first." in page


@pytest.mark.parametrize("amount", [1, 60])
def test_sixty_ignored_values_cost_one_query_more_than_one(workspace, ann, django_assert_num_queries, amount):
    for number in range(amount):
        refuse(workspace, f"key {number}", record=ann)

    with django_assert_num_queries(1 if amount == 1 else 2):  # the newest; and the count of many
        shown = ignored_values(ann)

    assert shown is not None
    assert (len(shown["lines"]), shown["count"]) == (min(amount, 20), amount)
