from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "apps.demo"
    label = "demo"

    def ready(self) -> None:
        from apps.deletion.reach import spared

        from .models import DemoRecord

        spared(DemoRecord, why="that a record came with the demo, by its number")
