"""Where an Alertmanager sends an alert: its configuration's routes and receivers, without the secrets in them.

Source: https://prometheus.io/docs/alerting/latest/configuration/
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import yaml

from flower_audit.json_api import Reply
from flower_audit.parsers.promql import Matcher, Unpredictable

MATCHER = re.compile(r"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
PLACEHOLDER = re.compile(r"(@|//|\.|^)example\.(com|org|net)\b|\byour[-_. ]|changeme", re.IGNORECASE)
DEEPEST = 30
MOST_ROUTES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who is told.

    Shape: `kinds` are its integrations (`email`, `slack`, `webhook` …); `placeholder` tells that an address in it is an
    example's.
    """

    name: str
    kinds: tuple[str, ...] = ()
    placeholder: bool = False

    @property
    def sends(self) -> bool:
        """It sends somewhere."""
        return bool(self.kinds) and not self.placeholder


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One node of the routing tree."""

    receiver: str
    matchers: tuple[Matcher, ...] = ()
    carries_on: bool = False
    routes: tuple["Route", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """An Alertmanager that answers, and its routes."""

    url: str
    version: str = ""
    root: Route
    receivers: Mapping[str, Receiver]

    def receivers_of(self, labels: Mapping[str, str]) -> tuple[Receiver, ...]:
        """Who is told of an alert with these labels; labels not named are taken as not there."""
        names = dict.fromkeys(_walk(self.root, labels))
        return tuple(self.receivers.get(name, Receiver(name=name)) for name in names)


def read_status(url: str, reply: Reply) -> Routing | None:
    """Read the answer of /api/v2/status; None where it is none."""
    content = reply.json() if reply.status == 200 else None
    if not isinstance(content, dict):
        return None
    config = content.get("config")
    version = content.get("versionInfo")
    text = config.get("original") if isinstance(config, dict) else None
    found = read_configuration(text) if isinstance(text, str) else None
    if found is None:
        return None
    root, receivers = found
    return Routing(
        url=url.partition("/api/v")[0],
        version=str(version.get("version", "")) if isinstance(version, dict) else "",
        root=root,
        receivers=receivers,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence in force.  Shape: `until` is its end in UTC; `lasts` its whole length."""

    matchers: tuple[Matcher, ...]
    until: datetime
    lasts: timedelta

    def mutes(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels is told to nobody; labels not named are taken as not there."""
        return bool(self.matchers) and all(_admits(matcher, labels) for matcher in self.matchers)


def read_silences(reply: Reply) -> tuple[Silence, ...]:
    """The silences in force, of an answer of /api/v2/silences; empty where it is none."""
    content = reply.json() if reply.status == 200 else None
    found = []
    for item in _dicts(content):
        state = item.get("status")
        if not isinstance(state, dict) or state.get("state") != "active":
            continue
        try:
            start, end = (datetime.fromisoformat(str(item.get(key))) for key in ("startsAt", "endsAt"))
            found.append(Silence(matchers=_matchers(item.get("matchers")), until=end, lasts=end - start))
        except (ValueError, TypeError):  # a time that is none, or one without a zone beside one with it
            continue
    return tuple(found)


def _matchers(value: object) -> tuple[Matcher, ...]:
    signs = {(True, False): "=", (True, True): "=~", (False, False): "!=", (False, True): "!~"}
    return tuple(
        Matcher(
            str(item.get("name")),
            signs[item.get("isEqual", True) is not False, item.get("isRegex") is True],
            str(item.get("value")),
        )
        for item in _dicts(value)
    )


def read_configuration(text: str) -> tuple[Route, dict[str, Receiver]] | None:
    """The routing tree and the receivers of a configuration; None where it is none."""
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not isinstance(content.get("route"), dict):
        return None
    receivers = [_receiver(item) for item in _dicts(content.get("receivers"))]
    root = _route(content["route"], "", [MOST_ROUTES])
    return root, {receiver.name: receiver for receiver in receivers}


def read_matcher(text: str) -> Matcher | None:
    """One matcher as Alertmanager writes it: `severity="page"`, `team=~"a|b"`, with or without quotes."""
    found = MATCHER.fullmatch(text)
    if not found:
        return None
    value = found[3]
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return Matcher(found[1], found[2], value)


def _walk(route: Route, labels: Mapping[str, str]) -> Iterable[str]:
    reached = False
    for child in route.routes:
        if not all(_admits(matcher, labels) for matcher in child.matchers):
            continue
        yield from _walk(child, labels)
        reached = True
        if not child.carries_on:
            break
    if not reached:
        yield route.receiver


def _admits(matcher: Matcher, labels: Mapping[str, str]) -> bool:
    try:
        return matcher.admits(labels.get(matcher.name, ""))
    except Unpredictable:
        return False


def _route(item: Mapping[str, Any], inherited: str, left: list[int], depth: int = 0) -> Route:
    """`left` counts down over the whole tree: YAML's aliases can make a small text an endless one."""
    left[0] -= 1
    receiver = str(item.get("receiver") or inherited)
    matchers = [Matcher(str(name), "=", str(value)) for name, value in _pairs(item.get("match"))]
    matchers += [Matcher(str(name), "=~", str(value)) for name, value in _pairs(item.get("match_re"))]
    written = item.get("matchers")
    listed = written if isinstance(written, list) else [written] if isinstance(written, str) else []
    for text in listed:
        pieces = re.split(r",(?=\s*[a-zA-Z_]\w*\s*[=!])", str(text).strip().strip("{}"))
        matchers += [matcher for piece in pieces if (matcher := read_matcher(piece))]
    deeper = _dicts(item.get("routes")) if depth < DEEPEST else []
    children = (_route(child, receiver, left, depth + 1) for child in deeper if left[0] > 0)
    return Route(
        receiver=receiver,
        matchers=tuple(matchers),
        carries_on=item.get("continue") is True,
        routes=tuple(children),
    )


def _receiver(item: Mapping[str, Any]) -> Receiver:
    integrations = {key.removesuffix("_configs"): value for key, value in item.items() if key.endswith("_configs")}
    kinds = tuple(kind for kind, value in integrations.items() if isinstance(value, list) and value)
    addresses = [
        str(one.get(key))
        for kind in kinds
        for one in _dicts(integrations[kind])
        for key in ("to", "url", "api_url", "webhook_url")
        if one.get(key)
    ]
    placeholder = bool(addresses) and all(PLACEHOLDER.search(address) for address in addresses)
    return Receiver(name=str(item.get("name", "")), kinds=kinds, placeholder=placeholder and len(kinds) == 1)


def _pairs(value: object) -> list[tuple[object, object]]:
    return list(value.items()) if isinstance(value, dict) else []


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
