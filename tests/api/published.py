"""The published description of the API, where it lies beside the repository, and what is not as it says."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "spec" / "openapi-people-2.14.json"
VERSION = "2.14"
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}
# Faults of the description itself: what it says is never null, or only text, and is otherwise in its own examples.
FORGIVEN = (".email", ".email_domain")


@cache
def told() -> dict[str, Any]:
    return json.loads(PUBLISHED.read_text())


@cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """By method and path, whatever its parameters are called."""
    return {
        (method, nameless(path)): one for path, methods in told()["paths"].items() for method, one in methods.items()
    }


def nameless(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def faults_of_call(method: str, path: str, status: int, answer: Any) -> list[str]:
    """Where what a call answers in this version is not what is published of it. Not every call, or status, is."""
    operation = operations().get((method.lower(), nameless(path)), {})
    response = operation.get("responses", {}).get(str(status), {})
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None or _told_otherwise(answer):
        return []
    if path == "/companies" and answer["type"] == "company":  # which the prose tells of, and the schema does not
        schema = told()["components"]["schemas"]["company"]
    return faults(schema, answer, told())


def _told_otherwise(answer: Any) -> bool:
    """Whether an answer is one of those that the schemas forget: a list of events, and who is in grace."""
    return answer.get("type") == "event.list" or answer.keys() == {"type", "id", "external_id", "email"}


def faults(schema: dict[str, Any], answer: Any, published: dict[str, Any], at: str = "") -> list[str]:
    """Where an answer is not what a schema says: as much of OpenAPI 3.0 as the description uses of answers."""
    if ref := schema.get("$ref"):
        return faults(published["components"]["schemas"][ref.rpartition("/")[2]], answer, published, at)
    if answer is None and schema.get("nullable"):
        return []  # whatever it is otherwise all of
    found = [fault for part in schema.get("allOf", []) for fault in faults(part, answer, published, at)]
    if answer is None:
        return found + ([] if at.endswith(FORGIVEN) else [f"{at}: null"])
    expected = TYPES.get(schema.get("type", ""), object)
    if not isinstance(answer, expected) or (isinstance(answer, bool) and expected is int):
        return [*found, f"{at}: {type(answer).__name__} for {schema['type']}"]
    if "enum" in schema and answer not in schema["enum"]:
        found.append(f"{at}: {answer!r} is not one of {schema['enum']}")
    if isinstance(answer, dict):
        found += [f"{at}.{name}: missing" for name in schema.get("required", []) if name not in answer]
        for name, part in schema.get("properties", {}).items():
            if name in answer:
                found += faults(part, answer[name], published, f"{at}.{name}")
    if isinstance(answer, list):
        found += [fault for item in answer for fault in faults(schema.get("items", {}), item, published, f"{at}[]")]
    return found
