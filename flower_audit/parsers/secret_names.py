"""Which NAME=value pairs and command-line words hold a secret."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

NAME = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|SECRET_KEY|COOKIE_SECRET|TOKEN|API_?KEY|BASIC_AUTH|AUTH_PASSWORD"
    r"|PRIVATE_KEY|CREDENTIALS?)(?:_\w+)?$",
    re.IGNORECASE,
)
NOT_NAME = re.compile(
    r"(?:_FILE|_PATH|_DIR|_ENV|_URL|_URI|_REGEX|_LENGTH|_EXPIRY|_TTL|_NAME)$|^(?:OLD)?PWD$", re.IGNORECASE
)
"""Variables that only tell where a secret is, and the shell's own."""

OPTION = re.compile(
    r"--?(?:[\w-]*[-_])?(?:password|passwd|pass|passphrase|secret|secret[-_]key|token|api[-_]?key|basic[-_]auth|requirepass"
    r"|cookie[-_]secret|oauth2[-_]secret|client[-_]secret)",
    re.IGNORECASE,
)

REFERENCE = re.compile(r"\$\{?\w+\}?|\$\(.*\)|<.*>|\*+|[xX]{3,}|/(?:etc|run|var|opt|home|dev|proc)/\S+|@\S+", re.DOTALL)
"""What stands for a secret without being one: variables, masks, paths of files that hold it."""

VALUES_THAT_ARE_NONE = frozenset({"", "true", "false", "none", "null", "yes", "no", "0", "1"})


def holds_secret(name: str, value: str) -> bool:
    """Whether a variable of this name and value holds a secret: by its name, or as a URL with a password in it."""
    plain = value.strip().strip("\"'")
    if plain.lower() in VALUES_THAT_ARE_NONE or REFERENCE.fullmatch(plain):
        return False
    if url_holds_password(plain):
        return True
    return bool(NAME.search(name)) and not NOT_NAME.search(name)


def url_holds_password(text: str) -> bool:
    """Whether a text is a URL (or several, at semicolons) with a password in it."""
    for part in text.split(";"):
        if "://" not in part:
            continue
        try:
            password = urlsplit(part.strip()).password
        except ValueError:
            return "@" in part
        if password and not REFERENCE.fullmatch(password):
            return True
    return False


def secrets_in_words(words: Sequence[str]) -> tuple[str, ...]:
    """The options of a command line that hold a secret, named without it: `--basic_auth=`, `a URL with a password`."""
    found: list[str] = []
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if re.search(r"\s", word):  # the script of a `sh -c`
            found += secrets_in_words(word.split()) if place else ()
        elif equals and OPTION.fullmatch(name) and not _is_none(value):
            found.append(name)
        elif not equals and OPTION.fullmatch(word) and place + 1 < len(words):
            following = words[place + 1]
            if not following.startswith("-") and not _is_none(following):
                found.append(word)
        elif re.fullmatch(r"[A-Za-z_]\w*", name) and equals and holds_secret(name, value):
            found.append(f"{name}=")
        elif url_holds_password(value if equals else word):
            found.append(f"{name}= with a URL that holds a password" if equals else "a URL that holds a password")
        elif word == "-a" and words[0].endswith(("redis-cli", "valkey-cli")) and place + 1 < len(words):
            found.append(f"{words[0].rpartition('/')[2]} -a")
        elif word in {"-u", "--user"} and words[0].endswith("curl") and ":" in "".join(words[place + 1 : place + 2]):
            found.append("curl -u")
    return tuple(dict.fromkeys(found))


def _is_none(value: str) -> bool:
    return value.lower() in VALUES_THAT_ARE_NONE or bool(REFERENCE.fullmatch(value))
