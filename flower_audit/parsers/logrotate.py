"""logrotate's configuration: which rule covers a log file, and what it does.

Text in, rules out; no host is known here.  Source: logrotate(8).
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Literal

Frequency = Literal["hourly", "daily", "weekly", "monthly", "yearly", "size"]
PERIOD_S: dict[Frequency, int] = {
    "hourly": 3600,
    "daily": 86_400,
    "weekly": 7 * 86_400,
    "monthly": 31 * 86_400,
    "yearly": 366 * 86_400,
}
SCRIPTS = ("prerotate", "postrotate", "firstaction", "lastaction", "preremove")
TABOO = (
    *("*,v", "*.cfsaved", "*.disabled", "*.dpkg-bak", "*.dpkg-del", "*.dpkg-dist", "*.dpkg-new", "*.dpkg-old"),
    *("*.rhn-cfg-tmp-*", "*.rpmnew", "*.rpmorig", "*.rpmsave", "*.swp", "*.ucf-dist", "*.ucf-new", "*.ucf-old", "*~"),
)
"""Names of files that an included directory may hold and logrotate passes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One block, with the global settings that stand before it.

    Shape: `acts` says that a script runs after the rotation, `restarts` names the units or programs that it restarts or
    signals; the sizes are None where not given; `keep` is -1 where nothing is removed.
    """

    patterns: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    frequency: Frequency = "daily"
    keep: int = 0
    copytruncate: bool = False
    copies_only: bool = False
    acts: bool = False
    after: str = ""
    user: str = ""
    compress: bool = False
    size_bytes: int | None = None
    max_size_bytes: int | None = None
    min_size_bytes: int | None = None

    def covers(self, path: str) -> bool:
        """Whether the rule rotates the file at `path`."""
        return any(_matches(pattern, path) for pattern in self.patterns)


def parse(files: Iterable[tuple[str, str]]) -> tuple[Rule, ...]:
    """All rules, from (name, text) of the main file first and of the files it includes, in their order.

    A file that is included takes the settings that stand before its include; those of the main file are taken whole,
    as distributions put `include` at its end.
    """
    rules: list[Rule] = []
    defaults = Rule()
    for position, (name, text) in enumerate(files):
        if position and any(fnmatchcase(PurePosixPath(name).name, taboo) for taboo in TABOO):
            continue
        found, after = _parse_file(text, replace(defaults, file=name))
        rules += found
        if position == 0:
            defaults = after
    return tuple(rules)


def _parse_file(text: str, defaults: Rule) -> tuple[list[Rule], Rule]:
    rules: list[Rule] = []
    current = defaults
    patterns: list[str] = []
    inside = False
    script: list[str] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if script is not None:
            if line == "endscript":
                current = _with_script(current, script)
                script = None
            else:
                script.append(line)
            continue
        if not line or line.startswith("#"):
            continue
        if not inside and line[0] in "/\"'~{":
            head, brace, rest = line.partition("{")
            patterns += _split(head)
            if not brace:
                continue
            current, inside = replace(defaults, patterns=tuple(patterns), line=number), True
            patterns = []
            line = rest.strip()
        closes = inside and line.endswith("}")
        directive = line.removesuffix("}").strip() if closes else line
        if directive in SCRIPTS:
            script = [directive]
        elif inside:
            current = _with_directive(current, directive)
        else:
            defaults = _with_directive(defaults, directive)
        if closes:
            rules.append(current)
            inside = False
    return rules, defaults


def _with_script(rule: Rule, script: list[str]) -> Rule:
    if script[0] not in {"postrotate", "lastaction"}:
        return rule
    return replace(rule, acts=True, after=" ".join(script[1:])[:500])


def _with_directive(rule: Rule, directive: str) -> Rule:
    word, _, value = re.sub(r"\s*=\s*|\s+", " ", directive, count=1).partition(" ")
    value = value.strip()
    match word:
        case "hourly" | "daily" | "weekly" | "monthly" | "yearly":
            return replace(rule, frequency=word)
        case "size":
            return replace(rule, frequency="size", size_bytes=_bytes(value))
        case "maxsize":
            return replace(rule, max_size_bytes=_bytes(value))
        case "minsize":
            return replace(rule, min_size_bytes=_bytes(value))
        case "rotate":
            return replace(rule, keep=int(value)) if re.fullmatch(r"-?\d+", value) else rule
        case "copytruncate" | "nocopytruncate":
            return replace(rule, copytruncate=word == "copytruncate")
        case "copy" | "nocopy":
            return replace(rule, copies_only=word == "copy")
        case "compress" | "nocompress":
            return replace(rule, compress=word == "compress")
        case "su":
            return replace(rule, user=value.partition(" ")[0])
    return rule


def _bytes(value: str) -> int | None:
    match = re.fullmatch(r"(\d+)\s*([kMG]?)", value)
    return int(match[1]) * {"": 1, "k": 1024, "M": 1024**2, "G": 1024**3}[match[2]] if match else None


def _split(words: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError:
        return words.split()


def _matches(pattern: str, path: str) -> bool:
    """glob(3): no wildcard stands for a slash, nor for a dot at the beginning of a name."""
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        fnmatchcase(part, glob) and not (part.startswith(".") and not glob.startswith("."))
        for glob, part in zip(wanted, given, strict=True)
    )
