"""Identifiers of somebody who is deleted, told so that whoever knows them recognises them, and nobody else (D-29)."""

HIDDEN = "•••"


def masked(identifier: str | None) -> str:
    """The first character of each half of an email, of anything else the first: "a•••@x•••", "1•••"."""
    if not identifier:
        return ""
    name, at, host = identifier.partition("@")
    return f"{name[:1]}{HIDDEN}" + (f"@{host[:1]}{HIDDEN}" if at else "")
