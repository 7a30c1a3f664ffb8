"""The sites of a Caddy configuration: for each place that proxies, everything that a request meets on the way.

The text is Caddy's own JSON, from `caddy adapt` or the admin interface's `/config/`.  A made-up request is sent
through its routes, because their order decides, and that of the lines in a Caddyfile does not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from flower_audit.parsers.caddy_walk import PLACEHOLDER, Request, Walk, asks_somebody_else, rewritten, walk
from flower_audit.parsers.frontend import (
    PROBED_PATHS,
    CertificateFiles,
    Frontend,
    Listen,
    RateLimit,
    ResponseHeader,
    Setting,
    Timeouts,
)

# What Caddy's reverse_proxy sends by itself: https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#defaults
SENT_BY_DEFAULT = {
    "host": "{http.request.host}",
    "x-forwarded-for": "{http.request.remote.host}",
    "x-forwarded-proto": "{http.request.scheme}",
    "x-forwarded-host": "{http.request.host}",
}
REDIRECTS = {"301", "302", "303", "307", "308"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A `reverse_proxy` and the matchers around it, outermost first."""

    server: str
    handler: Mapping[str, Any]
    hosts: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]


def frontends(text: str, public_prefix: str = "") -> tuple[Frontend, ...]:
    """Every place that proxies, in the order of the configuration.

    Raises ValueError where the text is no JSON object.  `public_prefix` is the path at which the upstream is known to
    live (`/flower`, or empty): where a place covers it, that is the prefix which its answer is about.
    """
    configuration = json.loads(text)
    if not isinstance(configuration, dict):
        raise ValueError("a Caddy configuration is a JSON object")  # noqa: TRY004 - what came in is text
    apps = configuration.get("apps") or {}
    return tuple(
        _Site(apps, place).frontend(public_prefix)
        for name, server in ((apps.get("http") or {}).get("servers") or {}).items()
        for place in _places(name, server.get("routes") or [], (), ())
    )


def _places(server: str, routes: Any, hosts: tuple[str, ...], paths: tuple[tuple[str, ...], ...]) -> Iterator[_Place]:
    for route in routes if isinstance(routes, list) else []:
        matchers = [item for item in route.get("match") or [] if isinstance(item, Mapping)]
        own_hosts = tuple(str(name) for item in matchers for name in item.get("host") or ())
        own_paths = tuple(str(path) for item in matchers for path in item.get("path") or ())
        below = (*paths, own_paths) if own_paths else paths
        for handler in route.get("handle") or []:
            if handler.get("handler") == "subroute":
                yield from _places(server, handler.get("routes"), own_hosts or hosts, below)
            elif handler.get("handler") == "reverse_proxy" and not asks_somebody_else(handler):
                yield _Place(server=server, handler=handler, hosts=own_hosts or hosts, paths=below)


