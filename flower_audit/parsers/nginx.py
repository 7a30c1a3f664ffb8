"""The sites of an nginx configuration: for each location that proxies, everything that is in effect there.

Source: nginx.org, ngx_http_proxy_module, ngx_http_access_module, ngx_http_limit_req_module, ngx_http_ssl_module.
"""

import re
from collections.abc import Iterator

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
from flower_audit.parsers.nginx_access import access_rules, authentication, restricted
from flower_audit.parsers.nginx_match import (
    Location,
    listens_of,
    locate,
    locations,
    names_of,
    server_for,
)
from flower_audit.parsers.nginx_redirect import answer_of, redirects_to_https
from flower_audit.parsers.nginx_tree import Directive, Tree
from flower_audit.parsers.nginx_values import (
    Levels,
    Variables,
    added_headers,
    inherited,
    literal_prefix,
    rewrite,
    seconds,
    sent_path,
    value,
)

MAX_FRONTENDS = 300
DEFAULT_PORTS = {"http": "80", "https": "443"}


def frontends(tree: Tree, public_prefix: str = "") -> tuple[Frontend, ...]:
    """Every location that proxies, in the order of the configuration.

    `public_prefix` is the path at which the upstream is known to live (`/flower`, or empty): where a location covers
    it, that is the prefix which its answer is about.
    """
    found: list[Frontend] = []
    for server in servers_of(tree):
        levels = (tree.main, tree.http, server) if tree.http is not tree.main else (tree.main, server)
        for location in locations(levels):
            if location.directive.last("proxy_pass") and len(found) < MAX_FRONTENDS:
                found.append(_Site(tree, server, levels).frontend(location, public_prefix))
    return tuple(found)


def servers_of(tree: Tree) -> tuple[Directive, ...]:
    """The virtual servers, in their order; `server` lines of an `upstream` are none."""
    return tuple(item for item in tree.http.all("server") if item.block is not None)


