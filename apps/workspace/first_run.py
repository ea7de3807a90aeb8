"""The very first workspace: made by a page that opens with a code, by a command, or by `manage.py start` itself."""

import base64
from datetime import datetime

from django.db import connection, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from .founding import found
from .hands import Hand
from .models import Teammate, Workspace
from .problems import Conflict

LOCK = 0x0F19_57  # any number that no other advisory lock uses


def setup_code() -> str:
    """What proves on the first-run page that one can read the server's terminal: `k3f9-x2mq-7a4d`.

    It follows from the secret key, so every process knows it and none keeps it. It is worth something once: with the
    first workspace the page is gone.
    """
    digest = salted_hmac("apps.workspace.first_run", "setup code", algorithm="sha256").digest()
    letters = base64.b32encode(digest).decode().lower()
    return "-".join((letters[:4], letters[4:8], letters[8:12]))


def is_setup_code(text: str) -> bool:
    return constant_time_compare(text.strip().lower().encode(), setup_code().encode())


def is_due() -> bool:
    return not Workspace.objects.exists()


@transaction.atomic
def found_first(
    *,
    name: str,
    app_id: str,
    timezone: str,
    email: str,
    teammate_name: str = "",
    password: str | None = None,
    by: Hand,
    now: datetime,
) -> tuple[Workspace, Teammate]:
    """Make the first workspace and its first teammate, who may enter the Django admin too.

    Raises Conflict where somebody else was first, ValidationError for a bad app id or time zone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not is_due():
        raise Conflict("This installation is set up already. Sign in instead.")
    founder = _founder(email, teammate_name, password)
    by = Hand(name=str(founder), teammate_id=founder.pk, ip=by.ip)
    return found(name, app_id, timezone, founder, by=by, now=now), founder


def _founder(email: str, name: str, password: str | None) -> Teammate:
    """A new superuser, or the teammate of that email, whom `createsuperuser` may have made before."""
    founder = Teammate.objects.filter(email=email.strip().lower()).first() or Teammate(email=email)
    founder.is_staff = founder.is_superuser = founder.is_active = True
    founder.name = name or founder.name
    if password or not founder.password:
        founder.set_password(password)
    founder.save()
    return founder
