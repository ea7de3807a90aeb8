"""Who may speak for whom."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import jwt
import pytest

from apps.companies.models import Company
from apps.people.models import Person
from apps.workspace.models import Workspace
from tests.factories import NOW, PersonFactory, attribute

from .conftest import error, refused, user, values

pytestmark = pytest.mark.django_db


def token(workspace: Workspace, secret: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode(claims, secret or workspace.messenger_secret, algorithm=algorithm)


def user_hash(workspace: Workspace, identifier: str) -> str:
    return hmac.new(workspace.messenger_secret.encode(), identifier.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def strict(workspace: Workspace) -> Workspace:
    workspace.require_signed_identity = True
    workspace.save()
    return workspace


@pytest.mark.parametrize("identity", [{"user_id": "1"}, {"email": "a@x.io"}])
def test_an_identity_without_proof_is_refused_where_proof_is_asked_for(strict, ping, identity):
    """MSG-21"""
    response = ping(identity)

    assert error(response) == (401, "unauthorized")
    assert not Person.objects.exists()


def test_a_visitor_needs_no_proof(strict, ping):
    """MSG-21"""
    assert ping().json()["user"]["role"] == "visitor"


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_a_valid_token_is_proof(strict, ping, place):
    """MSG-21"""
    proof = {"intercom_user_jwt": token(strict, user_id="1", exp=NOW.timestamp() + 60)}

    response = ping({"name": "Al"} | (proof if place == "inside" else {}), proof if place == "beside" else None)

    assert response.status_code == 200
    assert user("1").name == "Al"


@pytest.mark.parametrize("when", [timedelta(minutes=1), timedelta(0)])
def test_an_expired_token_is_refused(workspace, ping, when):
    """MSG-21"""
    expired = token(workspace, user_id="1", exp=(NOW - when).timestamp())

    assert error(ping({"intercom_user_jwt": expired})) == (401, "unauthorized")
    assert not Person.objects.exists()


def bad_tokens(workspace: Workspace) -> dict[str, Any]:
    good = token(workspace, user_id="1")
    header, payload, signature = good.split(".")
    return {
        "another secret": token(workspace, "0" * 64, user_id="1"),
        "no algorithm": jwt.encode({"user_id": "1"}, None, algorithm="none"),
        "another algorithm": token(workspace, algorithm="HS512", user_id="1"),
        "no user_id": token(workspace, email="a@x.io"),
        "a blank user_id": token(workspace, user_id=""),
        "a changed payload": ".".join([header, payload[:-2] + "xx", signature]),
        "no signature": f"{header}.{payload}.",
        "an early token": token(workspace, user_id="1", nbf=NOW.timestamp() + 3600),
        "an odd time": token(workspace, user_id="1", exp="soon"),
        "no text": 7,
        "an object": {"user_id": "1"},
        "no token": "nonsense",
        "characters beyond ASCII": "é.é.é",
    }


def test_bad_tokens_are_refused_and_store_nothing(workspace, ping):
    """MSG-10, MSG-21: `alg: none` and other algorithms too"""
    answers = {
        why: error(ping({"user_id": "1"}, {"intercom_user_jwt": bad})) for why, bad in bad_tokens(workspace).items()
    }

    assert answers == dict.fromkeys(answers, (401, "unauthorized"))
    assert not Person.objects.exists()


def test_a_token_for_somebody_else_is_refused(workspace, ping):
    """MSG-21"""
    response = ping({"user_id": "2"}, {"intercom_user_jwt": token(workspace, user_id="1")})

    assert error(response) == (401, "unauthorized")
    assert not Person.objects.exists()


def test_a_number_in_the_token_is_the_same_user_as_its_text(workspace, ping):
    ping({"user_id": "42"}, {"intercom_user_jwt": token(workspace, user_id=42)})

    assert user("42").role == "user"


def test_signed_claims_pass_the_protection_and_what_stands_beside_does_not(workspace, ping):
    """MSG-10, D-35"""
    for name in ("plan", "tier"):
        attribute(workspace, name, protected=True)

    ping({"tier": "gold", "plan": "free"}, {"intercom_user_jwt": token(workspace, user_id="1", plan="pro", seats=3)})

    ann = user("1")
    assert values(ann, "plan", "tier", "seats") == {"plan": "pro", "tier": None, "seats": 3}
    assert refused(ann) == {"tier": "protected"}


def test_registered_claims_are_not_data(workspace, ping):
    registered = {"iss": "x", "sub": "y", "aud": "z", "iat": 1, "nbf": 1, "jti": "j", "exp": NOW.timestamp() + 60}

    ping({}, {"intercom_user_jwt": token(workspace, user_id="1", **registered)})

    assert refused(user("1")) == {}
    workspace.refresh_from_db()
    assert not workspace.attributes.exists()


def test_said_twice_the_signed_value_counts(workspace, ping):
    """MSG-10"""
    ping({"name": "Mallory", "email": "m@x.io"}, {"intercom_user_jwt": token(workspace, user_id="1", name="Ann")})

    assert (user("1").name, user("1").email) == ("Ann", "m@x.io")


def test_a_signed_company_passes_where_unsigned_ones_may_not(workspace, ping):
    """MSG-10: it exists, is linked, and counts for sessions"""
    Workspace.objects.update(messenger_updates_companies=False)
    signed = {"company": {"company_id": "6", "name": "Blue Sun"}}

    ping({"company": {"company_id": "7"}}, {"intercom_user_jwt": token(workspace, user_id="1", **signed)})

    blue_sun = Company.objects.get()
    assert (blue_sun.company_id, blue_sun.name, blue_sun.session_count) == ("6", "Blue Sun", 1)
    assert list(user("1").companies.all()) == [blue_sun]


def test_a_signed_company_with_a_bad_signature_stores_nothing(workspace, ping):
    """MSG-10"""
    bad = token(workspace, "0" * 64, user_id="1", company={"company_id": "6"})

    assert error(ping({}, {"intercom_user_jwt": bad})) == (401, "unauthorized")
    assert not Company.objects.exists()


def test_both_halves_of_one_company_are_one_company(workspace, ping):
    """MSG-10, D-24"""
    signed = token(workspace, user_id="1", company={"company_id": "6", "plan": "pro"})

    ping({"company": {"company_id": "6", "plan": "free", "name": "Blue Sun"}}, {"intercom_user_jwt": signed})

    blue_sun = Company.objects.get()
    assert (blue_sun.plan, blue_sun.name, blue_sun.session_count) == ("pro", "Blue Sun", 1)


def test_a_right_hash_of_the_user_id_is_proof_of_identity_alone(strict, ping):
    """MSG-21, D-47: attributes beside it count as unsigned"""
    attribute(strict, "plan", protected=True)

    response = ping({"user_id": "1", "email": "a@x.io", "plan": "pro"}, {"user_hash": user_hash(strict, "1")})

    assert response.status_code == 200
    assert values(user("1"), "plan", "email") == {"plan": None, "email": "a@x.io"}


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_a_right_hash_of_the_email_is_proof_where_there_is_no_user_id(strict, ping, place):
    """MSG-21"""
    PersonFactory(workspace=strict, external_id="1", email="bob@x.io")
    proof = {"user_hash": user_hash(strict, "Bob@X.io")}

    response = ping({"email": "Bob@X.io"} | (proof if place == "inside" else {}), proof if place == "beside" else None)

    assert response.json()["user"]["id"] == user("1").public_id


@pytest.mark.parametrize("wrong", ["0" * 64, "é", 7, ["x"], True])
def test_a_wrong_hash_is_refused_whatever_the_switch_says(workspace, ping, wrong):
    """MSG-21"""
    response = ping({"user_id": "1"}, {"user_hash": wrong})

    assert error(response) == (401, "unauthorized")
    assert not Person.objects.exists()


def test_a_hash_of_the_email_does_not_prove_a_user_id(workspace, ping):
    """MSG-21"""
    response = ping({"user_id": "1", "email": "a@x.io"}, {"user_hash": user_hash(workspace, "a@x.io")})

    assert error(response) == (401, "unauthorized")


@pytest.mark.parametrize("blank", [None, "", "null", "undefined"])
def test_blank_proofs_are_none(workspace, ping, blank):
    """ATT-35"""
    assert ping({"user_id": "1"}, {"user_hash": blank, "intercom_user_jwt": blank}).status_code == 200
