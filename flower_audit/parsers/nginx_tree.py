"""nginx configuration text → a tree of directives with every include in its place.

The text is a dump as `nginx -T` writes it: files one after the other, each below `# configuration file PATH:`.
Nothing is read from the disk of the machine that parses: includes are looked up in the dump alone.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import crossplane

HEADER = re.compile(r"^# configuration file (?P<path>/[^\n]*):$", re.MULTILINE)
TEMPLATE = re.compile(r"\{\{|\{%|<%=?")
MAX_DEPTH = 20
MAX_DIRECTIVES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One directive.  Shape: `block` is None for a simple one; `where` is `file:line`."""

    name: str
    args: tuple[str, ...]
    where: str
    block: tuple["Directive", ...] | None = None

    def all(self, *names: str) -> tuple["Directive", ...]:
        """The directives of these names that stand directly in this block, in their order."""
        return tuple(item for item in self.block or () if item.name in names)

    def last(self, name: str) -> "Directive | None":
        """The last directive of this name directly in this block."""
        found = self.all(name)
        return found[-1] if found else None

    def walk(self) -> Iterator["Directive"]:
        """This directive and all below it."""
        yield self
        for item in self.block or ():
            yield from item.walk()

    @property
    def text(self) -> str:
        """The directive as one would write it, cut short."""
        return " ".join((self.name, *self.args))[:200]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A whole configuration.

    Shape: `main` is the outermost block, named `main`; `missing` maps the `file:line` of each include that the dump
    does not hold to its pattern (the directive stays in the tree as `include`); `errors` are `file:line: message`.
    """

    main: Directive
    missing: dict[str, str]
    errors: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def http(self) -> Directive:
        """The `http` block; for a fragment without one, the outermost block itself."""
        return next((item for item in self.main.block or () if item.name == "http"), self.main)


def split(dump: str) -> dict[str, str]:
    """The files of a dump by path, in its order; text without any header is one file called `nginx.conf`."""
    headers = list(HEADER.finditer(dump))
    if not headers:
        return {"nginx.conf": dump}
    ends = [header.start() for header in headers[1:]] + [len(dump)]
    return {
        header["path"]: dump[header.end() : end].removeprefix("\n") for header, end in zip(headers, ends, strict=True)
    }


def parse(dump: str, main_file: str = "") -> Tree:
    """Parse a dump from `main_file` on, by default its first file; relative includes start in that file's folder."""
    return _Reader(split(dump)).tree(main_file)


class _Reader:
    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.parsed: dict[str, list[dict[str, Any]]] = {}
        self.missing: dict[str, str] = {}
        self.errors: list[str] = []
        self.count = 0
        self.folder = ""

    def tree(self, main_file: str) -> Tree:
        main_file = main_file if main_file in self.files else next(iter(self.files))
        self.folder = main_file.rpartition("/")[0]
        with tempfile.TemporaryDirectory(prefix="flower-audit-") as folder:
            for number, (path, text) in enumerate(self.files.items()):
                self._read(path, text, Path(folder) / f"{number}.conf")
        block = tuple(self._place(main_file, self.parsed[main_file], 0))
        return Tree(
            main=Directive(name="main", args=(), where=main_file, block=block),
            missing=self.missing,
            errors=tuple(self.errors),
            files=tuple(self.files),
        )

    def _read(self, path: str, text: str, copy: Path) -> None:
        copy.write_text(text, encoding="utf-8", errors="replace")
        # `single`: crossplane would follow includes on this machine's own disk.
        answer = crossplane.parse(str(copy), single=True, check_ctx=False, check_args=False)
        self.parsed[path] = answer["config"][0]["parsed"]
        if template := TEMPLATE.search(text):
            line = text.count("\n", 0, template.start()) + 1
            self.errors.append(f"{path}:{line}: a template ({template.group()}), not yet a configuration")
        for error in answer["errors"]:
            message = str(error["error"]).partition(" in ")[0]
            self.errors.append(f"{path}:{error['line'] or 0}: {message}")

    def _place(self, path: str, statements: list[dict[str, Any]], depth: int) -> Iterator[Directive]:
        for statement in statements:
            self.count += 1
            if self.count > MAX_DIRECTIVES:
                return
            args = tuple(statement["args"])
            where = f"{path}:{statement['line']}"
            if statement["directive"] == "include" and args:
                included = self._included(args[0]) if depth < MAX_DEPTH else []
                for name in included:
                    yield from self._place(name, self.parsed[name], depth + 1)
                if included or "*" in args[0] or "?" in args[0]:
                    continue
                self.missing[where] = args[0]
            block = statement.get("block")
            yield Directive(
                name=statement["directive"],
                args=args,
                where=where,
                block=None if block is None else tuple(self._place(path, block, depth)),
            )

    def _included(self, pattern: str) -> list[str]:
        absolute = pattern if pattern.startswith("/") else f"{self.folder}/{pattern}" if self.folder else pattern
        if not any(sign in absolute for sign in "*?["):
            return [absolute] if absolute in self.files else []
        # glob(3): a star ends at a slash and does not take a leading dot.
        escaped = re.escape(absolute).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
        escaped = re.sub(r"\\\[(.+?)\\\]", r"[\1]", escaped)
        return sorted(
            name for name in self.files if re.fullmatch(escaped, name) and name.count("/.") == pattern.count("/.")
        )
