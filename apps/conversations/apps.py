from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "apps.conversations"
    label = "conversations"

    def ready(self) -> None:
        from apps.people.sections import register

        from .merging import register_moves
        from .sections import CONVERSATIONS

        register(CONVERSATIONS)
        register_moves()
