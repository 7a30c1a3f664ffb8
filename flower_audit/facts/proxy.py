"""The reverse proxy on this host that fronts Flower."""

import dataclasses
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.caddy import Caddy, Instance
from flower_audit.facts.nginx import Nginx
from flower_audit.facts.options import Options
from flower_audit.facts.process import Process
from flower_audit.facts.sockets import Sockets
from flower_audit.parsers import caddy as caddy_sites
from flower_audit.parsers import nginx as nginx_sites
from flower_audit.parsers.frontend import Frontend, Kind
from flower_audit.parsers.nginx_tree import parse
from flower_audit.probe import fact

Fact = TypeVar("Fact")
UNREAD = ("haproxy", "apache2", "httpd", "traefik", "envoy", "docker-proxy", "lighttpd", "h2o", "varnishd", "hitch")
"""Programs on the public ports that may front Flower and whose configuration is not read here."""

DEFAULT_PORT = 5555


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy(Frontend):
    """The site that fronts Flower, with everything in effect for it.

    Shape: `version` is empty where unknown, `config` the main file; `valid` is None where it could not be tested,
    `problem` is the proxy's own complaint; `running` tells whether a process of it runs.  `changed` names files that
    the running process was not loaded from as they are now, `moved` those of which that cannot be told.
    `reaches` is True where every upstream is a place on which Flower listens, False where one is not, None where that
    is not known; `flower_places` are those places.  `enabled` is False where the site is in a file that is not loaded.
    """

    kind: Kind
    version: str = ""
    config: str = ""
    running: bool = True
    valid: bool | None = True
    problem: str = ""
    changed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    enabled: bool = True
    reaches: bool | None = None
    flower_places: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file that the site stands in: nginx's own, or the Caddyfile."""
        return self.where.rpartition(":")[0] if self.kind == "nginx" else self.config

    @property
    def host(self) -> str:
        """A plain name of the site, else a placeholder for one."""
        plain = [name for name in self.server_names if re.fullmatch(r"[\w.-]+\.[\w-]+|localhost", name)]
        return plain[0] if plain else "flower.example.com"


@fact()
def proxy(
    nginx: Nginx | Unobservable | None = None,
    caddy: Caddy | Unobservable | None = None,
    sockets: Sockets | Unobservable | None = None,
    options: Options | Unobservable | None = None,
    process: Process | Unobservable | None = None,
) -> Proxy:
    """Source: nginx's and Caddy's configuration, Flower's options, and the listening sockets.

    Absent: no proxy on this host fronts Flower.  Unobservable: one may, and its configuration cannot be read.
    """
    own_nginx, own_caddy, flower = (
        _known(nginx),
        _known(caddy),
        _Flower(_known(sockets), _known(options), _known(process)),
    )
    sites = [*_from_nginx(own_nginx, flower), *_from_caddy(own_caddy, flower)]
    related = [(kinship, site) for kinship, site in sites if kinship is not None]
    best = min(related, key=_rank, default=(0, None))[1]
    if best is None:
        _give_up((nginx, caddy), own_caddy, sites, flower)
        raise Absent("no reverse proxy on this host fronts Flower")
    if best.unresolved:
        raise Unobservable(f"{best.where}: {best.unresolved}")
    return best


def _give_up(
    facts: tuple[object, ...], caddy: Caddy | None, sites: list[tuple[int | None, Proxy]], flower: "_Flower"
) -> None:
    """Raise Unobservable where a proxy may front Flower that could not be looked into."""
    for hidden in facts:
        if isinstance(hidden, Unobservable):
            raise hidden
    doubtful = next((site for _, site in sites if site.unresolved and not site.upstreams), None)
    if doubtful is not None:
        raise Unobservable(f"{doubtful.where}: {doubtful.unresolved}")
    unread = [name for name in flower.programs_in_front if name in UNREAD]
    if unread:
        raise Unobservable(f"fronted by {', '.join(unread)}, which this audit cannot read")
    if caddy is not None and any(item.pid and not item.running and not item.on_disk for item in caddy.instances):
        raise Unobservable("Caddy runs, and neither its file nor its admin interface told its configuration")


