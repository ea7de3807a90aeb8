from apps.attributes.forms import DefinitionForm

OFFERED = {"text": "Text", "number": "Number", "boolean": "True or False", "list": "List"}  # QUAL-04


class NewDataForm(DefinitionForm):
    """Settings → Qualification → Create new data (QUAL-04)."""

    kinds = list(OFFERED.items())

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "Customers may see this name: keep it simple."  # QUAL-24