class _Site:
    """One server, and what is in effect in its locations."""

    def __init__(self, tree: Tree, server: Directive, levels: Levels) -> None:
        self.tree = tree
        self.server = server
        self.levels = levels
        self.servers = servers_of(tree)

    def frontend(self, location: Location, public_prefix: str) -> Frontend:
        levels = location.levels
        variables = Variables(self.tree.http, levels)
        passes = location.directive.all("proxy_pass")[-1]
        target = passes.args[0] if passes.args else ""
        entry = self._entry(location)
        prefix = literal_prefix(entry)
        if public_prefix.startswith(prefix + "/") and (found := locate(self.levels, f"{public_prefix}/tasks")):
            prefix = public_prefix if found.directive is entry.directive else prefix
        tasks = f"{prefix}/tasks"
        upstreams, unresolved = self._upstreams(target, variables)
        headers = {
            item.args[0].lower(): Setting(value=item.args[1], where=item.where)
            for item in inherited(levels, "proxy_set_header")
            if len(item.args) > 1
        }
        rules = tuple(access_rules(levels))
        return Frontend(
            where=passes.where,
            server_where=self.server.where,
            server_names=names_of(self.server),
            listens=self._listens(),
            prefix=prefix,
            tasks_path="" if rewrite(self.server, tasks) != tasks else sent_path(location, target, tasks, variables),
            upstreams=upstreams,
            target=target,
            unresolved=unresolved or self._doubt(levels),
            upstream_tls=target.startswith("https:"),
            request_headers=headers,
            response_headers=tuple(_response_headers(levels)),
            upgrades=_upgrades(levels, headers, variables),
            rate_limits=tuple(self._rate_limits(levels, variables)),
            access_rules=rules,
            restricted=restricted(rules) or bool(self._refusing_if(levels)),
            authentication=authentication(levels),
            timeouts=Timeouts(
                where=value(levels, "proxy_read_timeout").where or value(levels, "proxy_send_timeout").where,
                **{
                    f"{kind}_s": seconds(value(levels, f"proxy_{kind}_timeout").args[0])
                    for kind in ("connect", "send", "read")
                },
            ),
            certificates=tuple(_certificates(self.levels)),
            redirects_to_https=redirects_to_https(self.tree.http, self.servers, self.server),
            shadowed=self._shadowed() or self._answered_before(location),
            unguarded=self._unguarded(prefix, upstreams),
            partial=location.modifier == "="
            or (location.modifier in {"~", "~*"} and not prefix and location.path != "^/"),
        )

    def _unguarded(self, prefix: str, upstreams: tuple[str, ...]) -> tuple[str, ...]:
        """Paths that reach the same upstream without a login, where others need one."""
        guarded: list[str] = []
        open_paths: list[str] = []
        for path in dict.fromkeys((f"{prefix}{end}" or "/") for end in PROBED_PATHS):
            location = locate(self.levels, path)
            passes = location.directive.last("proxy_pass") if location else None
            if location is None or passes is None or not passes.args:
                continue
            if self._upstreams(passes.args[0], Variables(self.tree.http, location.levels))[0] == upstreams:
                (guarded if authentication(location.levels) else open_paths).append(path)
        return tuple(open_paths) if guarded else ()

    def _entry(self, location: Location) -> Location:
        """The location through which requests come to a named one."""
        if location.modifier != "@":
            return location
        name = f"@{location.path}"
        for other in locations(self.levels):
            uses = (*other.directive.all("try_files"), *other.directive.all("error_page"))
            if any(name in item.args for item in uses):
                return other
        return Location(modifier="", path="/", levels=location.levels)

    def _upstreams(self, target: str, variables: Variables) -> tuple[tuple[str, ...], str]:
        """The servers behind a `proxy_pass`, and what of them could not be decided."""
        candidates = variables.possible(target)
        if candidates is None:
            usual = variables.usual(target)
            return (), f"proxy_pass {target} depends on a variable" + ("" if usual == target else f" (usually {usual})")
        found: list[str] = []
        for candidate in candidates:
            scheme, _, rest = candidate.partition("://")
            place = re.match(r"unix:[^:]+|[^/]*", rest)
            name = place[0] if place else ""
            group = next((item for item in self.tree.http.all("upstream") if item.args[:1] == (name,)), None)
            places = (
                [item.args[0] for item in group.all("server") if item.args and "down" not in item.args]
                if group
                else [name]
            )
            found += [_with_port(item, "80" if group else DEFAULT_PORTS.get(scheme, "80")) for item in places]
        return tuple(dict.fromkeys(found)), "" if len(candidates) == 1 else f"proxy_pass {target} has several values"

    def _listens(self) -> tuple[Listen, ...]:
        """The places of this server; TLS belongs to the place, whichever server names it."""
        every = [listen for server in self.servers for listen in listens_of(server)]
        tls = {(listen.address, listen.port) for listen in every if listen.tls}
        return tuple(
            Listen(address=own.address, port=own.port, tls=(own.address, own.port) in tls, default=own.default)
            for own in listens_of(self.server)
        )

    def _shadowed(self) -> str:
        """Who answers for this server's names instead, where nobody can reach this one."""
        others: list[str] = []
        for listen in listens_of(self.server):
            for name in [name for name in names_of(self.server) if not name.startswith(("~", "*", "."))] or [""]:
                answers = server_for(self.servers, name, listen.port, listen.address)
                if answers is self.server:
                    return ""
                if answers is not None:
                    others.append(
                        f"{name or 'a name that no site has'} on port {listen.port} is answered by {answers.where}"
                    )
        plain = [name for name in names_of(self.server) if not name.startswith(("~", "*", "."))]
        return "; ".join(dict.fromkeys(others[:3])) if plain or not names_of(self.server) else ""

    def _answered_before(self, location: Location) -> str:
        """What answers before a request gets to `proxy_pass`."""
        scheme = "https" if any(listen.tls for listen in self._listens()) else "http"
        host = next((name for name in names_of(self.server) if not name.startswith(("~", "*", "."))), "")
        for block in (self.server, location.directive):
            if answer_of(block, host, scheme) in {"https", "other"}:
                return f"{block.where} answers by itself, so that nothing is proxied"
        return ""

    def _doubt(self, levels: Levels) -> str:
        """What of the configuration around a location is not there to be read."""
        for level in levels:
            for item in level.all("include"):
                return f"{item.where} includes {item.args[0] if item.args else ''}, which is not there to be read"
        files = {level.where.rpartition(":")[0] for level in levels}
        return next((error for error in self.tree.errors if error.partition(":")[0] in files), "")

    def _rate_limits(self, levels: Levels, variables: Variables) -> Iterator[RateLimit]:
        dry_run = value(levels, "limit_req_dry_run", "off").args[:1] == ("on",)
        for item in inherited(levels, "limit_req"):
            name = next((arg.removeprefix("zone=") for arg in item.args if arg.startswith("zone=")), "")
            zone = next((z for z in self.tree.http.all("limit_req_zone") if f"zone={name}:" in " ".join(z.args)), None)
            rate = next((arg.removeprefix("rate=") for arg in zone.args if arg.startswith("rate=")), "") if zone else ""
            counts, problem = _counts(zone, variables) if zone else (False, f"the zone {name} is not defined")
            if dry_run:
                counts, problem = False, "limit_req_dry_run is on: it counts and refuses nobody"
            yield RateLimit(zone=name, rate=rate, counts=counts, problem=problem, where=item.where)

    def _refusing_if(self, levels: Levels) -> Directive | None:
        """An `if` over a `geo` or `map` of the client's address that refuses the request."""
        variables = Variables(self.tree.http, levels)
        for level in levels:
            for block in level.all("if"):
                refuses = any(item.args[:1] in {("403",), ("444",)} for item in block.all("return"))
                defined = variables.defined_by(block.args[0]) if block.args else None
                by_address = defined is not None and (defined.name == "geo" or "addr" in defined.args[0])
                if refuses and by_address:
                    return block
        return None


