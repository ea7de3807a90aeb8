"""The project as an app: it brings the commands `start` and `test`."""

from django.apps import AppConfig


class IntercomCloneConfig(AppConfig):
    name = "intercom_clone"
    verbose_name = "Set-up"
