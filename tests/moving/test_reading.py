"""What another server says of people and companies, as it is taken here: whatever is in it."""

from datetime import UTC, datetime

import pytest

from apps.moving import reading
from apps.workspace.problems import Problem


def test_a_contact_is_what_it_may_bring_and_what_it_was():
    contact = {
        "type": "contact",
        "id": "65a92b7ee1a4176d9ab8b357",
        "role": "user",
        "external_id": "1",
        "email": "ann@x.io",
        "name": None,
        "phone": "",
        "avatar": {"type": "avatar", "image_url": "https://x.io/a.png"},
        "created_at": 1_700_000_000,
        "last_seen_at": 1_714_600_000,
        "owner_id": 5,
        "browser": "fire\x00fox\ud83d",
        "location": {"type": "location", "city": "Cork", "country": None},
        "marked_email_as_spam": True,
        "custom_attributes": {"plan": "Pro", "a.b": 1, "empty": None},
    }

    newcomer = reading.person(contact, {"a.b": "a_b"}, owner=9)

    assert (newcomer.public_id, newcomer.role) == ("65a92b7ee1a4176d9ab8b357", "user")
    assert newcomer.offer == {
        "external_id": "1",
        "email": "ann@x.io",
        "avatar": "https://x.io/a.png",
        "last_seen_at": 1_714_600_000,
        "owner_id": 9,
        "plan": "Pro",
        "a_b": 1,
    }
    assert newcomer.past == {
        "browser": "firefox",
        "city": "Cork",
        "created_at": datetime.fromtimestamp(1_700_000_000, UTC),
        "marked_email_as_spam": True,
    }


def test_a_leads_own_id_of_the_server_is_no_user_id():
    lead = {"id": "65a92b7ee1a4176d9ab8b357", "role": "lead", "external_id": "8a88a590-e1c3", "email": "b@x.io"}

    assert reading.person(lead, {}, None).offer == {"email": "b@x.io"}


@pytest.mark.parametrize("raw", [None, True, "1700000000", -1, 10**18, 1.5])
def test_what_is_no_time_is_none(raw):
    assert reading.moment(raw) is None


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"data_type": "string"}, "text"),
        ({"data_type": "string", "options": ["A", "B"]}, "list"),
        ({"data_type": "integer"}, "number"),
        ({"data_type": "float"}, "decimal"),
        ({"data_type": "boolean"}, "boolean"),
        ({"data_type": "date"}, "date"),
    ],
)
def test_a_type_of_there_is_a_kind_of_here(told, kind):
    assert reading.kind_of(told) == kind


def test_a_type_that_is_not_here_makes_no_attribute():
    with pytest.raises(Problem, match="is of the type relationship, which is not here"):
        reading.kind_of({"data_type": "relationship"})


@pytest.mark.parametrize(
    ("id_", "fits"), [("65a92b7ee1a4176d9ab8b357", True), ("u-1", True), ("", False), ("a" * 65, False)]
)
def test_a_record_needs_an_id_that_can_be_kept(id_, fits):
    assert reading.has_fit_id({"id": id_}) is fits