class _Flower:
    """Where Flower listens, and whether an upstream is that."""

    def __init__(self, sockets: Sockets | None, options: Options | None, process: Process | None) -> None:
        self.prefix = f"/{options.url_prefix}" if options is not None and options.url_prefix else ""
        self.own_addresses = set(sockets.addresses) if sockets else set()
        self.programs_in_front = sockets.programs_on(80, 443, 8080, 8443) if sockets else ()
        self.places: tuple[str, ...] = ()
        if sockets is not None and process is not None:
            # Empty where root alone is told whose the sockets are; what Flower was told to do comes next.
            self.places = tuple(item.place for item in sockets.listening if process.pid in item.pids)
        if not self.places and options is not None:
            address = f"[{options.address}]" if ":" in options.address else options.address or "*"
            self.places = (f"unix:{options.unix_socket}",) if options.unix_socket else (f"{address}:{options.port}",)

    def is_at(self, upstream: str) -> bool | None:
        """Whether a connection to the upstream ends at Flower; None where a name leaves that open."""
        if not self.places:
            return None
        if upstream.startswith("unix:"):
            return upstream.rstrip(":") in self.places
        host, _, port = upstream.rpartition(":")
        here = {
            place.rpartition(":")[0] for place in self.places if place.endswith(f":{port}") and place[:5] != "unix:"
        }
        local = self.is_local(upstream)
        if not here or local is False:
            return False
        if local is None:
            return None
        host = host.strip("[]")
        if host == "localhost":
            return not here.isdisjoint({"*", "", "0.0.0.0", "[::]", "127.0.0.1", "[::1]", "localhost"})  # noqa: S104
        everywhere = {"*", "[::]"} if ":" in host else {"*", "", "0.0.0.0"}  # noqa: S104 - compared, not bound
        return not here.isdisjoint(everywhere | {host, f"[{host}]"})

    def is_local(self, upstream: str) -> bool | None:
        """Whether an upstream is on this host; None for a name that only its resolver knows."""
        if upstream.startswith("unix:"):
            return True
        host = upstream.rpartition(":")[0].strip("[]")
        if host == "localhost" or host in self.own_addresses:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        return address.is_loopback or address.is_unspecified

    def reached_by(self, site: Frontend) -> bool | None:
        """Whether all upstreams of a site are Flower."""
        answers = {self.is_at(upstream) for upstream in site.upstreams}
        return None if not answers or None in answers else answers == {True}

    def kinship(self, site: Frontend) -> int | None:
        """How surely a site is meant for Flower: 0 it ends there, 1 it may, 2 it is called so; None not at all."""
        answers = [self.is_at(upstream) for upstream in site.upstreams]
        if True in answers:
            return 0
        if self.places and None in answers:
            return 1
        text = " ".join((*site.server_names, site.prefix, site.target, site.where, *site.upstreams))
        called = "flower" in text.lower()
        if not self.places:
            return 1 if called or any(item.endswith(f":{DEFAULT_PORT}") for item in site.upstreams) else None
        return 2 if called and (site.unresolved or any(self.is_local(item) for item in site.upstreams)) else None


def _known(fact: Fact | Unobservable | None) -> Fact | None:
    return None if isinstance(fact, Unobservable) else fact


def _rank(candidate: tuple[int, Proxy]) -> tuple[object, ...]:
    """The surest first; among equals the one that people reach."""
    kinship, site = candidate
    return (
        kinship,
        not site.running,
        not site.enabled,
        bool(site.shadowed),
        site.partial,
        not any(listen.tls for listen in site.listens),
        len(site.prefix),
    )


def _from_nginx(nginx: Nginx | None, flower: _Flower) -> Iterator[tuple[int | None, Proxy]]:
    for instance in nginx.instances if nginx is not None else ():
        for text, enabled in ((instance.dump, True), (instance.available, False)):
            for site in nginx_sites.frontends(parse(text, instance.config), flower.prefix) if text else ():
                yield (
                    flower.kinship(site),
                    Proxy(
                        **_fields(site),
                        kind="nginx",
                        version=instance.version,
                        config=instance.config,
                        running=instance.pid != 0,
                        valid=instance.valid,
                        problem=instance.problem,
                        changed=instance.changed,
                        moved=instance.moved,
                        enabled=enabled,
                        reaches=flower.reached_by(site),
                        flower_places=flower.places,
                    ),
                )


def _from_caddy(caddy: Caddy | None, flower: _Flower) -> Iterator[tuple[int | None, Proxy]]:
    for instance in caddy.instances if caddy is not None else ():
        running = instance.running or ("" if instance.changed else instance.on_disk)
        texts = (
            [(running, True), (instance.on_disk, False)] if instance.differs else [(running or instance.on_disk, True)]
        )
        for text, enabled in texts:
            for site in caddy_sites.frontends(text, flower.prefix) if text else ():
                yield (
                    flower.kinship(site),
                    Proxy(
                        **_fields(site),
                        kind="caddy",
                        version=instance.version,
                        config=instance.config or "the admin interface's configuration",
                        running=instance.pid != 0,
                        valid=instance.valid,
                        problem=instance.problem,
                        changed=(instance.config,) if _is_stale(instance) else (),
                        moved=(instance.config,) if _is_stale(instance) is None else (),
                        enabled=enabled,
                        reaches=flower.reached_by(site),
                        flower_places=flower.places,
                    ),
                )


def _is_stale(instance: Instance) -> bool | None:
    """Whether Caddy runs with something else than its file says; None where that cannot be told."""
    if instance.pid == 0 or instance.valid is False:
        return False
    if instance.differs is None:
        # Without an admin interface nothing can reload it: what counts is which is older, the process or the file.
        return instance.changed if not instance.running else None
    if instance.differs and not instance.changed and instance.has_variables:
        return None
    return instance.differs


def _fields(site: Frontend) -> dict[str, Any]:
    return {field.name: getattr(site, field.name) for field in dataclasses.fields(site)}
