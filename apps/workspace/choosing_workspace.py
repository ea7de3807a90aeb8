"""Which workspace a command is about."""

from django.core.management.base import CommandError

from .models import Workspace


def the_workspace(app_id: str | None) -> Workspace:
    """The one of that app id, or the only one. Raises CommandError with the choice where it is not clear."""
    known = {workspace.app_id: workspace for workspace in Workspace.objects.order_by("app_id")}
    if not known:
        raise CommandError("There is no workspace yet. Make it: python3 manage.py prepare_first_run --app-id APP_ID")
    if app_id is None and len(known) == 1:
        return next(iter(known.values()))
    if app_id in known:
        return known[app_id]
    wrong = f"There is no workspace {app_id!r}." if app_id else "There are several workspaces."
    raise CommandError(f"{wrong} Choose one with --workspace: {', '.join(known)}")
