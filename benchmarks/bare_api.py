"""What a hand-written API of Django's own would do: the row by the ORM, JSON by Django.

One view reads a person. The other reads them, changes one column, and keeps a row of history of it: the least that an
update which can be looked into later does. Neither asks who calls, how often, or what the caller may.
"""

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from apps.attributes.models import RecordChange
from apps.people.models import Person


def read(request: HttpRequest, public_id: str) -> HttpResponse:
    return _answer(Person.objects.get(public_id=public_id))


@transaction.atomic
def update(request: HttpRequest, public_id: str) -> HttpResponse:
    sent = orjson.loads(request.body)
    person = Person.objects.select_for_update().get(public_id=public_id)
    old, person.name, person.updated_at = person.name, sent["name"], timezone.now()
    person.save(update_fields=["name", "updated_at"])
    RecordChange.objects.create(
        workspace_id=person.workspace_id,
        about="person",
        record_id=person.pk,
        changes={"name": [old, person.name]},
        source="rest",
        hand="Bare",
        at=person.updated_at,
    )
    return _answer(person)


def _answer(person: Person) -> HttpResponse:
    body = {
        "type": "contact",
        "id": person.public_id,
        "external_id": person.external_id,
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "updated_at": int(person.updated_at.timestamp()),
    }
    response = JsonResponse(body)
    response["Content-Length"] = str(len(response.content))
    return response


urlpatterns = [path("bare-api/read/<str:public_id>", read), path("bare-api/update/<str:public_id>", update)]
