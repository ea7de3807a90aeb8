"""Settings → Qualification through the browser's door, as plain forms and as htmx sends them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.attributes import defining
from apps.attributes.models import Attribute
from apps.qualification import choosing
from apps.qualification.models import Question
from apps.qualification.settings_forms import NewDataForm
from apps.workspace.activities import Activity
from apps.workspace.hands import NOBODY
from apps.workspace.models import AuditEntry, Workspace
from tests.factories import NOW, SeatFactory, WorkspaceFactory, attribute

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SEVEN = ["name", "email", "phone", "name", "size", "website", "industry"]


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def tess(workspace: Workspace, client: Client) -> Client:
    client.force_login(SeatFactory(workspace=workspace, role="manager").teammate)
    return client


def at(workspace: Workspace, name: str = "settings", *more: int) -> str:
    return reverse(f"qualification:{name}", args=[workspace.app_id, *more])


def asked(workspace: Workspace) -> list[str]:
    return [question.key for question in workspace.questions.all()]


def question(workspace: Workspace, key: str, about: str = "person") -> Question:
    return workspace.questions.get(about=about, key=key)


def offered(answer: Any) -> dict[str, list[str]]:
    return {group.title: [d.key for d in group.definitions] for group in answer.context["groups"]}


# ---- the list --------------------------------------------------------------------------------------------------------


def test_a_fresh_workspace_asks_for_seven_in_their_order(workspace: Workspace, tess: Client) -> None:
    """QUAL-25"""
    answer = tess.get(at(workspace))

    labels = [row.definition.label for row in answer.context["rows"]]
    assert labels == [
        *("Name", "Email", "Phone"),
        *("Company name", "Company size", "Company website", "Company industry"),
    ]


def test_a_row_shows_model_type_and_description_and_no_required_flag(workspace: Workspace, tess: Client) -> None:
    """QUAL-27, ATT-58"""
    attribute(workspace, "stage", "list", options=["A", "B"], description="Where the deal stands")
    tess.post(at(workspace, "settings-add"), {"attribute": "person:stage"})

    page = tess.get(at(workspace)).content.decode()

    for words in ("stage", "List", "Person", "Company", "Where the deal stands", "Options: A, B"):
        assert words in page
    assert "equired" not in page


def test_sixty_questions_cost_no_more_queries_than_one(
    workspace: Workspace, tess: Client, django_assert_num_queries: Any
) -> None:
    Question.objects.filter(workspace=workspace).exclude(key="email").delete()
    tess.get(at(workspace))
    with django_assert_num_queries(4):  # session, teammate, seat and workspace, questions; the catalogue is kept
        tess.get(at(workspace))
    for number in range(60):
        made = attribute(workspace, f"more_{number}")
        Question.objects.create(workspace=workspace, about="person", key=made.name, position=number)
    tess.get(at(workspace))

    with django_assert_num_queries(4):
        tess.get(at(workspace))


@pytest.mark.parametrize("role", ["agent", "read_only"])
def test_without_the_grant_nothing_is_read_or_changed(workspace: Workspace, client: Client, role: str) -> None:
    """PERM-02"""
    client.force_login(SeatFactory(workspace=workspace, role=role).teammate)

    assert client.get(at(workspace)).status_code == 403
    assert client.post(at(workspace, "settings-remove", question(workspace, "email").pk)).status_code == 403
    assert asked(workspace) == SEVEN


def test_another_workspaces_question_is_not_there(workspace: Workspace, tess: Client) -> None:
    """PERM-05"""
    theirs = question(WorkspaceFactory(), "email")

    assert tess.post(at(workspace, "settings-remove", theirs.pk)).status_code == 404
    assert tess.post(at(workspace, "settings-move", theirs.pk), {"direction": "up"}).status_code == 404
    assert Question.objects.filter(pk=theirs.pk).exists()


# ---- add -------------------------------------------------------------------------------------------------------------


def test_the_menu_lists_what_teammates_may_write_and_is_not_added_yet(workspace: Workspace, tess: Client) -> None:
    """QUAL-03, ATT-46"""
    attribute(workspace, "budget", "number")
    attribute(workspace, "tier", about="company")
    defining.archive(attribute(workspace, "old"), by=NOBODY, now=NOW)

    answer = tess.get(at(workspace))

    assert offered(answer) == {"People data": ["external_id", "owner_id", "budget"], "Company data": ["tier"]}
    assert "Create new data" in answer.content.decode()


def test_the_menu_is_searched_on_the_server(workspace: Workspace, tess: Client) -> None:
    """QUAL-03"""
    attribute(workspace, "Budget")

    plain = tess.get(at(workspace, "settings-add") + "?q=budg")
    in_place = tess.get(at(workspace, "settings-add") + "?q=budg", headers=HTMX)

    assert offered(plain) == offered(in_place) == {"People data": ["Budget"]}
    assert 'id="add-data-menu" open' in plain.content.decode()
    assert "<html" not in in_place.content.decode()


def test_an_added_attribute_stands_last_and_is_no_longer_offered(workspace: Workspace, tess: Client) -> None:
    """QUAL-02, QUAL-03"""
    attribute(workspace, "budget", "number")

    answer = tess.post(at(workspace, "settings-add"), {"attribute": "person:budget"}, headers=HTMX)

    assert asked(workspace) == [*SEVEN, "budget"]
    assert "budget" not in offered(answer)["People data"]
    assert "<html" not in answer.content.decode()


def test_a_key_with_a_colon_is_added_as_it_is(workspace: Workspace, tess: Client) -> None:
    attribute(workspace, "a:b")

    tess.post(at(workspace, "settings-add"), {"attribute": "person:a:b"})

    assert asked(workspace)[-1] == "a:b"


def test_adding_twice_asks_once(workspace: Workspace, tess: Client) -> None:
    for _ in range(2):
        tess.post(at(workspace, "settings-add"), {"attribute": "person:owner_id"})

    assert asked(workspace) == [*SEVEN, "owner_id"]


@pytest.mark.parametrize(
    ("named", "status"),
    [("person:browser", 400), ("person:old", 400), ("person:nothing", 404), ("planet:name", 404), ("", 404)],
)
def test_what_cannot_be_asked_is_not_added(workspace: Workspace, tess: Client, named: str, status: int) -> None:
    """QUAL-01: qualification data is edited by hand, so teammates must be allowed to write it."""
    defining.archive(attribute(workspace, "old"), by=NOBODY, now=NOW)

    answer = tess.post(at(workspace, "settings-add"), {"attribute": named})

    assert answer.status_code == status
    assert asked(workspace) == SEVEN


def test_what_was_archived_a_moment_ago_is_not_added(workspace: Workspace) -> None:
    """ATT-42: nothing is archived from under the set, in whatever order the two arrive."""
    old = attribute(workspace, "old")
    definition = choosing.askable(workspace, "person")[-1]
    defining.archive(old, by=NOBODY, now=NOW)

    with pytest.raises(choosing.Problem, match="archived"):
        choosing.add(workspace, definition, by=NOBODY, now=NOW)


# ---- create new data -------------------------------------------------------------------------------------------------


def test_exactly_four_types_and_the_advice_on_names(workspace: Workspace, tess: Client) -> None:
    """QUAL-04, QUAL-24"""
    answer = tess.get(at(workspace, "settings-new"))

    labels = [label for _, label in NewDataForm().fields["kind"].choices]  # type: ignore[attr-defined]
    assert labels == ["Text", "Number", "True or False", "List"]
    assert "Customers may see this name" in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_new_data_is_created_and_added(workspace: Workspace, tess: Client, headers: dict[str, str]) -> None:
    """QUAL-04"""
    sent = {"name": "Use case", "kind": "text", "description": "What they want to do"}

    answer = tess.post(at(workspace, "settings-new"), sent, headers=headers, follow=True)

    made = Attribute.objects.get(workspace=workspace)
    assert (made.name, made.kind, made.about, made.description) == ("Use case", "text", "person", sent["description"])
    assert asked(workspace) == [*SEVEN, "Use case"]
    assert "Use case" in answer.content.decode()


def test_a_new_list_has_one_choice_of_its_options(workspace: Workspace, tess: Client) -> None:
    """QUAL-05"""
    tess.post(at(workspace, "settings-new"), {"name": "stage", "kind": "list", "options": "A\nB\nC"})

    made = Attribute.objects.get(workspace=workspace)
    assert (made.kind, made.options) == ("list", ["A", "B", "C"])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "email", "kind": "text"}, "name"),
        ({"name": "seats", "kind": "decimal"}, "kind"),
        ({"name": "stage", "kind": "list", "options": "A"}, "options"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_wrong_new_data_comes_back_and_makes_nothing(
    workspace: Workspace, tess: Client, sent: dict[str, str], field: str, headers: dict[str, str]
) -> None:
    """QUAL-04, ATT-10, ATT-56"""
    answer = tess.post(at(workspace, "settings-new"), sent, headers=headers)

    assert answer.status_code == 422
    assert list(answer.context["creating"].errors) == [field]
    assert asked(workspace) == SEVEN
    assert not Attribute.objects.filter(workspace=workspace).exists()


def test_over_the_limit_no_new_data_is_made(workspace: Workspace, tess: Client, settings: Any) -> None:
    """ATT-12"""
    settings.ATTRIBUTE_LIMIT = 0

    answer = tess.post(at(workspace, "settings-new"), {"name": "seats", "kind": "number"})

    assert answer.status_code == 422
    assert "the workspace has 0 of 0 attributes in use" in answer.content.decode()
    assert asked(workspace) == SEVEN


# ---- remove and order ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_removed_attribute_is_offered_again(workspace: Workspace, tess: Client, headers: dict[str, str]) -> None:
    """QUAL-02"""
    phone = question(workspace, "phone")

    answer = tess.post(at(workspace, "settings-remove", phone.pk), headers=headers, follow=True)

    assert "phone" not in asked(workspace)
    assert "phone" in offered(answer)["People data"]


@pytest.mark.parametrize(
    ("key", "direction", "order"),
    [
        ("email", "up", ["email", "name", "phone"]),
        ("email", "down", ["name", "phone", "email"]),
        ("name", "up", ["name", "email", "phone"]),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_row_moves_one_step(
    workspace: Workspace, tess: Client, key: str, direction: str, order: list[str], headers: dict[str, str]
) -> None:
    """QUAL-29"""
    Question.objects.filter(workspace=workspace, about="company").delete()

    tess.post(at(workspace, "settings-move", question(workspace, key).pk), {"direction": direction}, headers=headers)

    assert asked(workspace) == order


def test_the_focus_stays_on_the_arrow_or_turns_at_the_end(workspace: Workspace, tess: Client) -> None:
    """UI-08"""
    Question.objects.filter(workspace=workspace, about="company").delete()
    phone = at(workspace, "settings-move", question(workspace, "phone").pk)

    once = tess.post(phone, {"direction": "up"}, headers=HTMX)
    twice = tess.post(phone, {"direction": "up"}, headers=HTMX)

    assert [answer.context["focus"].button for answer in (once, twice)] == ["up", "down"]
    assert "Phone is now number 1." in twice.content.decode()


def test_a_direction_must_be_named(workspace: Workspace, tess: Client) -> None:
    answer = tess.post(at(workspace, "settings-move", question(workspace, "name").pk), {"direction": "sideways"})

    assert answer.status_code == 400


def test_the_whole_order_is_taken_at_once(workspace: Workspace, tess: Client) -> None:
    """QUAL-29"""
    keys = [question.pk for question in workspace.questions.all()]

    tess.post(at(workspace, "settings-order"), {"question": list(reversed(keys))})

    assert asked(workspace) == list(reversed(SEVEN))


@pytest.mark.parametrize("named", [{}, {"question": ["first"]}])
def test_an_order_of_nothing_is_refused(workspace: Workspace, tess: Client, named: dict[str, Any]) -> None:
    assert tess.post(at(workspace, "settings-order"), named).status_code == 400


def test_every_change_of_the_set_is_audited(workspace: Workspace, tess: Client) -> None:
    """AUD-01"""
    name, email = question(workspace, "name"), question(workspace, "email")
    tess.post(at(workspace, "settings-add"), {"attribute": "person:owner_id"})
    tess.post(at(workspace, "settings-move", email.pk), {"direction": "up"})
    tess.post(at(workspace, "settings-move", email.pk), {"direction": "up"})
    tess.post(at(workspace, "settings-remove", name.pk))

    entries = AuditEntry.objects.filter(activity=Activity.QUALIFICATION_CHANGE).order_by("pk")
    assert [entry.metadata["change"] for entry in entries] == ["added", "reordered", "removed"]
    assert entries[2].metadata == {"change": "removed", "about": "person", "attribute": "name"}
