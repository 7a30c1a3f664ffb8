"""Files of NAME=value lines, as systemd reads an EnvironmentFile= and as .env files are written.

Source: systemd.exec(5), EnvironmentFile=; systemd's src/basic/env-file.c.
"""

import re

MAX_LINES = 5_000
NAME = re.compile(r"[ \t]*(export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*")
PIECES = re.compile(
    r"""(?P<space>[ \t]+)
    |'(?P<single>[^']*)(?:'|\Z)
    |"(?P<double>(?:\\.|[^"\\])*)(?:"|\Z)
    |(?P<bare>(?:\\.|[^\n\\])+)""",
    re.VERBOSE | re.DOTALL,
)
"""What may come next of a value.  Quotes count where a quoted piece may begin: at the start and after another one."""


def read_environment_file(text: str, *, exports: bool = True) -> dict[str, str]:
    """The variables of a file, later lines over earlier ones; lines that assign nothing are passed over.

    Without `exports` a line that begins with `export` is passed over too, as systemd does.  A `#` behind a value is
    part of it.
    """
    found: dict[str, str] = {}
    text = text.replace("\r\n", "\n")
    place = 0
    for _ in range(MAX_LINES):
        if place >= len(text):
            break
        match = NAME.match(text, place) if text[place] != "\n" else None
        if match is None or text[place : match.end()].lstrip().startswith(("#", ";")):
            place = _next_line(text, place)
            continue
        value, place = _value(text, match.end())
        if exports or not match[1]:
            found[match[2]] = value
    return found


def _value(text: str, place: int) -> tuple[str, int]:
    """The value that begins at a place, and where the line after it begins."""
    value = ""
    while (match := PIECES.match(text, place)) is not None:
        place = match.end()
        if match["single"] is not None:
            value += match["single"]
        elif match["double"] is not None:
            value += re.sub(r"\\\n|\\([\"\\`$])", r"\1", match["double"])
        elif match["bare"] is not None:
            value += _unescaped(match["bare"])
            break
    return value, _next_line(text, place)


def _unescaped(text: str) -> str:
    """A value without quotes: a backslash joins lines, and keeps what follows, spaces at the end too."""
    value, kept = "", 0
    for match in re.finditer(r"\\(.)|([^\\])", text, re.DOTALL):
        if match[2] is not None:
            value += match[2]
        elif match[1] != "\n":
            value += match[1]
            kept = len(value)
    return value[:kept] + value[kept:].rstrip(" \t\n")


def _next_line(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1
