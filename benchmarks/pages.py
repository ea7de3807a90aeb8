"""The product's addresses, and beside them the least that a page of fifty people can be: one hand-written query, one
plain template, for a teammate who is signed in."""

from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from apps.workspace.pages import PageRequest, page
from apps.workspace.permissions import Grant

TEMPLATE = engines["django"].from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>People</title></head><body>
<table><thead><tr>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr>{% for value in row %}<td>{% if value is None %}Unknown{% else %}{{ value }}{% endif %}</td>
{% endfor %}</tr>{% endfor %}
</tbody></table></body></html>"""
)
NAMES = ("public_id", "name", "email", "last_seen_at", "created_at", "signed_up_at", "session_count", "city", "country")
QUERY = (
    f"SELECT {', '.join(NAMES)} FROM people_person WHERE workspace_id = %s AND state = 'active' AND role = 'user' "
    "ORDER BY last_seen_at DESC NULLS LAST, id DESC LIMIT 50"
)


@page(Grant.VIEW_LISTS)
def bare(request: PageRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [request.workspace.pk])
        rows = cursor.fetchall()
    return HttpResponse(TEMPLATE.render({"names": NAMES, "rows": rows}))


urlpatterns = [
    path("apps/<slug:app_id>/bare/", bare, name="bare"),
    path("", include("intercom_clone.urls")),
]
