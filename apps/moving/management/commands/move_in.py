"""`manage.py move_in --token …`: everything that another server's API tells of a workspace comes here (BEY-17)."""

import os
from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.moving.elsewhere import Elsewhere, Refused, checked_address
from apps.moving.models import Move, Untaken
from apps.moving.travelling import travel
from apps.workspace.choosing_workspace import the_workspace
from apps.workspace.problems import Problem

USUAL = "https://api.intercom.io"
SHOWN = 20  # of each sort of what could not be taken
# What no call of the API tells, whoever asks.
NEVER_TOLD = (
    "people who are archived or blocked, and visitors; the filters of segments; single events (their sums are here); "
    "conversations; where a value came from"
)


class Command(BaseCommand):
    help = (
        "Copy people, companies, their attributes, tags, notes, memberships, subscriptions and sums of events from a "
        "server that speaks the same API. Ids are kept. Stopped, it goes on where it was when run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--token",
            default=os.environ.get("MOVE_IN_TOKEN", ""),
            help="of the other server, allowed to read; better as the environment's MOVE_IN_TOKEN",
        )
        parser.add_argument("--base-url", default=USUAL, help=f"the other server's API; default: {USUAL}")
        parser.add_argument("--workspace", metavar="APP_ID", help="where to; needed where there are several")
        parser.add_argument("--again", action="store_true", help="read everything once more after a move has ended")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = the_workspace(options["workspace"])
        if not options["token"]:
            raise CommandError("A token of the other server is needed: --token …, or MOVE_IN_TOKEN.")
        try:
            elsewhere = Elsewhere(checked_address(options["base_url"]), options["token"])
            move = travel(workspace, elsewhere, self._say, again=options["again"])
        except Refused as refused:
            raise CommandError(_explained(refused)) from None
        except Problem as problem:
            raise CommandError(problem.message) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. Run the same again to go on.", returncode=130) from None
        self._report(move)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _report(self, move: Move) -> None:
        for stage in move.stages.order_by("pk"):
            self._say(f"Moved in: {stage.done:,} {stage.name}")
        by_reason: dict[tuple[str, str], list[Untaken]] = defaultdict(list)
        for one in move.untaken.order_by("what", "reason", "-count", "subject"):
            by_reason[one.what, one.reason].append(one)
        if by_reason:
            self._say("\nNot taken:")
        for (what, reason), lines in by_reason.items():
            self._say(f"  {what}: {reason}")
            for line in lines[:SHOWN]:
                self._say(f"    {_told(line)}")
            if len(lines) > SHOWN:
                self._say(f"    … and {len(lines) - SHOWN:,} more")
        self._say(f"\nThe API does not tell: {NEVER_TOLD}.")
        self._say(f"This move ended on {move.finished_at:%Y-%m-%d %H:%M} UTC; --again reads everything once more.")


def _told(line: Untaken) -> str:
    times = f" ({line.count:,}×)" if line.count > 1 else ""
    example = f", as of {line.example}" if line.example and line.example != line.subject else ""
    return f"{line.subject}{times}{example}".lstrip(" ,") or "1"


def _explained(refused: Refused) -> str:
    if refused.status in (401, 403):
        return f"The other server does not let this token in: {refused.message}"
    return f"The other server answered {refused.status}: {refused.message}"
