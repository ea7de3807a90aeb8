"""The words that shapes are described in: JSON Schema, as OpenAPI 3.1 has it."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.attributes.definitions import Definition
from apps.attributes.models import PUBLIC_ID

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "integer", "description": "Unix time in seconds."}
HEX: Schema = {"type": "string", "pattern": f"^{PUBLIC_ID.pattern}$"}
DIGITS: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$"}
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
# How the values of an attribute travel, by REST's word for its kind.
OF_DATA_TYPE: dict[str, Schema] = {"string": TEXT, "integer": WHOLE, "float": NUMBER, "boolean": FLAG, "date": TIME}


def said(schema: Schema, description: str) -> Schema:
    """The same, with a sentence about it."""
    return schema | {"description": description}


def exactly(word: str) -> Schema:
    """What always says the same, as the `type` of an object does."""
    return {"type": "string", "const": word}


def one_of(words: Iterable[str]) -> Schema:
    return {"type": "string", "enum": list(words)}


def either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    if "type" not in schema or "const" in schema:
        return either(schema, {"type": "null"})
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [*types, "null"]} | choices


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def record(always: Mapping[str, Schema], **sometimes: Schema) -> Schema:
    """An object: the keys that it always has, and those that it may have."""
    needed = {"required": list(always)} if always else {}
    return {"type": "object", "properties": {**always, **sometimes}} | needed


def mapping(schema: Schema) -> Schema:
    """An object whose keys are names that a workspace chose."""
    return {"type": "object", "additionalProperties": schema}


def ref(name: str) -> Schema:
    """A shape that has a name, wherever it is told of."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(item: Schema, **more: Schema) -> Schema:
    return record({"type": exactly("list"), "data": many(item)} | more)


def of_attribute(definition: Definition) -> Schema:
    """How the values of a standard attribute travel."""
    return OF_DATA_TYPE[definition.kind.data_type]
