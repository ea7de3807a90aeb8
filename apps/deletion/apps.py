from django.apps import AppConfig


class DeletionConfig(AppConfig):
    name = "apps.deletion"
    label = "deletion"

    def ready(self) -> None:
        from apps.people.following import stays

        from . import acts, places
        from .models import Deletion

        places.register_all()
        acts.register_own()
        stays(Deletion, "who waits to be deleted is merged into nobody")
