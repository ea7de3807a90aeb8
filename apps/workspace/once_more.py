"""Where two transactions wait for each other PostgreSQL ends one of them: that one is done once more."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError
from psycopg.errors import DeadlockDetected, UniqueViolation

TRIES = 3
Done = TypeVar("Done")


def once_more(work: Callable[[], Done]) -> Done:
    """Do work that is a transaction of its own; again where it met another on its way. Raises what the last try did.

    A unique value that somebody else took first is met on the second try as what it is: taken.
    """
    for _ in range(TRIES - 1):
        try:
            return work()
        except (OperationalError, IntegrityError) as error:
            if not isinstance(error.__cause__, DeadlockDetected | UniqueViolation):
                raise
    return work()
