from typing import Any

from apps.attributes.forms import FocusedForm, description_field

from .models import EventName


class EventForm(FocusedForm):
    """What teammates may say of an event: never another name (EVT-12)."""

    description = description_field("Tells teammates what it means that this was done.")

    def __init__(self, name: EventName, data: Any = None) -> None:
        super().__init__(data, initial={"description": name.description}, auto_id=f"event-{name.pk}-%s")
