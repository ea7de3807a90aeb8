"""The project as an app: it brings the commands `start` and `test`."""

from django.apps import AppConfig


class IntercomCloneConfig(AppConfig):
    name = "intercom_clone"
    verbose_name = "Set-up"

    def ready(self) -> None:
        """Every process that sends a task knows the queue's app, not only the worker."""
        from . import celery  # noqa: F401
