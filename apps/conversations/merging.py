"""A lead's conversations are the user's, once the two are one (IDN-14); and the lead's again, once they are two."""

from collections.abc import Sequence

from django.db.models import Model

from apps.people.following import Merging, Mover, MoverBack, Tally, moves

from .models import Conversation, Rating


def register_moves() -> None:
    moves(Conversation, _mover(Conversation), _mover_back(Conversation), tally=_tally)
    moves(Rating, _mover(Rating), _mover_back(Rating))


def _mover(model: type[Model]) -> Mover:
    def move(merging: Merging) -> list[int]:
        rows = model._default_manager.filter(workspace=merging.workspace, person=merging.lead)
        moved = sorted(rows.values_list("pk", flat=True))
        rows.filter(pk__in=moved).update(person=merging.user)
        return moved

    return move


def _mover_back(model: type[Model]) -> MoverBack:
    def move_back(merging: Merging, moved: Sequence[int]) -> None:
        theirs = model._default_manager.filter(workspace=merging.workspace, person=merging.user, pk__in=moved)
        theirs.update(person=merging.lead)

    return move_back


def _tally(merging: Merging) -> Tally:
    theirs = Conversation.objects.filter(workspace=merging.workspace, person=merging.lead)
    return Tally("conversation", "conversations", theirs.count())