class _Site:
    """One place, in its server."""

    def __init__(self, apps: Mapping[str, Any], place: _Place) -> None:
        self.apps = apps
        self.place = place
        self.servers: Mapping[str, Any] = apps["http"]["servers"]
        self.server = self.servers[place.server]
        self.host = place.hosts[0].replace("*", "x") if place.hosts else "flower-audit.invalid"
        self.http_port = int(apps["http"].get("http_port") or 80)
        self.tls = self._is_tls()

    def frontend(self, public_prefix: str) -> Frontend:
        handler = self.place.handler
        prefix = self._prefix(public_prefix)
        outside, inside = (self._send(f"{prefix}/tasks", inside=flag) for flag in (False, True))
        restricted = outside.end is not handler and inside.end is handler
        met = inside if restricted else outside
        upstreams = tuple(_dialled(str(item.get("dial", ""))) for item in handler.get("upstreams") or [])
        undecided = [dial for dial in upstreams if PLACEHOLDER.search(dial)]
        unresolved = f"the upstream {undecided[0]} is a placeholder" if undecided else ""
        if not upstreams:
            unresolved = "the upstreams are looked up while it runs (dynamic)"
        transport = handler.get("transport") or {}
        path = rewritten(handler.get("rewrite") or {}, met.path)
        return Frontend(
            where=f"{', '.join(self.place.hosts) or 'every host'} at {met.where or self.place.server}",
            server_where=f"site {', '.join(self.place.hosts) or 'of every host'} ({self.place.server})",
            server_names=self.place.hosts,
            listens=tuple(_listen(str(item), self.tls) for item in self.server.get("listen") or [":443"]),
            prefix=prefix,
            tasks_path=path,
            upstreams=upstreams,
            unresolved=unresolved or (met.doubts[0] if met.doubts else ""),
            upstream_tls="tls" in transport,
            request_headers=_request_headers(handler, met),
            response_headers=tuple(_response_headers(handler, met)),
            upgrades=True,
            rate_limits=tuple(_rate_limits(met)),
            restricted=restricted,
            authentication=_authentication(met),
            timeouts=Timeouts(
                connect_s=_seconds(transport.get("dial_timeout")),
                send_s=_seconds(transport.get("write_timeout")),
                read_s=_seconds(transport.get("read_timeout")),
            ),
            certificates=tuple(self._certificates()),
            automatic_tls=self.tls and not any(self._certificates()),
            redirects_to_https=self._redirects(),
            shadowed="" if met.end is handler else _instead(met, f"{self.host}{prefix}/tasks"),
            partial=self._send(f"{prefix}/", inside=restricted).end is not handler,
            unguarded=self._unguarded(prefix, restricted),
        )

    def _unguarded(self, prefix: str, inside: bool) -> tuple[str, ...]:
        """Paths that reach an upstream of this place without a login, where others need one."""
        guarded: list[str] = []
        open_paths: list[str] = []
        for path in dict.fromkeys((f"{prefix}{end}" or "/") for end in PROBED_PATHS):
            met = self._send(path, inside=inside)
            if met.end is not None and met.end.get("upstreams") == self.place.handler.get("upstreams"):
                (guarded if _authentication(met) else open_paths).append(path)
        return tuple(open_paths) if guarded else ()

    def _send(self, path: str, *, inside: bool) -> Walk:
        request = Request(host=self.host, path=path, secure=self.tls, inside=inside)
        return walk(self.server.get("routes") or [], request, f"{self.place.server}.routes")

    def _prefix(self, public_prefix: str) -> str:
        """The path before the first star; where paths nest below a stripped one, all of them together."""
        own: list[str] = []
        for group in self.place.paths:
            literal = min(
                (path.partition("*")[0].rstrip("/") for path in group if path.startswith("/")), key=len, default=""
            )
            own = [literal] if not own or literal.startswith(own[-1]) else [*own, literal]
        prefix = "".join(own)
        if public_prefix.startswith(prefix + "/") or public_prefix == prefix:
            answers = (self._send(f"{public_prefix}/tasks", inside=flag).end for flag in (False, True))
            return public_prefix if any(end is self.place.handler for end in answers) else prefix
        return prefix

    def _is_tls(self) -> bool:
        if self.server.get("tls_connection_policies") is not None:
            return True
        ports = {_listen(str(item), False).port for item in self.server.get("listen") or []}
        automatic = self.server.get("automatic_https") or {}
        if automatic.get("disable") or ports == {self.http_port}:
            return False
        return any(name not in (automatic.get("skip") or ()) for name in self.place.hosts)

    def _certificates(self) -> Iterator[CertificateFiles]:
        if not self.tls:
            return
        tags: set[str] = set()
        for policy in self.server.get("tls_connection_policies") or []:
            names = (policy.get("match") or {}).get("sni")
            if names is None or self.host in names or not set(names).isdisjoint(self.place.hosts):
                tags |= set((policy.get("certificate_selection") or {}).get("any_tag") or ())
                break
        for number, item in enumerate(((self.apps.get("tls") or {}).get("certificates") or {}).get("load_files") or []):
            # The Caddyfile's own files are tagged; files without a tag may serve any name.
            if not item.get("tags") or tags & set(item["tags"]):
                where = f"tls.certificates.load_files[{number}]"
                yield CertificateFiles(certificate=item.get("certificate", ""), key=item.get("key", ""), where=where)

    def _redirects(self) -> bool | None:
        for name, server in self.servers.items():
            if self.http_port not in {_listen(str(item), False).port for item in server.get("listen") or []}:
                continue
            met = walk(server.get("routes") or [], Request(host=self.host, path="/", secure=False), f"{name}.routes")
            if met.end is not None:
                target = str(((met.end.get("headers") or {}).get("Location") or [""])[0])
                return str(met.end.get("status_code", "")) in REDIRECTS and target.startswith("https://")
        automatic = self.server.get("automatic_https") or {}
        off = automatic.get("disable") or automatic.get("disable_redirects")
        return True if self.tls and self.place.hosts and not off else None


