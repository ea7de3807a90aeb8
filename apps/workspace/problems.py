"""What stops a request. Each door has one handler that says it in the door's own words.

What does not stop a request (one value of twenty) is a `Refusal` in a report: see `attributes/reports`.
"""

from typing import Any


class Problem(Exception):
    """A request that cannot be carried out: a code for machines, a status for HTTP, a sentence for people."""

    status = 400
    code = "parameter_invalid"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class Missing(Problem):
    """What was asked for is not here, or not for the one who asks."""

    status = 404
    code = "not_found"


class Gone(Missing):
    """What was asked for was here, and will not be again."""

    status = 410
    code = "gone"


class Forbidden(Problem):
    """The one who asks lacks the grant (PERM-05)."""

    status = 403
    code = "forbidden"


class Conflict(Problem):
    """Somebody else holds what was claimed; `holder` is who, where that is a record."""

    status = 409
    code = "conflict"
    holder: Any = None


class Unproven(Problem):
    """The one who asks did not show who they are."""

    status = 401
    code = "unauthorized"


class TooSlow(Problem):
    """The database was asked for more than it can answer while somebody waits (BEY-10)."""

    status = 503
    code = "service_unavailable"


class Dependants(Problem):
    """Something else still uses this (ATT-42)."""

    status = 422
    code = "data_invalid"
