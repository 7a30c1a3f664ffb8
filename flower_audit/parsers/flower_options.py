"""The options of each Flower release, and how it reads one from text.

The table is generated from the real releases by `tests/parsers/generate_flower_options.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from packaging.version import Version

Scalar = str | int | float | bool | None
OptionValue = Scalar | tuple[Scalar, ...]

PARSES_BOOLEANS_SINCE = Version("2.0.0")
"""Before it, any text but the empty one is true where a boolean is given through the environment."""

ENVIRONMENT_ONLY = frozenset(
    {
        "FLOWER_UNAUTHENTICATED_API",
        "FLOWER_GITHUB_OAUTH_DOMAIN",
        "FLOWER_GITLAB_OAUTH_DOMAIN",
        "FLOWER_GITLAB_AUTH_ALLOWED_GROUPS",
        "FLOWER_GITLAB_MIN_ACCESS_LEVEL",
        "FLOWER_OAUTH2_OKTA_BASE_URL",
    }
)
"""Variables that Flower reads besides its options."""

SECRETS = frozenset({"basic_auth", "oauth2_secret", "cookie_secret", "broker_api"})
"""Options whose value never leaves the facts."""

TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
FALSE = frozenset({"n", "no", "f", "false", "off", "0"})


class Refused(ValueError):
    """Flower would not start with this value; the message says why, without the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of one release."""

    name: str
    type: Literal["str", "int", "float", "bool", "function"]
    multiple: bool
    default: OptionValue


@cache
def options_of(release: Version) -> Mapping[str, Option]:
    """The options of the newest release in the table that is not newer than `release`, by name with underscores."""
    table = json.loads(files("flower_audit.parsers").joinpath("flower_options.json").read_text())
    releases = sorted(Version(text) for text in table)
    nearest = max((known for known in releases if known <= release), default=releases[0])
    return {
        name: Option(name=name, **(option | {"default": _frozen(option["default"])}))
        for name, option in table[str(nearest)].items()
    }


@cache
def every_option() -> frozenset[str]:
    """The options of any release."""
    table = json.loads(files("flower_audit.parsers").joinpath("flower_options.json").read_text())
    return frozenset(name for options in table.values() for name in options)


def from_flag(option: Option, text: str | None) -> OptionValue:
    """What Tornado makes of `--option=text`; `text` is None without an equals sign.  Raises Refused."""
    if text is None:
        if option.type != "bool":
            raise Refused(f"--{option.name} needs its value after an equals sign")
        text = "true"
    if option.multiple:
        return tuple(_convert(option, part) for part in text.split(","))
    if option.type == "bool":
        return text.lower() not in {"false", "0", "f"}
    return _convert(option, text)


def from_environment(option: Option, text: str, release: Version) -> OptionValue:
    """What this release makes of `FLOWER_OPTION=text`.  Raises Refused."""
    if option.multiple:
        return tuple(_convert(option, part) for part in text.split(","))
    if option.type != "bool":
        return _convert(option, text)
    if release < PARSES_BOOLEANS_SINCE:
        return text != ""
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise Refused(f"FLOWER_{option.name.upper()} is none of true, false, yes, no, on, off, 1, 0")


def from_file(option: Option, value: object) -> OptionValue:
    """What Tornado makes of the value a configuration file gives to an option's name.  Raises Refused."""
    if isinstance(value, str) and (option.multiple or option.type != "str"):
        return from_flag(option, value)
    kinds: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "float": float, "bool": bool}
    kind = kinds.get(option.type, ())
    if option.multiple:
        if not isinstance(value, list):
            raise Refused(f"{option.name} must be a list or a comma-separated string")
        if not all(item is None or isinstance(item, kind) for item in value):
            raise Refused(f"{option.name} must be a list of {option.type}")
        return tuple(value)
    if value is not None and not isinstance(value, kind):
        raise Refused(f"{option.name} must be of type {option.type}, not {type(value).__name__}")
    return value  # type: ignore[return-value] # one of the four types of `kinds`, as just tested


def _convert(option: Option, text: str) -> Scalar:
    try:
        if option.type == "int":
            return int(text)
        if option.type == "float":
            return float(text)
    except ValueError:
        raise Refused(f"{option.name} must be a number") from None
    return text


def _frozen(default: Scalar | list[Scalar]) -> OptionValue:
    return tuple(default) if isinstance(default, list) else default
