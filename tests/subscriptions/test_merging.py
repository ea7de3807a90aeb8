"""What a lead chose, once they are a user; and once they are two again (IDN-14)."""

import pytest

from apps.people.following import Merging
from apps.people.merging import merge
from apps.subscriptions import choosing, keeping, merging
from apps.subscriptions.keeping import Wording
from apps.subscriptions.models import Choice
from apps.workspace.hands import NOBODY
from tests.factories import NOW, LeadFactory, PersonFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def types(workspace):
    return [
        keeping.create(workspace, Wording(name, "", "en", ["email"]), "opt_out", by=NOBODY, now=NOW)
        for name in ("News", "Offers")
    ]


def test_choices_move_and_those_of_both_are_kept_once(workspace, types):
    ann, ben = PersonFactory(workspace=workspace), LeadFactory(workspace=workspace)
    news, offers = types
    choosing.choose(ann, news, by=NOBODY, now=NOW)
    for one in types:
        choosing.choose(ben, one, by=NOBODY, now=NOW)
    on_the_way = Merging(workspace, ben.pk, ann.pk, NOW)
    counted = merging.tally(on_the_way)

    merge(ben, ann, by=NOBODY, now=NOW)

    assert (counted.moving, counted.both) == (1, 1)
    assert list(choosing.chosen_by(ann)) == [news, offers]
    merging.move_choices_back(on_the_way, list(Choice.objects.filter(subscription=offers).values_list("pk", flat=True)))
    assert (list(choosing.chosen_by(ann)), set(choosing.chosen_by(ben))) == ([news], {news, offers})
