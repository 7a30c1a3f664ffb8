"""Flower's effective options: flags before flowerconfig.py before FLOWER_* before the default of the release.

Sources: flower/command.py (`apply_env_options`, then `apply_options`), tornado/options.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from packaging.version import Version

from flower_audit.parsers.expression import NotAValue, Unknown
from flower_audit.parsers.flower_command import TAKES_VALUE, FlowerCommand
from flower_audit.parsers.flower_options import (
    ENVIRONMENT_ONLY,
    FALSE,
    PARSES_BOOLEANS_SINCE,
    SECRETS,
    Option,
    OptionValue,
    Refused,
    every_option,
    from_environment,
    from_file,
    from_flag,
    options_of,
)
from flower_audit.parsers.flowerconfig import ConfigFile
from flower_audit.parsers.nearest_name import nearest_name

CELERY_OPTIONS = TAKES_VALUE | {"-q", "--quiet", "-C", "--no-color"}
TAKES_CELERY_OPTIONS_BEFORE = Version("1.0.0")
"""Flower before it, and so Celery before 5, understands Celery's own options after `flower` too."""

BROKER_NAMES = frozenset({"broker", "broker_url", "celery_broker_url"})
"""Names by which people give Flower a broker, in vain."""

Source = Literal["flag", "file", "environment", "default"]
Kind = Literal["unknown-name", "shadowed", "boolean", "dropped", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with how an option is given.

    Shape: `kind` groups problems by the check they belong to; `text` is a sentence without secrets.
    """

    kind: Kind
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The value of one option, as far as it can be known, and the place that decided it."""

    value: OptionValue = None
    unknown: str = ""
    source: Source = "default"
    where: str = ""


@dataclass(slots=True, kw_only=True)
class Effective:
    """Every option of the release, and what is wrong with how they are given."""

    options: dict[str, Given] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def value(self, name: str) -> OptionValue:
        """The value of an option; None where it is unset, unknown or not an option of this release."""
        return self.options[name].value if name in self.options else None


def effective_options(
    command: FlowerCommand,
    environ: Mapping[str, str],
    config: ConfigFile | None,
    release: Version,
    config_path: str = "flowerconfig.py",
) -> Effective:
    """What Flower of this release makes of a command line, an environment and a configuration file."""
    known = options_of(release)
    found = Effective(options={name: Given(value=option.default) for name, option in known.items()})
    layers = [
        _from_environment(known, environ, release, found.problems),
        _from_file(known, config, config_path, found.problems) if config else {},
        _from_flags(known, command, release, found.problems),
    ]
    for layer in layers:
        for name, given in layer.items():
            _note_shadowing(name, found.options[name], given, found.problems)
            found.options[name] = given
    flagged = any(word.startswith(("-b", "--broker", "-A", "--app")) for word in command.before)
    broker_given = flagged or bool(environ.keys() & {"CELERY_BROKER_URL", "BROKER_URL", "APP"})
    found.problems += _unknown_names(found, environ, config, config_path, broker_given)
    return found


def config_name(command: FlowerCommand, environ: Mapping[str, str], release: Version) -> str:
    """The configuration file that Flower reads, as it was given: relative to its working directory."""
    found = effective_options(command, environ, None, release)
    return str(found.value("conf") or "flowerconfig.py")


def _from_environment(
    known: Mapping[str, Option], environ: Mapping[str, str], release: Version, problems: list[Problem]
) -> dict[str, Given]:
    layer: dict[str, Given] = {}
    for variable, text in environ.items():
        if not variable.startswith("FLOWER_") or variable in ENVIRONMENT_ONLY:
            continue
        name = variable.removeprefix("FLOWER_").lower().replace("-", "_")
        option = known.get(name)
        if option is None:
            continue
        try:
            value = from_environment(option, text, release)
        except Refused as error:
            problems.append(Problem(kind="refused", text=str(error), where=variable))
            layer[name] = Given(unknown=str(error), source="environment", where=variable)
            continue
        if option.type == "bool" and release < PARSES_BOOLEANS_SINCE and text.lower() in FALSE:
            sentence = f"{variable}={text} turns {name} ON: Flower {release} takes any text for true"
            problems.append(Problem(kind="boolean", text=sentence, where=variable))
        layer[name] = Given(value=value, source="environment", where=variable)
    return layer


def _from_file(known: Mapping[str, Option], config: ConfigFile, path: str, problems: list[Problem]) -> dict[str, Given]:
    layer: dict[str, Given] = {}
    for name, assigned in config.names.items():
        where = f"{path}:{assigned.line}"
        option = known.get(name)
        if option is None:
            continue
        if isinstance(assigned.value, NotAValue) and option.type != "function":
            sentence = f"the option {name} is overwritten: {assigned.value.reason}"
            problems.append(Problem(kind="refused", text=sentence, where=where))
        if isinstance(assigned.value, Unknown):
            layer[name] = Given(unknown=assigned.value.reason, source="file", where=where)
            continue
        try:
            layer[name] = Given(value=from_file(option, assigned.value), source="file", where=where)
        except Refused as error:
            problems.append(Problem(kind="refused", text=str(error), where=where))
            layer[name] = Given(unknown=str(error), source="file", where=where)
    if config.rest:
        for name in known.keys() - config.names.keys():
            layer[name] = Given(unknown=config.rest, source="file", where=path)
    return layer


def _from_flags(
    known: Mapping[str, Option], command: FlowerCommand, release: Version, problems: list[Problem]
) -> dict[str, Given]:
    layer: dict[str, Given] = {}
    for flag in command.flags(known):
        option = known.get(flag.name)
        where = f"--{flag.name}"
        if option is None:
            continue
        try:
            layer[flag.name] = Given(value=from_flag(option, flag.text), source="flag", where=where)
        except Refused as error:
            problems.append(Problem(kind="refused", text=str(error), where=where))
            layer[flag.name] = Given(unknown=str(error), source="flag", where=where)
    for written in command.dropped(known):
        name = written.lstrip("-").replace("-", "_")
        if written in CELERY_OPTIONS and release < TAKES_CELERY_OPTIONS_BEFORE:
            continue
        if written in CELERY_OPTIONS:
            sentence = f"{written} after `flower` is dropped: it belongs before it, `celery {written} … flower`"
            problems.append(Problem(kind="dropped", text=sentence, where="the command line"))
        else:
            problems.append(_unknown_name(name, written, known))
    if stop := command.stopped_at(known):
        sentence = f"Flower stops reading its options at the word {stop.partition('=')[0]!r}, which has no dash"
        problems.append(Problem(kind="dropped", text=sentence, where="the command line"))
    return layer


def _unknown_names(
    found: Effective, environ: Mapping[str, str], config: ConfigFile | None, path: str, broker_given: bool
) -> Iterator[Problem]:
    """Names in the environment and the file that were meant for an option, or for the broker, and do nothing.

    Of FLOWER_* variables those like an option's name, and those that go on from the name of one that is not set; others
    (FLOWER_VERSION, FLOWER_PASSWORD …) are used by wrappers.  Of the file's names those that it does not use itself.
    """
    assigned = config.names if config else {}
    used = config.used if config else frozenset()
    misplaced = "is ignored: the broker is given to celery (-b, CELERY_BROKER_URL)"
    for variable in environ:
        name = variable.removeprefix("FLOWER_").lower().replace("-", "_")
        told = {*found.options, *ENVIRONMENT_ONLY, *used}
        if not variable.startswith("FLOWER_") or name in told or variable in told:
            continue
        begun = [option for option in found.options if name.startswith(f"{option}_")]
        unset = all(found.options[option].source == "default" for option in begun)
        if name in BROKER_NAMES:
            if not broker_given:
                yield Problem(kind="dropped", text=f"{variable} {misplaced}", where="the environment")
        elif nearest_name(name, found.options) or (begun and unset) or name in every_option():
            yield _unknown_name(name, variable, found.options, begun)
    for name in (name for name in assigned if name not in found.options and name not in used):
        where = f"{path}:{assigned[name].line}"
        near = nearest_name(name, found.options)
        if name.lower() in BROKER_NAMES:
            if not broker_given:
                yield Problem(kind="dropped", text=f"{name} {misplaced}", where=where)
        elif name.lower() in found.options:
            sentence = f"{name} is ignored: Flower reads the name {name.lower()}, in lower case"
            yield Problem(kind="unknown-name", text=sentence, where=where)
        elif near or name in every_option():
            advice = f"did you mean {near}?" if near else "another release has it"
            sentence = f"{name} is no option of this Flower; {advice}"
            yield Problem(kind="unknown-name", text=sentence, where=where)


def _unknown_name(name: str, where: str, known: Iterable[str], begun: Sequence[str] = ()) -> Problem:
    near = nearest_name(name, known) or max(begun, key=len, default="")
    meant = f"FLOWER_{near.upper()}" if where.startswith("FLOWER_") else f"--{near}"
    advice = f"; did you mean {meant}?" if near else "; another release has it" if name in every_option() else ""
    sentence = f"{where} is no option of this Flower, which ignores it{advice}"
    place = "the environment" if where.startswith("FLOWER_") else "the command line"
    return Problem(kind="unknown-name", text=sentence, where=place)


def _note_shadowing(name: str, below: Given, above: Given, problems: list[Problem]) -> None:
    comparable = below.source not in {"default", above.source} and not (below.unknown or above.unknown)
    if comparable and below.value != above.value:
        told = "" if name in SECRETS else f" ({_short(below.value)} there, {_short(above.value)} here)"
        sentence = f"{name} from {below.where} is overridden by {above.where}{told}"
        problems.append(Problem(kind="shadowed", text=sentence, where=above.where))


def _short(value: OptionValue) -> str:
    return str(value)[:40]
