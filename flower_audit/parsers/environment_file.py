"""Files of NAME=value lines, as systemd reads an EnvironmentFile= and as .env files are written.

Source: systemd.exec(5), EnvironmentFile=.
"""

import re

MAX_LINES = 5_000

LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)", re.DOTALL)


def read_environment_file(text: str) -> dict[str, str]:
    """The variables of a file, later lines over earlier ones; lines that assign nothing are passed over."""
    found: dict[str, str] = {}
    joined = re.sub(r"\\\n", "", text.replace("\r\n", "\n"))
    for line in joined.split("\n")[:MAX_LINES]:
        match = LINE.match(line)
        if match and not line.lstrip().startswith(("#", ";")):
            found[match[1]] = unquote(match[2].strip())
    return found


def unquote(text: str) -> str:
    """A value without the quotes around it, its backslashes resolved as systemd does."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1]
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\([\"\\`$])", r"\1", text[1:-1])
    return re.sub(r"\\(.)", r"\1", text)
