"""A systemd unit as `systemctl cat` prints it: the fragment first, then its drop-ins, each under a `# /path` line.

Sources: systemd.syntax(7), systemd.unit(5), systemd.exec(5), systemd.service(5).
"""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flower_audit.parsers.environment_file import read_environment_file

LISTS = frozenset({"Environment", "EnvironmentFile", "ExecStart", "ExecStartPre", "After", "Wants", "Requires"})
"""Settings that collect their values; an empty one begins anew."""

BOUNDARY = re.compile(r"# (/\S.*\.(?:service|conf|wants|requires)(?:\.d/.*)?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One `Name=value` line.  Shape: `file` and `line` (from 1) say where it stands, `line` in that file."""

    section: str
    name: str
    value: str
    file: str
    line: int

    def assignments(self) -> dict[str, str]:
        """The variables of an `Environment=` line; words that assign nothing are ignored, as systemd does."""
        return assignments(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitText:
    """A unit with its drop-ins.  Shape: `files` in systemd's order; `malformed` names lines as `file:line`."""

    files: tuple[str, ...]
    directives: tuple[Directive, ...]
    malformed: tuple[str, ...] = ()

    def all(self, name: str, section: str = "Service") -> tuple[Directive, ...]:
        """Every directive of a name that is in force: after the last empty one for lists, the last one otherwise."""
        found: list[Directive] = []
        for directive in self.directives:
            if directive.name == name and directive.section == section:
                if not directive.value or name not in LISTS:
                    found.clear()
                if directive.value:
                    found.append(directive)
        return tuple(found)

    def last(self, name: str, section: str = "Service") -> str:
        """The value in force of a single setting, else empty."""
        found = self.all(name, section)
        return found[-1].value if found else ""

    def environment(self) -> dict[str, str]:
        """The variables of all `Environment=` lines in force."""
        found: dict[str, str] = {}
        for directive in self.all("Environment"):
            found.update(assignments(directive.value))
        return found

    def specifiers(self) -> frozenset[str]:
        """Variables whose `Environment=` holds a specifier such as %h, so that its value is not told by the text."""
        lines = [directive.value for directive in self.all("Environment")]
        return frozenset(name for line in lines if "%" in line.replace("%%", "") for name in assignments(line))


def read_unit(text: str) -> UnitText:
    """Read what `systemctl cat` printed, or the text of one unit file; never raises."""
    file, section, start, line = "", "", 0, 0
    files: list[str] = []
    directives: list[Directive] = []
    malformed: list[str] = []
    pending = ""
    for number, raw in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        boundary = None if pending else BOUNDARY.fullmatch(raw)
        if boundary:
            file, section, start = boundary[1], "", number
            files.append(file)
            continue
        stripped = raw.strip()
        if stripped.startswith(("#", ";")):
            continue
        line = line if pending else number - start
        if stripped.endswith("\\"):
            pending += stripped[:-1] + " "
            continue
        stripped, pending = pending + stripped, ""
        if re.fullmatch(r"\[[^\]]+\]", stripped):
            section = stripped[1:-1]
        elif "=" in stripped:
            name, _, value = stripped.partition("=")
            directives.append(Directive(section=section, name=name.strip(), value=value.strip(), file=file, line=line))
        elif stripped:
            malformed.append(f"{file}:{line}")
    return UnitText(files=tuple(files), directives=tuple(directives), malformed=tuple(malformed))


def words(text: str) -> list[str]:
    """Split as systemd does: at spaces, with both kinds of quotes and C escapes; `%%` is one percent sign."""
    found = []
    for match in re.finditer(r"(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\\.|[^\s\"'\\])+", text):
        pieces = re.finditer(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'|((?:\\.|[^\"'\\])+)", match[0])
        bare = "".join(piece[piece.lastindex or 0] for piece in pieces)
        found.append(ESCAPE.sub(_escaped, bare).replace("%%", "%"))
    return found


ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|(.))")
NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}


def _escaped(match: re.Match[str]) -> str:
    if match[1] or match[2]:
        return chr(int(match[1], 16) if match[1] else int(match[2], 8))
    return NAMED.get(match[3], match[3])


def assignments(text: str) -> dict[str, str]:
    """The variables of one `Environment=` value; words that assign nothing are ignored, as systemd does."""
    pairs = [re.fullmatch(r"([A-Za-z_]\w*)=(.*)", word, re.DOTALL) for word in words(text)]
    return {pair[1]: pair[2] for pair in pairs if pair}


def command_words(value: str, environment: Mapping[str, str]) -> list[str]:
    """The words of an `ExecStart=`, without its prefix (`-`, `@`, `+`, `!`, `:`), variables filled in as systemd does.

    A variable that is not in `environment` becomes empty; `$NAME` alone as a word is split at spaces.
    """
    bare = value.lstrip("-@:+!")
    prefix = value[: len(value) - len(bare)]
    found: list[str] = []
    for word in words(bare):
        if ":" in prefix:
            found.append(word)
        elif alone := re.fullmatch(r"\$([A-Za-z_]\w*)", word):
            found += environment.get(alone[1], "").split()
        else:
            found.append(re.sub(r"\$\$|\$\{([A-Za-z_]\w*)\}", lambda part: _filled(part, environment), word))
    if "@" in prefix:  # the second word is what the program is told to be called
        del found[1:2]
    return found


def _filled(match: re.Match[str], environment: Mapping[str, str]) -> str:
    return "$" if match[0] == "$$" else environment.get(match[1], "")


def environment_at_start(unit: UnitText, files: Mapping[str, str]) -> dict[str, str]:
    """The variables that a start of the unit would set now; `files` maps paths of EnvironmentFile= to their text.

    A path may be a pattern and hold specifiers such as %i; `files` has the paths that systemd made of it.
    """
    found = unit.environment()
    for directive in unit.all("EnvironmentFile"):
        pattern = re.sub(r"%[^%]", "*", directive.value.lstrip("-"))
        for path in fnmatch.filter(sorted(files), pattern):
            found.update(read_environment_file(files[path], exports=False))
    return found
