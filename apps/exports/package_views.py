"""All that is kept of a person, for their access request."""

import tempfile

from django.http import FileResponse, Http404, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.attributes.models import State
from apps.people.models import Person, Role
from apps.workspace.clock import now
from apps.workspace.hands import hand_of
from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

from . import packages

THERE = (State.ACTIVE, State.ARCHIVED, State.BLOCKED)  # also those who are on no list: their data is kept


@page(Grant.EXPORT)
@require_POST
@never_cache
def package(request: PageRequest, public_id: str) -> HttpResponseBase:
    """The zip, made anew each time: no copy of it stays on the server."""
    people = Person.objects.of(request.workspace).filter(state__in=THERE).exclude(role=Role.VISITOR)
    person = people.select_related("workspace").filter(public_id=public_id).first()
    if person is None:
        raise Http404("There is no such person.")
    moment = now()
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent, and it is gone then
    packages.write(person, file, by=hand_of(request), now=moment)
    file.seek(0)
    name = f"person-{public_id}-{moment:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
