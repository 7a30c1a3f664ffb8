"""`@probe` and `@fact`: how a fact is observed, declared beside the function that gives it.

A provider is a function named like its file in `flower_audit/facts/`.  Its parameters are other facts by
name, and three that the gatherer itself supplies: `out` (the command's output), `target` and `trail`
(where requests are written down as evidence).  A parameter with the default None is optional: it is None
where the fact is absent or its way in was not given.  One annotated `Fact | Unobservable | None` is given the
Unobservable itself where the fact could not be observed, so that another source may answer instead.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar, get_args, get_type_hints

from flower_audit.errors import Unobservable
from flower_audit.target import WAYS

Privilege = Literal["nothing", "owner", "root"]
Provider = TypeVar("Provider", bound=Callable[..., Any])

SUPPLIED = frozenset({"out", "target", "trail", "policy"})
"""Parameters that are not facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What one command answered.

    Units: `duration_s` in seconds; `asked_at` and `answered_at`, around the whole round trip, in seconds since 1970 by
    the auditor's clock.  Shape: text is decoded with replacement, cut at the probe's cap and then
    marked `truncated`; `rc` is 124 where the time limit ended it and 127 where the tool does not exist.
    """

    rc: int
    stdout: str
    stderr: str = ""
    truncated: bool = False
    duration_s: float = 0.0
    asked_at: float = 0.0
    answered_at: float = 0.0

    def succeeded(self) -> str:
        """The standard output of a command that had to exit 0.  Unobservable: it did not."""
        if self.rc != 0:
            reason = self.stderr.strip().splitlines()[-1:] or [f"exit status {self.rc}"]
            raise Unobservable(f"the command failed: {reason[0][:200]}")
        return self.stdout


class Trail(Protocol):
    """Writes down what was asked of the network and what came back."""

    def note(
        self,
        kind: Literal["request", "handshake", "query"],
        source: str,
        *,
        status: int | None = None,
        duration_s: float | None = None,
        excerpt: str = "",
    ) -> None:
        """Add one piece of evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """How one fact is observed.

    Shape: `command` is None for a fact made of requests or of other facts; `facts` maps the names of other
    facts to True where optional, `values` are those of them that take an Unobservable for an answer; `variables`
    gives shell variables from facts of the first round, which puts the command into the second; `way` is the way in
    that the function itself uses.
    Units: `limit_s` in seconds, `cap` in bytes.
    """

    name: str
    provider: Callable[..., Any]
    facts: Mapping[str, bool]
    supplied: frozenset[str]
    way: str | None = None
    command: str | None = None
    needs: Privilege = "nothing"
    limit_s: int = 5
    cap: int = 262_144
    private: bool = False
    partial: bool = False
    variables: Callable[..., Mapping[str, str]] | None = None
    variable_facts: Mapping[str, bool] | None = None
    values: frozenset[str] = frozenset()


def probe(
    command: str,
    *,
    way: Literal["host", "process"] = "host",
    root: bool = False,
    owner: bool = False,
    limit_s: int = 5,
    cap: int = 262_144,
    private: bool = False,
    partial: bool = False,
    variables: Callable[..., Mapping[str, str]] | None = None,
) -> Callable[[Provider], Provider]:
    """Declare a fact read from one shell command on the host.

    The command is a constant that one can paste into a terminal; the script's header sets `$unit`, `$pid`,
    `$workdir`, `$venv` and `$root` (each maybe empty; `inside` tells of the last).  `way`: `process` where it looks at
    nothing but Flower's own process and files, `host` where it looks at the machine.  `root`: without root privilege
    the fact is Unobservable and the command is not run; `owner`: likewise without root or the user that Flower runs as.
    `private`: the output may hold secrets and never becomes evidence.  `variables`: a function from other facts to
    further shell variables; its probe runs in the second round.
    A command whose output was cut at `cap` bytes or that was ended after `limit_s` makes the fact Unobservable,
    unless `partial` says that the provider reads `out.truncated` and return code 124 itself.
    """

    def declare(provider: Provider) -> Provider:
        facts, supplied = _parameters(provider)
        _attach(
            provider,
            Observation(
                name=provider.__name__,
                provider=provider,
                facts=facts,
                supplied=supplied,
                way=way,
                command=command,
                needs="root" if root else "owner" if owner else "nothing",
                limit_s=limit_s,
                cap=cap,
                private=private,
                partial=partial,
                variables=variables,
                variable_facts=_parameters(variables)[0] if variables else None,
            ),
        )
        return provider

    return declare


def fact(way: str | None = None) -> Callable[[Provider], Provider]:
    """Declare a fact made of requests over `way`, or (without it) of other facts alone."""
    if way is not None and way not in WAYS:
        raise ValueError(f"{way!r} is no way in: {', '.join(WAYS)}")

    def declare(provider: Provider) -> Provider:
        facts, supplied = _parameters(provider)
        _attach(
            provider,
            Observation(
                name=provider.__name__,
                provider=provider,
                facts=facts,
                supplied=supplied,
                way=way,
                values=frozenset(
                    name for name, hint in get_type_hints(provider).items() if Unobservable in get_args(hint)
                ),
            ),
        )
        return provider

    return declare


def observation_of(provider: object) -> Observation | None:
    """The declaration attached to a provider, None for anything else."""
    found = getattr(provider, "flower_observation", None)
    return found if isinstance(found, Observation) else None


def _parameters(function: Callable[..., Any]) -> tuple[dict[str, bool], frozenset[str]]:
    parameters = inspect.signature(function).parameters
    facts = {name: p.default is None for name, p in parameters.items() if name not in SUPPLIED}
    return facts, frozenset(parameters) & SUPPLIED


def _attach(provider: Callable[..., Any], observation: Observation) -> None:
    published: Any = provider
    published.flower_observation = observation
