from django.apps import AppConfig


class MovingConfig(AppConfig):
    name = "apps.moving"
    label = "moving"

    def ready(self) -> None:
        from apps.deletion.reach import cleaned, spared

        from .models import Move, Stage, Untaken

        spared(Move, Stage, why="from which server people were moved in, and how far that is")
        cleaned(
            Untaken,
            "line about what could not be moved in",
            "lines about what could not be moved in",
            why="it tells whoever moved what is missing",
            fields=("subject", "reason", "example"),
        )
