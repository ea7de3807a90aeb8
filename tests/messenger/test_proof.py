"""Who may speak for whom."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from apps.companies.models import Company
from apps.people.models import Person
from apps.workspace.hands import NOBODY
from apps.workspace.models import Workspace
from apps.workspace.rotating import Overlap, former_of, rotate
from tests.factories import NOW, PersonFactory, WorkspaceFactory, attribute

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


def signed(workspace: Workspace, payload: bytes, **header: Any) -> str:
    """Any bytes with a right signature by the secret, whatever the header claims of it."""

    def packed(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    said = packed(json.dumps({"alg": "HS256", "typ": "JWT"} | header).encode()) + b"." + packed(payload)
    signature = hmac.new(workspace.messenger_secret.encode(), said, hashlib.sha256).digest()
    return (said + b"." + packed(signature)).decode()


def test_a_token_made_by_hand_is_as_good_as_a_librarys(workspace, ping):
    """So that what is refused below is refused for its fault alone."""
    assert ping({}, {"intercom_user_jwt": signed(workspace, b'{"user_id": "1"}')}).status_code == 200


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
        "a token of the future": token(workspace, user_id="1", iat=NOW.timestamp() + 3600),
        "a time of issue in milliseconds": token(workspace, user_id="1", iat=NOW.timestamp() * 1000),
        "an odd time of issue": token(workspace, user_id="1", iat="yesterday"),
        "no time at all": token(workspace, user_id="1", exp=None),
        "a time beyond all times": signed(workspace, b'{"user_id": "1", "exp": 1e400}'),
        "a list": signed(workspace, b'[{"user_id": "1"}]'),
        "nothing": signed(workspace, b"null"),
        "no JSON": signed(workspace, b"user_id=1"),
        "text that is none": signed(workspace, b'{"user_id": "\\ud800"}'),
        "the algorithm of a public key": signed(workspace, b'{"user_id": "1"}', alg="RS256"),
        "no algorithm, signed": signed(workspace, b'{"user_id": "1"}', alg="none"),
        "NONE": signed(workspace, b'{"user_id": "1"}', alg="NoNe"),
        "what must be understood": signed(workspace, b'{"user_id": "1"}', crit=["exp"], exp=1),
        "a payload apart": signed(workspace, b'{"user_id": "1"}', b64=False, crit=["b64"]),
        "a very long token": token(workspace, "0" * 64, user_id="1", more="x" * 30_000),
        "many dots": "." * 30_000,
        "a tail": good + ".x",
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


def test_a_hash_is_what_was_made_of_the_identifier_and_nothing_like_it(workspace, ping):
    """api.md §11.4: lower-case hex"""
    right = user_hash(workspace, "1")
    alike = [right.upper(), f" {right}", f"{right} ", f"{right}\n", right[:-1], right + "0", f"0x{right}", [right]]

    answers = [error(ping({"user_id": "1"}, {"user_hash": one})) for one in alike]

    assert answers == [(401, "unauthorized")] * len(alike)
    assert not Person.objects.exists()


@pytest.mark.parametrize("claimed", ["2", " 1", "1 ", "01"])
def test_a_hash_proves_the_very_user_id_that_was_hashed(workspace, ping, claimed):
    """MSG-21"""
    assert error(ping({"user_id": claimed}, {"user_hash": user_hash(workspace, "1")})) == (401, "unauthorized")


@pytest.mark.parametrize("written", ["42", 42, 42.0])
def test_a_number_is_hashed_by_its_digits_however_it_is_written(strict, ping, written):
    """MSG-21: JSON of other languages writes 42.0"""
    assert ping({"user_id": written}, {"user_hash": user_hash(strict, "42")}).status_code == 200
    assert user("42")


def test_a_hash_without_anybody_to_prove_is_refused(workspace, ping):
    """MSG-21"""
    assert error(ping({}, {"user_hash": user_hash(workspace, "")})) == (401, "unauthorized")


def test_a_hash_of_the_email_does_not_prove_a_user_id(workspace, ping):
    """MSG-21"""
    response = ping({"user_id": "1", "email": "a@x.io"}, {"user_hash": user_hash(workspace, "a@x.io")})

    assert error(response) == (401, "unauthorized")


@pytest.mark.parametrize("blank", [None, "", "null", "undefined"])
def test_blank_proofs_are_none(workspace, ping, blank):
    """ATT-35"""
    assert ping({"user_id": "1"}, {"user_hash": blank, "intercom_user_jwt": blank}).status_code == 200


# ---- replayed --------------------------------------------------------------------------------------------------------


def test_a_token_is_good_for_every_page_until_it_expires_and_for_none_after(workspace, ping, time):
    """MSG-21: expired at 14:59, used at 15:00"""
    caught = token(workspace, user_id="1", plan="pro", exp=NOW.timestamp() + 60, iat=NOW.timestamp())
    answers = [ping({}, {"intercom_user_jwt": caught}).status_code for _ in range(3)]
    attribute_before = values(user("1"), "plan")

    time.goes_on(seconds=60)
    late = [error(ping(said, {"intercom_user_jwt": caught})) for said in ({}, {"plan": "free"})]

    assert (answers, late) == ([200] * 3, [(401, "unauthorized")] * 2)
    assert values(user("1"), "plan") == attribute_before


def test_a_token_caught_from_somebody_else_makes_nobody_else(workspace, ping):
    """MSG-21: with another user_id beside it, and in another workspace"""
    WorkspaceFactory(app_id="other")
    caught = token(workspace, user_id="1")

    answers = [
        error(ping({"user_id": "2"}, {"intercom_user_jwt": caught})),
        error(ping({}, {"intercom_user_jwt": caught, "app_id": "other"})),
    ]

    assert answers == [(401, "unauthorized")] * 2
    assert not Person.objects.exists()


def test_a_clock_that_is_a_little_ahead_is_forgiven(workspace, ping):
    ahead = token(workspace, user_id="1", iat=NOW.timestamp() + 59, nbf=NOW.timestamp() + 59)

    assert ping({}, {"intercom_user_jwt": ahead}).status_code == 200


# ---- a secret is replaced --------------------------------------------------------------------------------------------


def proofs(workspace: Workspace) -> list[dict[str, str]]:
    """Both ways to prove user 1 with the secret that the workspace object holds."""
    return [{"intercom_user_jwt": token(workspace, user_id="1")}, {"user_hash": user_hash(workspace, "1")}]


def replaced(workspace: Workspace, overlap: Overlap) -> Workspace:
    """The workspace with its new secret."""
    fresh = Workspace.objects.get(pk=workspace.pk)
    rotate(fresh, overlap, by=NOBODY, now=NOW)
    return fresh


def test_what_was_signed_with_the_former_secret_is_good_until_its_time_is_over(strict, ping, time):
    """MSG-10, MSG-21"""
    old, new = proofs(strict), proofs(replaced(strict, Overlap.DAY))

    def statuses(of: list[dict[str, str]]) -> list[int]:
        return [ping({"user_id": "1"}, proof).status_code for proof in of]

    during = statuses(old) + statuses(new)
    time.goes_on(hours=24)

    assert (during, statuses(old), statuses(new)) == ([200] * 4, [401] * 2, [200] * 2)


def test_a_secret_that_ended_at_once_proves_nothing(workspace, ping):
    old = proofs(workspace)

    replaced(workspace, Overlap.NONE)

    assert [error(ping({"user_id": "1"}, proof)) for proof in old] == [(401, "unauthorized")] * 2


def test_claims_signed_with_the_former_secret_pass_the_protection(workspace, ping):
    """MSG-10"""
    attribute(workspace, "plan", protected=True)
    old = token(workspace, user_id="1", plan="pro")
    replaced(workspace, Overlap.DAY)

    ping({}, {"intercom_user_jwt": old})

    assert values(user("1"), "plan") == {"plan": "pro"}


@pytest.mark.parametrize("way", [0, 1])
def test_that_the_former_secret_is_still_used_is_noted_and_that_the_new_one_is_is_not(workspace, ping, time, way):
    old, fresh = proofs(workspace)[way], replaced(workspace, Overlap.DAY)
    new = proofs(fresh)[way]
    time.goes_on(hours=1)

    ping({"user_id": "1"}, new)
    before = former_of(fresh, time.at)
    ping({"user_id": "1"}, old)

    after = former_of(fresh, time.at)
    assert (before and before.used_at, after and after.used_at) == (None, time.at)


def test_no_secret_is_as_good_as_an_empty_one(workspace, ping):
    """There is no former secret yet: nothing is signed with that."""
    empty = hmac.new(b"", b"1", hashlib.sha256).hexdigest()

    assert error(ping({"user_id": "1"}, {"user_hash": empty})) == (401, "unauthorized")
