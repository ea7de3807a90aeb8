"""Who calls, as far as the network says: an address to count tries by, to log a teammate's acts with, to look up where
a visitor is. A visitor's own is never kept, shown or exported (ATT-54).
"""

from ipaddress import IPv6Address, ip_address

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address, behind trusted proxies as well (`middleware.VisitorAddress`).

    Empty where there is none, as over a Unix socket. An IPv4 address is told as such, whichever way it was met.
    """
    return readable(request.META.get("REMOTE_ADDR") or "") or ""


def readable(text: str) -> str | None:
    """An address as everybody writes it; None for what is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
