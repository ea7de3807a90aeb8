"""A call that is refused whole leaves its trace in the ingest log (BEY-02)."""

import pytest

from apps.attributes.models import RefusedWrite
from apps.companies.models import Company
from apps.people.models import Person
from tests.api.conftest import errors
from tests.factories import PersonFactory


def lines() -> list[tuple[object, ...]]:
    return list(RefusedWrite.objects.values_list("about", "record_id", "key", "source", "reason", "raw", "hand"))


@pytest.mark.django_db
def test_an_email_that_is_none_is_noted_of_nobody(api):
    response = api.post("/contacts", {"role": "user", "email": "nobody"})

    assert errors(response) == [(400, "parameter_invalid", "email is not one email address")]
    assert not Person.objects.exists()
    assert lines() == [("person", None, "email", "rest", "invalid", "nobody", "Nightly sync")]


@pytest.mark.django_db
def test_an_email_that_is_none_is_noted_of_the_contact_that_it_was_for(api, workspace):
    ben = PersonFactory(workspace=workspace, external_id=None, email="ben@example.test")

    response = api.put(f"/contacts/{ben.public_id}", {"email": "nobody"})

    assert errors(response) == [(400, "parameter_invalid", "email is not one email address")]
    assert lines() == [("person", ben.pk, "email", "rest", "invalid", "nobody", "Nightly sync")]


@pytest.mark.django_db
def test_a_user_id_that_is_none_is_noted(api):
    response = api.post("/contacts", {"external_id": True})

    assert errors(response) == [(400, "parameter_invalid", "external_id is true or false; send text")]
    assert lines() == [("person", None, "external_id", "rest", "invalid", "true", "Nightly sync")]


@pytest.mark.django_db
def test_a_company_id_that_is_none_is_noted(api):
    response = api.post("/companies", {"company_id": ["6"], "name": "Acme"})

    assert [error[:2] for error in errors(response)] == [(400, "parameter_invalid")]
    assert not Company.objects.exists()
    assert lines() == [("company", None, "company_id", "rest", "nested", '["6"]', "Nightly sync")]
