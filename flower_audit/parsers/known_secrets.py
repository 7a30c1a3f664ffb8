"""The secrets a Flower was started with: looked for in other places, and never shown."""

from collections.abc import Iterator
from urllib.parse import unquote

from packaging.version import Version

from flower_audit.parsers.credentials import is_placeholder
from flower_audit.parsers.effective_options import effective_options
from flower_audit.parsers.environment_file import read_environment_file
from flower_audit.parsers.expression import Unknown
from flower_audit.parsers.flower_options import SECRETS
from flower_audit.parsers.flower_start import Start
from flower_audit.parsers.flowerconfig import read_config
from flower_audit.parsers.secret_names import holds_secret, url_holds_password
from flower_audit.parsers.web_address import split_url

SHORTEST = 6
"""Shorter values, and placeholders, occur by chance."""


def known_secrets(start: Start) -> frozenset[str]:
    """Passwords and secrets of the running process, without those too short or too common to look for."""
    found: set[str] = set()
    for name, value in start.environ.items():
        if holds_secret(name, value):
            found |= set(_parts(value))
    effective = effective_options(start.command, start.environ, start.read_config(), Version("999"))
    for name in SECRETS:
        held = effective.value(name)
        for text in held if isinstance(held, tuple) else (held,):
            found |= set(_parts(str(text or "")))
    return frozenset(secret for secret in found if len(secret) >= SHORTEST and not is_placeholder(secret))


def _parts(value: str) -> Iterator[str]:
    """The passwords inside a value: of a URL, of `user:password,user:password`, or the value itself."""
    for url in value.split(";"):
        if url_holds_password(url):
            password = split_url(url).password or ""
            yield from {password, unquote(password)}
    if "://" in value:
        return
    for entry in value.split(","):
        name, colon, password = entry.partition(":")
        yield (password if colon else name).strip().strip("\"'")


def names_with_secrets(text: str, *, python: bool) -> tuple[str, ...]:
    """The names in a file that hold a secret written out: of a configuration file in Python, or of NAME=value lines."""
    if not python:
        return tuple(name for name, value in read_environment_file(text).items() if holds_secret(name, value))
    found = []
    for name, assigned in read_config(text, {}).names.items():
        values = assigned.value if isinstance(assigned.value, list | tuple) else [assigned.value]
        written = [str(value) for value in values if value and not isinstance(value, Unknown)]
        secret = name in SECRETS - {"broker_api"} or any(holds_secret(name, value) for value in written)
        if written and secret:
            found.append(name)
    return tuple(found)
