"""What of a choice a merge moves."""

from apps.people.following import stays

from .models import Choice


def register_moves() -> None:
    stays(Choice, "the user chooses for themselves")
