from django.apps import AppConfig


class MovingConfig(AppConfig):
    name = "apps.moving"
    label = "moving"

    def ready(self) -> None:
        from apps.attributes.models import OtherId
        from apps.deletion.reach import cleaned, goes, spared

        from .forgetting import other_ids_taken
        from .models import Forgotten, Move, Stage, Untaken

        goes(OtherId, "former Intercom ID", "former Intercom IDs", take=other_ids_taken)
        spared(Forgotten, why="an Intercom ID that leads to nobody any more, so that no move brings somebody back")
        spared(Move, Stage, why="from which server people were moved in, and how far that is")
        cleaned(
            Untaken,
            "line about what could not be moved in",
            "lines about what could not be moved in",
            why="it tells whoever moved what is missing",
            fields=("subject", "reason", "example"),
        )
