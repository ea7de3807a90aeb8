"""The Messenger's addresses. They are answered by `middleware.MessengerDoor`, with and without a closing slash."""

from django.urls import re_path

from . import mobile, views, widget

app_name = "messenger"
urlpatterns = [
    re_path(r"^widget/(?P<app_id>[\w-]+)/?$", widget.script, name="widget"),
    re_path(r"^messenger/web/ping/?$", views.ping, name="ping"),
    re_path(r"^messenger/web/events/?$", views.events, name="events"),
    re_path(r"^messenger/web/heartbeat/?$", views.heartbeat, name="heartbeat"),
    re_path(r"^messenger/web/lead/?$", views.lead, name="lead"),
    # What apps on phones post.
    re_path(r"^messenger/mobile/register/?$", mobile.register, name="mobile-register"),
    re_path(r"^messenger/mobile/open/?$", mobile.opened, name="mobile-open"),
    re_path(r"^messenger/mobile/ping/?$", mobile.ping, name="mobile-ping"),
    re_path(r"^messenger/mobile/events/?$", mobile.events, name="mobile-events"),
    re_path(r"^messenger/mobile/heartbeat/?$", mobile.heartbeat, name="mobile-heartbeat"),
    # The same under names that no list of trackers knows (MSG-19): the script, and what it posts beside itself.
    re_path(r"^m/(?P<app_id>[\w-]+)\.js$", widget.script, name="neutral-widget"),
    re_path(r"^m/ping$", views.ping),
    re_path(r"^m/events$", views.events),
    re_path(r"^m/heartbeat$", views.heartbeat),
    re_path(r"^m/lead$", views.lead),
]
