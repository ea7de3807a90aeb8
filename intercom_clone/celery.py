"""The queue's app, and every periodic task, a line each."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intercom_clone.settings")

app = Celery("intercom_clone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {}
