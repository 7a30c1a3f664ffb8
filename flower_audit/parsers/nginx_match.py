"""Which server answers for a host name and port, and which location for a path, by nginx's own rules.

Source: nginx.org, "How nginx processes a request", "Server names", and the `location` directive.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.parsers.frontend import Listen
from flower_audit.parsers.nginx_tree import Directive

MODIFIERS = ("=", "~", "~*", "^~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A location.

    Shape: `modifier` is `=`, `~`, `~*`, `^~`, `@` or empty; `levels` are the blocks around it, outermost first, and
    itself last.
    """

    modifier: str
    path: str
    levels: tuple[Directive, ...]

    @property
    def directive(self) -> Directive:
        """The location's own block."""
        return self.levels[-1]


def regex_of(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    """A PCRE of the configuration as Python's.  Unobservable: a syntax that Python does not have."""
    try:
        return re.compile(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern), re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise Unobservable(f"the regular expression {pattern[:80]!r} cannot be decided here: {error}") from error


def location_of(block: Directive, levels: tuple[Directive, ...]) -> Location:
    """A location block, with the blocks around it."""
    args = block.args
    modifier, path = (args[0], args[1]) if len(args) > 1 else ("", args[0] if args else "/")
    # nginx takes `=/x` and `~^/x` without a space too.
    if not modifier:
        modifier = next((sign for sign in ("~*", "^~", "=", "~", "@") if path.startswith(sign)), "")
        path = path.removeprefix(modifier)
    return Location(modifier=modifier, path=path, levels=(*levels, block))


def locations(levels: tuple[Directive, ...]) -> Iterator[Location]:
    """All locations below the last of the levels, nested ones too."""
    for block in levels[-1].all("location"):
        if block.block is not None:
            found = location_of(block, levels)
            yield found
            yield from locations(found.levels)


def locate(levels: tuple[Directive, ...], path: str) -> Location | None:
    """The location that nginx chooses for a normalised path, None where the server itself answers."""
    return _find(levels, path)[1]


def _find(levels: tuple[Directive, ...], path: str) -> tuple[bool, Location | None]:
    """Whether the search is over, and the best location so far."""
    here = [location_of(block, levels) for block in levels[-1].all("location") if block.block is not None]
    for location in here:
        if location.modifier == "=" and location.path == path:
            return True, location
    prefixes = [item for item in here if item.modifier in {"", "^~"} and path.startswith(item.path)]
    best = max(prefixes, key=lambda item: len(item.path), default=None)
    final = best is not None and best.modifier == "^~"
    if best is not None:
        over, nested = _find(best.levels, path)
        if over:
            return True, nested
        best = nested or best
    if not final:
        for location in here:
            if location.modifier in {"~", "~*"} and regex_of(location.path, location.modifier == "~*").search(path):
                return True, _find(location.levels, path)[1] or location
    return False, best


def listens_of(server: Directive) -> tuple[Listen, ...]:
    """Where a server listens; without any `listen`, nginx takes port 80."""
    all_tls = any(item.args[:1] == ("on",) for item in server.all("ssl"))
    found = [_listen(item.args, all_tls) for item in server.all("listen") if item.args]
    return tuple(found) or (Listen(address="*", port=80, tls=all_tls),)


def _listen(args: tuple[str, ...], all_tls: bool) -> Listen:
    place, options = args[0], args[1:]
    tls = all_tls or "ssl" in options or "quic" in options
    default = "default_server" in options or "default" in options
    if place.startswith("unix:"):
        return Listen(address=place, port=0, tls=tls, default=default)
    if place.isdigit():
        return Listen(address="*", port=int(place), tls=tls, default=default)
    match = re.fullmatch(r"(?P<address>\[[^\]]*\]|[^:]*)(:(?P<port>\d+))?", place)
    if not match:
        return Listen(address=place, port=0, tls=tls, default=default)
    every = {"0.0.0.0": "*", "[::0]": "[::]", "": "*"}  # noqa: S104 - read from a configuration, not bound
    address = every.get(match["address"], match["address"])
    return Listen(address=address, port=int(match["port"] or 80), tls=tls, default=default)


def names_of(server: Directive) -> tuple[str, ...]:
    """The names as written, without the empty and the catch-all ones that no browser asks for."""
    names = (
        name.lower() if not name.startswith("~") else name for item in server.all("server_name") for name in item.args
    )
    return tuple(dict.fromkeys(name for name in names if name not in {"", "_", '""'}))


def server_for(
    servers: tuple[Directive, ...], host: str, port: int, address: str = "*", *, tls: bool | None = None
) -> Directive | None:
    """The server that answers a request for `host` that arrived at `address` and `port`, None where none listens there.

    `tls` narrows the search to places with or without TLS.
    """
    here: list[tuple[Directive, Listen]] = []
    for server in servers:
        for listen in listens_of(server):
            if listen.port == port and listen.address == address and tls in {None, listen.tls}:
                here.append((server, listen))
    if not here:
        return None
    named = _by_name([server for server, _ in here], host.lower())
    default = next((server for server, listen in here if listen.default), here[0][0])
    return named or default


def _by_name(servers: list[Directive], host: str) -> Directive | None:
    exact: dict[str, Directive] = {}
    patterns: list[tuple[str, Directive]] = []
    for server in servers:
        for name in names_of(server):
            if name.startswith("~"):
                patterns.append((name[1:], server))
            elif name.startswith("."):
                exact.setdefault(name[1:], server)
                exact.setdefault(f"*{name}", server)
            else:
                exact.setdefault(name, server)
    if host in exact:
        return exact[host]
    leading = [name for name in exact if name.startswith("*.") and host.endswith(name[1:])]
    trailing = [name for name in exact if name.endswith(".*") and host.startswith(name[:-1])]
    for group in (leading, trailing):
        if group:
            return exact[max(group, key=len)]
    return next((server for pattern, server in patterns if regex_of(pattern, ignore_case=True).search(host)), None)