def _instead(met: Walk, asked: str) -> str:
    if met.end is None:
        return f"no route answers {asked}"
    status = met.end.get("status_code")
    return f"{asked} is answered by {met.end.get('handler')}{f' {status}' if status else ''} at {met.where}"


def _listen(text: str, tls: bool) -> Listen:
    network, slash, rest = text.partition("/")
    if network.startswith("unix"):
        return Listen(address=f"unix:{rest}", port=0, tls=tls)
    address, _, port = (rest if slash else text).rpartition(":")
    number = re.match(r"\d+", port)
    return Listen(address=address or "*", port=int(number[0]) if number else 0, tls=tls)


def _dialled(dial: str) -> str:
    network, slash, rest = dial.partition("/")
    if network.startswith("unix") and slash:
        return f"unix:{rest}"
    place = rest if slash and network in {"tcp", "tcp4", "tcp6"} else dial
    return f"localhost{place}" if place.startswith(":") else place


def _seconds(value: Any) -> float | None:
    """A duration of Caddy's: nanoseconds, or Go's text (`1m30s`)."""
    if isinstance(value, int | float):
        return value / 1e9
    if not isinstance(value, str):
        return None
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h|d)", value)) or None


def _request_headers(handler: Mapping[str, Any], met: Walk) -> dict[str, Setting]:
    found = {name: Setting(value=value, where="Caddy's default") for name, value in SENT_BY_DEFAULT.items()}
    for changes, where in [(item.get("request"), at) for item, at in met.middleware if item["handler"] == "headers"] + [
        ((handler.get("headers") or {}).get("request"), met.where)
    ]:
        for operation in ("set", "add"):
            for name, values in ((changes or {}).get(operation) or {}).items():
                found[name.lower()] = Setting(value=" ".join(map(str, values)), where=where)
        for name in (changes or {}).get("delete") or []:
            found = {own: value for own, value in found.items() if not fnmatchcase(own, str(name).lower())}
    return found


def _response_headers(handler: Mapping[str, Any], met: Walk) -> Iterator[ResponseHeader]:
    changes = [(item.get("response"), where, True) for item, where in met.middleware if item["handler"] == "headers"]
    # What the proxy itself sets comes with an answer of the upstream only, not with a 401 or 502 of Caddy's own.
    changes.append(((handler.get("headers") or {}).get("response"), met.where, False))
    for change, where, on_errors in changes:
        for operation in ("set", "add"):
            for name, values in ((change or {}).get(operation) or {}).items():
                value = ", ".join(map(str, values))
                yield ResponseHeader(name=name.lower(), value=value, on_errors=on_errors, where=where)


def _authentication(met: Walk) -> Setting | None:
    for handler, where in met.middleware:
        if handler["handler"] == "authentication":
            return Setting(value=", ".join(handler.get("providers") or {}) or "none", where=where)
        if handler["handler"] == "reverse_proxy":
            return Setting(value="forward_auth", where=where)
    return None


def _rate_limits(met: Walk) -> Iterator[RateLimit]:
    """The community module caddy-ratelimit; Caddy itself has no request limit."""
    for handler, where in met.middleware:
        if handler["handler"] == "rate_limit":
            for name, zone in (handler.get("rate_limits") or {}).items():
                window = _seconds(zone.get("window"))
                rate = f"{zone.get('max_events')} in {window:g} s" if window else ""
                counts = bool(window and zone.get("max_events"))
                yield RateLimit(zone=name, rate=rate, counts=counts, problem="" if counts else "no window", where=where)
