"""The least that a view can do with a database: one SELECT by primary key through a cursor, written as JSON."""

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def person(request: HttpRequest, pk: int) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, public_id, external_id, role FROM people_person WHERE id = %s", [pk])
        pk, public_id, user_id, role = cursor.fetchone()
    body = orjson.dumps({"pk": pk, "id": public_id, "user_id": user_id, "role": role})
    return HttpResponse(body, content_type="application/json", headers={"Content-Length": str(len(body))})


urlpatterns = [path("bare/<int:pk>", person)]