def _with_port(place: str, port: str) -> str:
    if place.startswith("unix:") or re.search(r":\d+$", place):
        return place
    return f"{place}:{port}"


def _counts(zone: Directive, variables: Variables) -> tuple[bool | None, str]:
    key = variables.usual(zone.args[0])
    if not key:
        return False, f"its key {zone.args[0]} is empty for an ordinary client, which is not counted"
    if re.fullmatch(r"\$\{?http_\w+\}?", key):
        return None, f"its key {key} is a header: a client that does not send it is not counted"
    return True, ""


def _response_headers(levels: Levels) -> Iterator[ResponseHeader]:
    for item in added_headers(levels):
        if len(item.args) > 1 and item.args[1]:
            always = "always" in item.args[2:]
            yield ResponseHeader(name=item.args[0].lower(), value=item.args[1], on_errors=always, where=item.where)
    for level in levels:
        for item in level.all("more_set_headers"):
            for text in item.args:
                name, colon, content = text.partition(":")
                if colon:
                    yield ResponseHeader(
                        name=name.strip().lower(), value=content.strip(), on_errors=True, where=item.where
                    )


def _upgrades(levels: Levels, headers: dict[str, Setting], variables: Variables) -> bool:
    """Whether a request to switch to WebSocket comes through."""
    connection = headers["connection"].value if "connection" in headers else ""
    values = variables.possible(connection) or (connection,)
    return (
        value(levels, "proxy_http_version", "1.0").args[0] in {"1.1", "2"}
        and "upgrade" in headers
        and headers["upgrade"].value.lower() in {"$http_upgrade", "websocket"}
        and any(text.lower() in {"upgrade", "$http_connection"} for text in values)
    )


def _certificates(levels: Levels) -> Iterator[CertificateFiles]:
    keys = inherited(levels, "ssl_certificate_key")
    for certificate, key in zip(inherited(levels, "ssl_certificate"), keys, strict=False):
        if certificate.args and key.args:
            yield CertificateFiles(certificate=certificate.args[0], key=key.args[0], where=certificate.where)
