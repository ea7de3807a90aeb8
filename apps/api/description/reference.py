"""The description as people read it: groups of calls, what goes into each and comes out, and the shapes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from apps.workspace.scopes import Scope

from .bodies import BODIES
from .document import FAILURES, JSON, Document, document
from .schemas import Schema

TALLEST = 10_000  # beyond it a bound says nothing to a reader


@dataclass(frozen=True, slots=True)
class Word:
    """A part of what a value is said to be; one that is a shape leads to it."""

    text: str
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A value that goes in or comes out; `name` has dots where it stands inside another."""

    name: str
    words: list[Word]
    about: str
    needed: bool
    place: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    words: list[Word]
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Call:
    """One method at one address."""

    name: str
    method: str
    path: str
    title: str
    about: str
    scope: str
    since: str
    asked: list[Field]
    body: Shape | None
    answers: list[tuple[str, list[Word]]]
    failures: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    about: str
    calls: list[Call]


@dataclass(frozen=True, slots=True)
class Reference:
    groups: list[Group]
    shapes: list[Shape]
    failures: dict[int, str]


@cache
def reference() -> Reference:
    """All of it, in the order of the document."""
    told = document()
    calls = [(operation["tags"][0], _call(path, method, operation)) for path, method, operation in _operations(told)]
    groups = [
        Group(tag["name"], tag["description"], [call for name, call in calls if name == tag["name"]])
        for tag in told["tags"]
    ]
    bodies = {call.body.name for _, call in calls if call.body}
    schemas = told["components"]["schemas"]
    shapes = [_shape(name, schema) for name, schema in schemas.items() if name not in bodies]
    return Reference(groups, shapes, FAILURES)


def _operations(told: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _call(path: str, method: str, operation: Document) -> Call:
    answers = {status: answer for status, answer in operation["responses"].items() if "$ref" not in answer}
    scope = operation.get("x-scope")
    return Call(
        name=operation["operationId"],
        method=method,
        path=path,
        title=operation["summary"],
        about=operation.get("description", "").replace("`", ""),
        scope=Scope(scope).label if scope else "",
        since=operation.get("x-since", ""),
        asked=[_asked(one) for one in operation["parameters"] if "$ref" not in one],
        body=_body(operation.get("requestBody")),
        answers=[(status, _answer(answer)) for status, answer in answers.items()],
        failures=[status for status in operation["responses"] if status not in answers],
    )


def _asked(parameter: Mapping[str, Any]) -> Field:
    schema = parameter["schema"]
    about = schema.get("description", "")
    return Field(parameter["name"], words_of(schema), about, parameter["required"], f"in the {parameter['in']}")


def _body(body: Document | None) -> Shape | None:
    if body is None:
        return None
    name = body["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
    return _shape(name, BODIES[name])


def _answer(answer: Document) -> list[Word]:
    content = answer.get("content")
    return words_of(content[JSON]["schema"]) if content else [Word("empty")]


# ---- shapes ----------------------------------------------------------------------------------------------------------


def _shape(name: str, schema: Schema) -> Shape:
    return Shape(name, [] if "properties" in schema else words_of(schema), list(_fields(schema)))


def _fields(schema: Schema, before: str = "") -> Iterator[Field]:
    """The fields of an object, and of the objects inside it that have no name of their own."""
    for name, part in schema.get("properties", {}).items():
        needed = name in schema.get("required", ())
        yield Field(before + name, words_of(part), part.get("description", ""), needed)
        inner, step = _inside(part)
        yield from _fields(inner, f"{before}{name}{step}.")


def _inside(schema: Schema) -> tuple[Schema, str]:
    """The object inside a value, and how its fields are told from the value's own."""
    if schema.get("type") == "array":
        inner, step = _inside(schema["items"])
        return inner, f"[]{step}"
    objects = [part for part in schema.get("anyOf", ()) if "properties" in part]
    return (objects[0] if objects else schema), ""


# ---- words -----------------------------------------------------------------------------------------------------------


def words_of(schema: Schema) -> list[Word]:
    """What a value is, in JSON's own names."""
    if ref := schema.get("$ref"):
        name = ref.rpartition("/")[2]
        return [Word(name, name)]
    if "anyOf" in schema:
        return _joined([words_of(part) for part in schema["anyOf"]])
    if "const" in schema:
        return [Word(f'"{schema["const"]}"')]
    if "enum" in schema:
        return [Word("one of " + ", ".join(_spelled(one) for one in schema["enum"]))]
    if schema.get("type") == "array":
        return [Word("array of "), *words_of(schema["items"])] if schema["items"] else [Word("array")]
    return [Word(_type(schema))]


def _joined(each: list[list[Word]]) -> list[Word]:
    words = [word for one in each for word in (Word(" or "), *one)]
    return words[1:]


def _spelled(one: str | None) -> str:
    return "null" if one is None else one


def _type(schema: Schema) -> str:
    types = schema.get("type", "anything")
    text = " or ".join(types) if isinstance(types, list) else types
    return f"{text} ({', '.join(limits)})" if (limits := _limits(schema)) else text


def _limits(schema: Schema) -> list[str]:
    limits = [schema["format"]] if "format" in schema else []
    if schema.get("maximum", TALLEST) < TALLEST:
        limits.append(f"{schema['minimum']} to {schema['maximum']}")
    if "maxLength" in schema:
        limits.append(f"at most {schema['maxLength']} characters")
    return limits
