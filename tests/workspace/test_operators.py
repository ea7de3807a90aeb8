"""The Django admin: everything is found there, and next to nothing is changed there."""

import pytest
from django.contrib import admin
from django.test import Client

from apps.attributes.sources import Source
from apps.attributes.writing import write
from apps.people.models import Person
from apps.workspace.clock import now
from apps.workspace.models import Seat, Workspace
from tests.factories import CompanyFactory, PersonFactory, SeatFactory, TeammateFactory, attribute

from .conftest import logged

OURS = {
    "workspace.workspace",
    "workspace.teammate",
    "workspace.seat",
    "workspace.accesstoken",
    "workspace.auditentry",
    "attributes.attribute",
    "people.person",
    "companies.company",
}


@pytest.fixture
def operator(client: Client, tess: Seat) -> Client:
    tess.teammate.is_superuser = tess.teammate.is_staff = True
    tess.teammate.save()
    client.force_login(tess.teammate)
    return client


@pytest.fixture
def ann(workspace: Workspace) -> Person:
    return PersonFactory(workspace=workspace, name="Ann Archer", email="ann@example.test", external_id="user-ann")


def found(client: Client, model: str, query: str) -> list[object]:
    answer = client.get(f"/admin/{model.replace('.', '/')}/", {"q": query})
    return list(answer.context["cl"].result_list)


def test_the_signed_out_sign_in_where_everybody_does(client, db):
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0] == "/sign-in?next=/admin/"


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/people/person/"])
def test_only_superusers_enter(client, tess, path):
    """Staff without being a superuser is not enough, and there is no loop of redirects."""
    tess.teammate.is_staff = True
    tess.teammate.save()
    client.force_login(tess.teammate)

    answer = client.get(path, follow=True)

    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["archer", "ANN@example", "user-ann"])
def test_a_person_is_found_by_any_part(operator, ann, query):
    assert found(operator, "people.person", query) == [ann]


def test_a_person_is_found_by_the_public_id(operator, ann):
    assert found(operator, "people.person", ann.public_id) == [ann]


def test_a_person_is_found_whatever_the_state(operator, ann):
    Person.objects.update(state="archived")

    assert found(operator, "people.person", "archer") == [ann]


def test_nobody_is_found_by_what_nobody_is_called(operator, ann):
    assert found(operator, "people.person", "zebra") == []


def test_a_company_is_found_by_name_and_id(operator, workspace):
    acme = CompanyFactory(workspace=workspace, name="Acme", company_id="c-6")

    assert [found(operator, "companies.company", query) for query in ("acm", "c-6")] == [[acme], [acme]]


def test_attributes_teammates_and_workspaces_are_found(operator, tess, workspace):
    budget = attribute(workspace, "budget", "number")

    assert found(operator, "attributes.attribute", "budg") == [budget]
    assert found(operator, "workspace.teammate", "tess@") == [tess.teammate]
    assert found(operator, "workspace.workspace", workspace.app_id) == [workspace]
    assert found(operator, "workspace.seat", "tess") == [tess]


def test_a_persons_custom_values_are_shown(operator, ann):
    attribute(ann.workspace, "budget", "number")
    workspace = Workspace.objects.get()
    write(Person, workspace, {ann.pk: {"budget": 500}}, Source.REST, now=now())

    answer = operator.get(f"/admin/people/person/{ann.pk}/change/")

    assert "<div>budget: 500</div>" in answer.text


@pytest.mark.parametrize("model", sorted(OURS))
def test_nothing_is_added_or_deleted(operator, tess, ann, model):
    admin_of = next(a for m, a in admin.site._registry.items() if m._meta.label_lower == model)
    request = operator.get("/admin/").wsgi_request

    assert (admin_of.has_add_permission(request), admin_of.has_delete_permission(request)) == (False, False)


def test_a_forged_change_of_a_person_is_refused(operator, ann):
    answer = operator.post(f"/admin/people/person/{ann.pk}/change/", {"name": "Eve"})

    ann.refresh_from_db()
    assert (answer.status_code, ann.name) == (403, "Ann Archer")


def test_the_activity_log_is_shown_and_never_changed(operator, workspace):
    """AUD-02"""
    operator.post("/sign-out")
    operator.force_login(workspace.seats.get().teammate)
    entry = workspace.audit_entries.get()

    shown = operator.get(f"/admin/workspace/auditentry/{entry.pk}/change/")
    answers = [operator.post(f"/admin/workspace/auditentry/{entry.pk}/{act}/") for act in ("change", "delete")]

    assert (shown.status_code, [answer.status_code for answer in answers]) == (200, [403, 403])


def test_every_model_of_ours_is_there_and_groups_are_not():
    assert {model._meta.label_lower for model in admin.site._registry} >= OURS
    assert "auth.group" not in {model._meta.label_lower for model in admin.site._registry}


def test_no_page_shows_a_secret(operator, workspace):
    operator.post(f"/apps/{workspace.app_id}/settings/tokens/", {"name": "backend", "scopes": ["read_people"]})
    token = workspace.tokens.get()

    shown = operator.get(f"/admin/workspace/accesstoken/{token.pk}/change/").text
    shown += operator.get(f"/admin/workspace/workspace/{workspace.pk}/change/").text

    assert (token.token_hash in shown, workspace.messenger_secret in shown) == (False, False)


def test_a_teammate_is_deactivated_and_that_is_logged(operator, olaf):
    operator.post(
        f"/admin/workspace/teammate/{olaf.teammate_id}/change/",
        {"seats-TOTAL_FORMS": 0, "seats-INITIAL_FORMS": 0},
    )

    olaf.teammate.refresh_from_db()
    assert olaf.teammate.is_active is False
    assert logged(olaf.workspace, "metadata") == [
        ("admin_permission_change", {"teammate": olaf.teammate_id, "is_active": False})
    ]


def test_the_last_super_admin_is_not_deactivated(operator, tess):
    """PERM-04"""
    last = SeatFactory()

    answer = operator.post(
        f"/admin/workspace/teammate/{last.teammate_id}/change/",
        {"seats-TOTAL_FORMS": 0, "seats-INITIAL_FORMS": 0},
    )

    last.teammate.refresh_from_db()
    assert (answer.status_code, last.teammate.is_active) == (200, True)
    assert "last Super admin" in answer.text


def test_nobody_changes_themselves(operator, tess):
    SeatFactory(workspace=tess.workspace)

    answer = operator.post(f"/admin/workspace/teammate/{tess.teammate_id}/change/", {"is_superuser": ""})

    tess.teammate.refresh_from_db()
    assert (answer.status_code, tess.teammate.is_superuser) == (403, True)


def test_no_inline_script_stands_in_its_pages(operator, ann):
    """The Content-Security-Policy allows our own files alone, in the admin too."""
    answer = operator.get("/admin/people/person/")

    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "<script>" not in answer.text


def test_signing_out_of_it_is_logged(operator, workspace, tess):
    operator.post("/admin/logout/")

    assert logged(workspace) == [("admin_logout",)]


def test_a_teammate_of_nowhere_can_be_an_operator(client, db):
    client.force_login(TeammateFactory(is_superuser=True, is_staff=True))

    assert client.get("/admin/").status_code == 200
