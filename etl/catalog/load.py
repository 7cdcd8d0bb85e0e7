"""Loads source files. Errors name file, key and reason."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from etl.catalog.files import SUFFIXES, overlooked_files, source_files
from etl.catalog.mistakes import mistakes
from etl.catalog.yaml_words import words_of
from etl.errors import GongkaiError
from etl.input_words import did_you_mean, in_plain_words
from etl.platforms.registry import platform
from etl.sources.schema import Source

NAMED = 40
"""Maximum number of ids listed in an error about an unknown source."""


class SourceError(GongkaiError):
    """Invalid source files; `problems` has one line `file: key: reason` for each fault."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems), hint="docs/sources.md lists the keys")
        self.problems = problems


def load_source(path: Path) -> Source:
    """The source described by the file. Raises `SourceError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise SourceError([f"{path}: is not in UTF-8: save it in that encoding"]) from error
    try:
        data = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise SourceError([f"{path}: {words_of(error, text)}"]) from error
    except ValueError as error:  # a number of more digits than Python reads
        raise SourceError([f"{path}: not valid YAML: {error}"]) from error
    if not isinstance(data, dict):
        raise SourceError([f"{path}: no keys in it"])
    if isinstance(tls := data.get("tls"), dict) and isinstance(tls.get("ca"), str):
        tls["ca"] = path.parent.absolute() / tls["ca"]  # a task runs in another folder than the shell of who wrote it
    try:
        source = Source.model_validate(data)
    except ValidationError as error:
        problems = [_problem(path, item) for item in _causes(error.errors())]
        raise SourceError([*problems, *_unknown_platform(path, data.get("platform"))]) from error
    if unknown := _unknown_platform(path, source.platform):
        raise SourceError(unknown)
    if problems := [f"{path}: {mistake}" for mistake in mistakes(source)]:
        raise SourceError(problems)
    return source


def _unknown_platform(path: Path, name: object) -> list[str]:
    """The problem of an unknown platform; the schema reports a platform that is missing or not a text."""
    try:
        if isinstance(name, str):
            platform(name)
    except GongkaiError as error:
        return [f"{path}: platform: {error}"]
    return []


class _Loader(yaml.CSafeLoader):
    """Reads plain values as YAML 1.2 does: `yes`, `1:30`, `012` and days are texts, which the schema understands or
    refuses with their key.

    Refuses a key that is written twice: YAML takes the last, and nobody would notice that the other is void.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (name := (key.tag, key.value)) in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"the key {key.value} is written twice", problem_mark=key.start_mark
                    )
                seen.add(name)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
for _type, _form, _first in (
    ("null", r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_type}", re.compile(_form + r"\Z"), _first)


def _causes(items: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors, without those that say that a list is too short because items of it are wrong."""
    places = [item["loc"] for item in items]
    return [
        item
        for item in items
        if item["type"] != "too_short" or not any(place[: len(item["loc"])] == item["loc"] != place for place in places)
    ]


def _problem(path: Path, item: ErrorDetails) -> str:
    location = tuple(part for part in item["loc"] if part != "[key]")
    if item["input"] is None and item["type"] != "missing":
        return f"{path}: {'.'.join(map(str, location))}: has no value"
    guess = did_you_mean(str(location[-1]), _keys_at(location[:-1])) if item["type"] == "extra_forbidden" else ""
    return f"{path}: {'.'.join(map(str, location))}: {in_plain_words(item['msg'])}{guess}"


def _keys_at(location: tuple[int | str, ...]) -> Iterable[str]:
    """The keys that a source file may have there."""
    model: type[BaseModel] | None = Source
    for name in location:
        if isinstance(name, str) and model:
            field = model.model_fields.get(name)
            model = next(_models(field.annotation), None) if field else None
    return model.model_fields if model else ()


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within a type such as `tuple[Column, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def load_sources(folders: str) -> dict[str, Source]:
    """All sources of the folders by id. Raises `SourceError` with the problems of all files: an id that is used twice
    is one, a list that two sources walk, and a file that nobody reads."""
    sources: dict[str, Source] = {}
    paths: dict[str, Path] = {}
    lists: dict[tuple[str, str], str] = {}
    problems = [f"{path}: is not read: {why}" for path, why in overlooked_files(folders)]
    for path in source_files(folders):
        try:
            source = load_source(path)
        except SourceError as error:
            problems += error.problems
            continue
        if source.id in sources:
            problems.append(f"{path}: id: {source.id} is already the id of {paths[source.id]}")
            continue
        sources[source.id], paths[source.id] = source, path
        for number, column in enumerate(source.columns):
            if (owner := lists.setdefault(column.request, source.id)) != source.id:
                problems.append(f"{path}: columns.{number}: {column.url} is already a list of {owner}, {paths[owner]}")
    if problems:
        raise SourceError(problems)
    return sources


def readable_sources(folders: str) -> dict[str, Source]:
    """The sources whose files are valid, by id; of several with the same id the first. `load_sources` names the
    others."""
    sources: dict[str, Source] = {}
    for path in source_files(folders):
        try:
            source = load_source(path)
        except SourceError:
            continue
        sources.setdefault(source.id, source)
    return sources


def find_source(name: str, folders: str) -> Source:
    """The source with that id, or of that file if `name` ends in .yaml. Raises `SourceError`, `GongkaiError`."""
    return locate_source(name, folders)[1]


def locate_source(name: str, folders: str) -> tuple[Path, Source]:
    """(file, source) for an id or a .yaml file. Raises `SourceError`, `GongkaiError`.

    Reads the file that is called after the id, and others only where none is, or its id is another one: each task of a
    crawl looks its source up, and a file that is wrong must not stop the crawls of others.
    """
    path = Path(name)
    if path.suffix in SUFFIXES:
        return path, load_source(path)
    named = [path for folder in folders.split(":") if (path := Path(folder, f"{name}.yaml")).is_file()]
    others = (path for path in source_files(folders) if path not in named and _mentions(path, name))
    problems: list[str] = []
    for path in chain(named, others):
        try:
            source = load_source(path)
        except SourceError as error:
            problems += error.problems
            continue
        if source.id == name:
            return path, source
    if problems:
        raise SourceError(problems)
    if misnamed := [f"{path} has id {load_source(path).id!r}" for path in named]:
        raise GongkaiError(f"no source {name!r}: {', '.join(misnamed)}", hint="change the id, or name that one")
    known = sorted(readable_sources(folders))
    more = [f"{len(known) - NAMED} more (`gongkai sources list`)"] if len(known) > NAMED else []
    raise GongkaiError(
        f"no source {name!r} in {folders}{did_you_mean(name, known)}",
        hint=f"known: {', '.join([*known[:NAMED], *more]) or 'none'}; or name a .yaml file",
    )


def _mentions(path: Path, name: str) -> bool:
    try:
        return name.encode() in path.read_bytes()
    except OSError:
        return False
