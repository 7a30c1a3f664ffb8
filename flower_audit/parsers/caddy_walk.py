"""One request's way through Caddy's routes, as the JSON configuration orders them.

Source: caddyserver.com/docs/json/apps/http/servers/routes and .../docs/caddyfile/matchers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

MAX_STEPS = 20_000
PASSES_ON = {
    "vars",
    "encode",
    "templates",
    "tracing",
    "map",
    "push",
    "request_body",
    "invoke",
    "intercept",
    "log_append",
}
PLACEHOLDER = re.compile(r"\{[\w.\-]+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A made-up GET.  Shape: `inside` tells whether the client's address is in every range that a matcher names."""

    host: str
    path: str
    secure: bool = True
    inside: bool = False


@dataclass(slots=True)
class Walk:
    """What a request met.

    Shape: `end` is the handler that answered, None where none did; `middleware` are those passed on the way, with
    where they stand; `doubts` are the matchers and handlers that a configuration alone cannot decide.
    """

    request: Request
    path: str
    end: Mapping[str, Any] | None = None
    where: str = ""
    middleware: list[tuple[Mapping[str, Any], str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    steps: int = 0


def walk(routes: Sequence[Any], request: Request, where: str) -> Walk:
    """Send a request through the routes of a server."""
    state = Walk(request=request, path=request.path)
    _routes(state, routes, where)
    return state


def _routes(state: Walk, routes: Sequence[Any], where: str) -> bool:
    """Whether the request was answered or stopped."""
    groups: set[str] = set()
    for number, route in enumerate(routes):
        state.steps += 1
        if not isinstance(route, Mapping) or state.steps > MAX_STEPS:
            continue
        here = f"{where}[{number}]"
        group = route.get("group")
        if group and group in groups:
            continue
        matches = _any(state, route.get("match") or [], here)
        if matches is None:
            state.doubts.append(f"{here}: whether it matches depends on more than host, path and address")
        if not matches:
            continue
        if group:
            groups.add(group)
        for position, handler in enumerate(route.get("handle") or []):
            if _handle(state, handler, f"{here}.handle[{position}]"):
                return True
        if route.get("terminal"):
            return True
    return False


def _handle(state: Walk, handler: Mapping[str, Any], where: str) -> bool:
    kind = handler.get("handler")
    if kind == "subroute":
        return _routes(state, handler.get("routes") or [], f"{where}.routes")
    if kind == "rewrite":
        state.path = rewritten(handler, state.path)
        return False
    if kind in {"headers", "authentication", "rate_limit"} or asks_somebody_else(handler):
        state.middleware.append((handler, where))
        return False
    if kind in PASSES_ON:
        return False
    if kind not in {"reverse_proxy", "static_response", "file_server", "error", "acme_server", "metrics"}:
        state.doubts.append(f"{where}: the handler {kind} is not known here")
        return False
    state.end, state.where = handler, where
    return True


def asks_somebody_else(handler: Mapping[str, Any]) -> bool:
    """Whether a handler is what `forward_auth` becomes: a question to another server, then on to the next handler."""
    asks = (handler.get("rewrite") or {}).get("method") == "GET"
    return handler.get("handler") == "reverse_proxy" and asks and bool(handler.get("handle_response"))


def rewritten(handler: Mapping[str, Any], path: str) -> str:
    """The path after a rewrite; empty where that cannot be decided."""
    if prefix := handler.get("strip_path_prefix"):
        prefix = prefix if prefix.startswith("/") else f"/{prefix}"
        if path.lower().startswith(prefix.lower()):
            path = path[len(prefix) :]
            path = path if path.startswith("/") else f"/{path}"
    if suffix := handler.get("strip_path_suffix"):
        path = path.removesuffix(suffix)
    for change in handler.get("uri_substring") or []:
        path = path.replace(change.get("find", ""), change.get("replace", "")) if change.get("find") else path
    if handler.get("path_regexp"):
        return ""
    if uri := handler.get("uri"):
        uri = re.sub(r"\{http\.request\.(uri|uri\.path)\}", lambda _: path, uri).partition("?")[0]
        return "" if PLACEHOLDER.search(uri) else uri
    return path


def _any(state: Walk, sets: Sequence[Any], where: str) -> bool | None:
    """Whether any set of matchers holds; no set at all always does."""
    answers = [_all(state, matchers, where) for matchers in sets]
    return True if not answers or True in answers else None if None in answers else False


def _all(state: Walk, matchers: Mapping[str, Any], where: str) -> bool | None:
    answers = [_one(state, name, value, where) for name, value in matchers.items()]
    return False if False in answers else None if None in answers else True


def _one(state: Walk, name: str, value: Any, where: str) -> bool | None:
    request = state.request
    if name == "host":
        return any(_host(str(pattern), request.host) for pattern in value)
    if name == "path":
        return any(path_matches(str(pattern), state.path) for pattern in value)
    if name == "path_regexp":
        return _regexp(str(value.get("pattern", "")), state.path)
    if name == "not":
        inner = _any(state, value, where)
        return None if inner is None else not inner
    if name == "protocol":
        return bool(value == ("https" if request.secure else "http"))
    if name == "method":
        return "GET" in value
    if name in {"remote_ip", "client_ip"}:
        ranges = value.get("ranges") or () if isinstance(value, Mapping) else ()
        return request.inside or any(str(one).endswith("/0") for one in ranges)
    if name == "header":
        return all(wanted is None for header, wanted in value.items() if header != "Host")
    if name == "query":
        return not value
    return None


def _host(pattern: str, host: str) -> bool:
    """A star stands for exactly one label."""
    return re.fullmatch(re.escape(pattern.lower()).replace(r"\*", "[^.]+"), host.lower()) is not None


def path_matches(pattern: str, path: str) -> bool:
    """Caddy's path matcher: case-insensitive, exact unless a star begins or ends it."""
    pattern, path = pattern.lower(), path.lower()
    if pattern in {"*", "/*"}:
        return True
    starts, ends = pattern.startswith("*"), pattern.endswith("*")
    body = pattern.strip("*")
    if "*" not in body:
        if starts and ends:
            return body in path
        if ends:
            return path.startswith(body)
        if starts:
            return path.endswith(body)
        return path == pattern
    return fnmatchcase(path, pattern)


def _regexp(pattern: str, path: str) -> bool | None:
    try:
        return re.search(pattern, path) is not None
    except re.error:
        return None
