"""Loads source files. Errors name file, key and reason."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from etl.catalog.files import SUFFIXES, source_files
from etl.errors import GongkaiError
from etl.input_words import did_you_mean, in_plain_words
from etl.platforms.registry import all_platforms, platform
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
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise SourceError([f"{path}: cannot be read: {error}"]) from error
    except UnicodeDecodeError as error:
        raise SourceError([f"{path}: is not in UTF-8: save it in that encoding"]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        reason = str(error).partition("\n")[0]
        raise SourceError([f"{path}: {where}not valid YAML: {getattr(error, 'problem', None) or reason}"]) from error
    except ValueError as error:  # a day that no calendar has
        raise SourceError([f"{path}: not valid YAML: {error}"]) from error
    if not isinstance(data, dict):
        raise SourceError([f"{path}: no keys in it"])
    try:
        source = Source.model_validate(data)
    except ValidationError as error:
        problems = [_problem(path, item) for item in _causes(error.errors())]
        raise SourceError([*problems, *_unknown_platform(path, data.get("platform"))]) from error
    if unknown := _unknown_platform(path, source.platform):
        raise SourceError(unknown)
    family = platform(source.platform)
    if not family.lists:
        raise SourceError([f"{path}: platform: {family.name} has no code for lists, only for documents"])
    if source.listing and not family.accepts_selectors:
        names = ", ".join(item.name for item in all_platforms() if item.accepts_selectors)
        raise SourceError([f"{path}: listing: {family.name} needs no selectors; this key is for {names}"])
    for column in source.columns:
        if not source.allows(column.url):
            raise SourceError([f"{path}: columns: {column.url} is on none of the hosts {', '.join(source.hosts)}"])
        if "#" in column.url and not family.reads_fragments:
            reason = f"{family.name} reads nothing after #, so the list that it names would be another one"
            raise SourceError([f"{path}: columns: {column.url}: {reason}"])
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
    """Refuses a key that is written twice: YAML takes the last, and nobody would notice that the other is void."""

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


def load_sources(paths: Iterable[Path]) -> dict[str, Source]:
    """All sources by id. Raises `SourceError` with the problems of all files; an id used twice is one."""
    located: dict[str, tuple[Path, Source]] = {}
    problems: list[str] = []
    for path in paths:
        try:
            source = load_source(path)
        except SourceError as error:
            problems += error.problems
            continue
        if source.id in located:
            problems.append(f"{path}: id: {source.id} is already the id of {located[source.id][0]}")
        located[source.id] = path, source
    if problems:
        raise SourceError(problems)
    return {name: source for name, (_, source) in located.items()}


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
