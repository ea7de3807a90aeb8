"""The form that accepts a refused key: it makes the attribute whose lack refused it."""

from typing import Any

from .forms import DefinitionForm, protection_field
from .keys import rewritten
from .models import RefusedWrite
from .remedies import kind_for
from .reports import Refusal


class AcceptForm(DefinitionForm):
    """A type, options and a description; the name is the key that was sent, so that the next one is taken."""

    protected = protection_field()

    def __init__(self, line: RefusedWrite, data: Any = None) -> None:
        super().__init__(data, initial={"kind": kind_for(line).name}, auto_id="accept-%s")
        self.key = rewritten(line.key)  # as it will be saved (ATT-30)
        self.is_rewritten = self.key != line.key
        del self.fields["name"]
        if line.about == "company":
            del self.fields["protected"]
        self.focus()

    def refuse(self, refusal: Refusal) -> None:
        """Take in what `defining` refused."""
        self.add_error(None, f"“{self.key}” {refusal.message.rstrip('.')}.")
