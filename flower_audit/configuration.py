"""`flower-audit.yml`: targets, policy, waivers and statements, checked before anything runs."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from flower_audit.errors import UsageError
from flower_audit.model import Severity
from flower_audit.policy import Policy
from flower_audit.target import Access, Day

FILE_NAME = "flower-audit.yml"


class Waiver(BaseModel):
    """A known deviation that somebody has accepted until a day.  The check still runs.

    Shape: `check` and `target` may be globs; `until` is the last day it holds, in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: Annotated[str, Field(min_length=1)]
    target: str = "*"
    reason: Annotated[str, Field(min_length=1)]
    approver: Annotated[str, Field(min_length=1)]
    granted: Day
    until: Day

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until < self.granted:
            raise ValueError(f"until {self.until} is before granted {self.granted}")
        return self

    def covers(self, check_id: str, target: str) -> bool:
        """Whether this waiver speaks of that check on that target."""
        return self.names_check(check_id) and self.names_target(target)

    def names_check(self, check_id: str) -> bool:
        """Whether it speaks of that check."""
        return fnmatchcase(check_id, self.check)

    def names_target(self, target: str) -> bool:
        """Whether it speaks of that target, whose name may itself look like a glob (`[::1]:8443`)."""
        return target == self.target or fnmatchcase(target, self.target)


class _Loader(yaml.SafeLoader):
    """YAML whose dates stay text, so that an impossible one is named with its line like any other mistake."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


CheckGlob = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z0-9*?-]+$")]
"""A check id, or a glob within one area: nobody allows everything to be unknown."""


class Configuration(BaseModel):
    """All of flower-audit.yml.

    Shape: `allow_unknown` names checks that may be unknown without failing the gate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: dict[str, Access] = Field(default_factory=dict)
    policy: Policy = Policy()
    waivers: tuple[Waiver, ...] = ()
    fail_on: Severity = Severity.HIGH
    allow_unknown: tuple[CheckGlob, ...] = ()


def load(path: Path) -> Configuration:
    """The configuration in a file.

    Raises UsageError with the file, the line, the key and the nearest known name.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Configuration:
    """The configuration in `text`; `name` is what messages call it."""
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
        tree = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark else name
        raise UsageError(f"{place}: this is not YAML: {getattr(error, 'problem', None) or error}") from error
    if content is None:
        return Configuration()
    if not isinstance(content, Mapping):
        raise UsageError(f"{name}: the file must be a mapping with the keys {', '.join(Configuration.model_fields)}")
    _refuse_duplicates(tree, name)
    try:
        return Configuration.model_validate(content)
    except ValidationError as error:
        problems = [_problem(details, tree, name) for details in error.errors()]
        raise UsageError("\n".join(problems)) from error


def nearest(name: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?`, or the known names where none is near."""
    if match := difflib.get_close_matches(name, known, n=1, cutoff=0.6):
        return f"; did you mean {match[0]!r}?"
    return f"; known: {', '.join(sorted(known))}" if known else ""


def _problem(details: Any, tree: yaml.Node | None, name: str) -> str:
    path = tuple(details["loc"])
    place = f"{name}:{_line(tree, path)}: {'.'.join(map(str, path))}"
    if details["type"] == "extra_forbidden":
        return f"{place}: unknown key{nearest(str(path[-1]), _siblings(path[:-1]))}"
    if details["type"] == "missing":
        return f"{place}: this key is required"
    message = str(details["msg"]).removeprefix("Value error, ")
    return f"{place}: {message[:1].lower()}{message[1:]}"


def _siblings(path: tuple[str | int, ...]) -> list[str]:
    """The keys that are known at a place of the file."""
    model: Any = Configuration
    for part in path:
        if isinstance(part, int):
            continue
        fields = getattr(model, "model_fields", None)
        if fields is None or part not in fields:
            continue  # the name of a target: its model was entered with `targets`
        annotation = fields[part].annotation
        inner = [argument for argument in get_args(annotation) if hasattr(argument, "model_fields")]
        model = inner[0] if inner else annotation
    return list(getattr(model, "model_fields", {}))


def _line(node: yaml.Node | None, path: tuple[str | int, ...]) -> int:
    line = node.start_mark.line + 1 if node else 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, line = value, key.start_mark.line + 1
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _refuse_duplicates(tree: yaml.Node | None, name: str) -> None:
    for node in _mappings(tree):
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise UsageError(f"{name}:{key.start_mark.line + 1}: the key {key.value!r} stands twice")
            seen.add(key.value)


def _mappings(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)
