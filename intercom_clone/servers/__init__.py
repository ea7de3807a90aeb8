"""The servers that `start` and `test` bring along: PostgreSQL and Valkey, on Unix sockets in the data folder.

This room needs only the standard library up to here, so that settings can ask it for addresses.
"""

from intercom_clone.servers.places import Addresses, Places, addresses, secret_key

__all__ = ["Addresses", "Places", "addresses", "secret_key"]
