"""Every place that can hold something of a person is known, and what becomes of it."""

import pytest
from django.apps import apps

from apps.deletion import reach
from apps.deletion.reach import Fate
from apps.people import following


def test_every_model_says_what_becomes_of_it():
    """BEY-09"""
    models = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    registered = {place.label for place in reach.places() if place.model}

    through = {"auth.Group_permissions", "workspace.Teammate_groups", "workspace.Teammate_user_permissions"}
    assert registered == models - through  # what teammates of the Django admin may do


def test_whatever_refers_to_a_person_goes_with_them():
    """DEL-03; a rating stays, of nobody (DEL-08)"""
    staying = {label for label in following.FOLLOWERS if reach.PLACES[label].fate != Fate.GOES}

    assert staying == {"conversations.Rating"}
    assert reach.PLACES["conversations.Rating"].take


@pytest.mark.parametrize("place", list(reach.places()), ids=lambda place: place.label)
def test_a_place_says_what_is_done_there_or_why_nothing_is(place):
    if place.fate == Fate.SPARED:
        assert place.why
        assert (place.take, place.sweep) == (None, None)
    else:
        assert place.one
        assert place.many
        assert place.take or place.sweep
