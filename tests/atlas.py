"""A little MaxMind database of a few places, made by the suite itself: what GeoLite2 City looks like inside."""

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

DUBLIN, AUSTIN, MONTREAL, ATLANTA, PARIS = "192.0.2.1", "192.0.2.17", "192.0.2.33", "192.0.2.49", "192.0.2.65"
REUNION, ANGUILLA, SIX = "192.0.2.81", "192.0.2.97", "2001:db8::1"
NOWHERE = "198.51.100.7"

Row = tuple[str | None, list[str], str, str, str, str | None, str | None]

# address → city, subdivisions from the largest to the smallest, country, its code, continent, postal code, time zone
ROWS: dict[str, Row] = {
    DUBLIN: ("Dublin", ["Leinster", "Dublin City"], "Ireland", "IE", "EU", "D02", "Europe/Dublin"),
    AUSTIN: ("Austin", ["Texas", "Travis County"], "United States", "US", "NA", "78701", "America/Chicago"),
    MONTREAL: ("Montreal", ["Quebec"], "Canada", "CA", "NA", "H2X", "America/Toronto"),
    ATLANTA: ("Atlanta", ["Georgia"], "United States", "US", "NA", "30303", "America/New_York"),
    PARIS: ("Paris", [], "France", "FR", "EU", None, "Europe/Paris"),
    REUNION: (None, ["Saint-Paul"], "Réunion", "RE", "AF", None, None),
    ANGUILLA: (None, [], "Anguilla", "AI", "NA", None, None),
    SIX: ("Atlanta", ["Georgia"], "United States", "US", "NA", "30303", "America/New_York"),
}


def make_atlas(path: Path, rows: dict[str, Row] = ROWS, *, kind: str = "GeoLite2-City", version: int = 6) -> str:
    """Write a database: where its file is."""
    writer = MMDBWriter(version, kind, languages=["en"], ipv4_compatible=version == 6)
    for address, row in rows.items():
        bits = 128 if ":" in address else 32
        writer.insert_network(IPSet([f"{address}/{bits}"]), _record(*row))
    writer.to_db_file(str(path))
    return str(path)


def _record(
    city: str | None,
    subdivisions: list[str],
    country: str,
    code: str,
    continent: str,
    postal_code: str | None,
    zone: str | None,
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "continent": {"code": continent, "names": {"en": continent}},
        "country": {"iso_code": code, "names": {"en": country, "de": f"{country} auf Deutsch"}},
        "registered_country": {"iso_code": "SE", "names": {"en": "Sweden"}},
        "subdivisions": [{"names": {"en": name}} for name in subdivisions],
    }
    if city:
        record["city"] = {"names": {"en": city}}
    if postal_code:
        record["postal"] = {"code": postal_code}
    if zone:
        record["location"] = {"time_zone": zone}
    return record
