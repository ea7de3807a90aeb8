from django.apps import AppConfig


class TagsConfig(AppConfig):
    name = "apps.tags"
    label = "tags"

    def ready(self) -> None:
        from .filtering import register_fields

        register_fields()
