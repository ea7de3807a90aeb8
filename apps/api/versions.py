"""Which version of the API answers: the one that the `Intercom-Version` header asks for, else the usual one."""

import re

from apps.workspace.problems import Problem

USUAL = "2.14"
SERVED = ("2.11", "2.12", "2.13", "2.14", "2.15", "2.16")
NEWEST = SERVED[-1]
OF_TOMORROW = {"preview", "unstable"}
OLDER = re.compile(r"2\.([0-9]|10)")  # nearest to the oldest that is served


def version_of(header: str | None) -> str:
    """The version that answers.

    Raises Problem for one that is unknown, or too old to have a near one.
    """
    asked = (header or "").strip()
    if not asked:
        return USUAL
    if asked in SERVED:
        return asked
    if asked.lower() in OF_TOMORROW:
        return NEWEST
    if OLDER.fullmatch(asked):
        return SERVED[0]
    raise Problem("The requested version could not be found", code="intercom_version_invalid")


def at_least(version: str, wanted: str) -> bool:
    """Whether an answer in `version` has what came with `wanted`."""
    return SERVED.index(version) >= SERVED.index(wanted)
