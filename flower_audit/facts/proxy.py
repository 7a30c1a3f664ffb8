"""The reverse proxy on this host that fronts Flower."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flower_audit.errors import Absent, NotAsked, Unobservable
from flower_audit.facts.caddy import Caddy, Instance
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.nginx import Nginx
from flower_audit.parsers import caddy as caddy_sites
from flower_audit.parsers import nginx as nginx_sites
from flower_audit.parsers.frontend import Frontend, Kind, Listen
from flower_audit.parsers.nginx_tree import parse
from flower_audit.probe import fact
from flower_audit.target import Target

Fact = TypeVar("Fact")
UNREAD = ("haproxy", "apache2", "httpd", "traefik", "envoy", "docker-proxy", "lighttpd", "h2o", "varnishd", "hitch")
"""Programs on the public ports that may front Flower and whose configuration is not read here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy(Frontend):
    """The site that fronts Flower, with everything in effect for it.

    Shape: `version` is empty where unknown, `config` the main file; `valid` is None where it could not be tested,
    `problem` is the proxy's own complaint; `running` tells whether a process of it runs.  `changed` names files that
    the running process was not loaded from as they are now, `moved` those of which that cannot be told;
    `dangling` are links to sites that lead nowhere; `others` are sites of other servers that lead to the same Flower.
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
    dangling: tuple[str, ...] = ()
    others: tuple["Proxy", ...] = ()
    enabled: bool = True
    reaches: bool | None = None
    flower_places: tuple[str, ...] = ()

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        return {{"nginx": "nginx", "caddy": "Caddy"}.get(self.kind, self.kind): self.version}

    @property
    def file(self) -> str:
        """The file that the site stands in: nginx's own, or the Caddyfile."""
        return self.where.rpartition(":")[0] if self.kind == "nginx" else self.config

    @property
    def host(self) -> str:
        """A plain name of the site, else a placeholder for one."""
        plain = [name for name in self.server_names if re.fullmatch(r"[\w.-]+\.[\w-]+|localhost", name)]
        return plain[0] if plain else "flower.example.com"

    @property
    def as_door(self) -> str:
        """This site, as one of several that lead to Flower."""
        names = ", ".join(self.server_names) or "of every name"
        return f"the site {names} at {self.server_where} leads to Flower as well,"

    @property
    def open_doors(self) -> tuple["Proxy", ...]:
        """The other sites that let everybody through to the same Flower."""
        return tuple(site for site in self.others if not site.restricted and site.authentication is None)

    @property
    def missing_headers(self) -> tuple[str, ...]:
        """The headers that tell Flower who asks, and how, and that are not sent to it."""
        sent = {name for name, setting in self.request_headers.items() if setting.value}
        wanted = {"X-Forwarded-For", "X-Forwarded-Proto"} | ({"X-Real-IP"} if self.kind == "nginx" else set())
        missing = {name for name in wanted if name.lower() not in sent}
        return tuple(sorted(missing - ({"X-Forwarded-Proto"} if "x-scheme" in sent else set())))

    @property
    def host_defect(self) -> str:
        """In which way the Host that Flower sees is not the browser's; empty where it is."""
        setting = self.request_headers.get("host")
        sent = setting.value if setting is not None else ""
        odd_ports = [listen.port for listen in self.listens if listen.port not in {0, 80, 443}]
        if not sent:
            return f"Host is not set: Flower sees {self.upstreams[0]}"
        if "$http_host" in sent or "$request_port" in sent or "http.request.host" in sent:
            return ""
        same_name = sent in {"$host", *self.server_names} or (sent == "$server_name" and len(self.server_names) == 1)
        if same_name and odd_ports:
            return f"Host is {sent}, which drops the port {odd_ports[0]} of the browser's"
        return "" if same_name else f"Host is {sent}"

    @property
    def short_timeouts(self) -> dict[str, float]:
        """What is set to wait for Flower's answer, by directive, in seconds; what is not set waits 60 s or longer."""
        waits = {"proxy_send_timeout": self.timeouts.send_s, "proxy_read_timeout": self.timeouts.read_s}
        names = {"proxy_send_timeout": "write_timeout", "proxy_read_timeout": "read_timeout"}
        return {name if self.kind == "nginx" else names[name]: s for name, s in waits.items() if s is not None}

    @property
    def rate_limit_defect(self) -> str:
        """Why no request limit is in force; empty where one is.  Unobservable: it depends on more than the file."""
        if any(limit.counts for limit in self.rate_limits):
            open_wide = [
                site
                for site in self.others
                if not site.restricted and all(limit.counts is False for limit in site.rate_limits)
            ]
            return f"{open_wide[0].as_door} without a request limit" if open_wide else ""
        unsure = next((limit for limit in self.rate_limits if limit.counts is None), None)
        if unsure is not None:
            raise Unobservable(f"{unsure.where}: limit_req zone={unsure.zone}: {unsure.problem}")
        return self.rate_limits[0].problem if self.rate_limits else "no request limit is in effect"

    def fix(self, nginx: str, caddy: str) -> str:
        """The lines to write, where they go on this host, and how to load them."""
        if self.kind == "nginx":
            return f"in the location at {self.where}:\n{nginx}\nthen `nginx -t && systemctl reload nginx`"
        return f"in {self.config}, in the site of {self.host}:\n{caddy}\nthen `caddy reload --config {self.config}`"


@fact()
def proxy(
    target: Target,
    endpoints: Endpoints,
    nginx: Nginx | Unobservable | None = None,
    caddy: Caddy | Unobservable | None = None,
) -> Proxy:
    """Source: nginx's and Caddy's configuration, Flower's options, and the listening sockets.

    Absent: no proxy on this host fronts Flower.  NotAsked: HTTPS ends on another host.
    Unobservable: a proxy may be here, and its configuration cannot be read.
    """
    own_nginx, own_caddy = _known(nginx), _known(caddy)
    opened = urlsplit(target.url or "").hostname or ""
    sites = [*_from_nginx(own_nginx, endpoints, opened), *_from_caddy(own_caddy, endpoints, opened)]
    related = [(kinship, site) for kinship, site in sites if kinship is not None]
    best = min(related, key=lambda candidate: _rank(candidate, opened), default=(0, None))[1]
    if best is None or not best.running:
        for hidden in (nginx, caddy):
            if isinstance(hidden, Unobservable):
                raise hidden
        _name_unread(own_nginx, own_caddy, endpoints)
    if best is None:
        _name_doubts(own_nginx, own_caddy, sites)
        if host := _fronted_at(target.url or "", endpoints):
            raise NotAsked(
                f"needs the host where HTTPS for {host} ends, which is another one than this: audit it as a target of "
                "its own (--flower-host=ssh://…, with the same --flower-url)"
            )
        raise Absent("no reverse proxy on this host fronts Flower")
    if best.unresolved:
        raise Unobservable(f"{best.where}: {best.unresolved}")
    return replace(best, others=tuple(site for kinship, site in related if kinship == 0 and _is_beside(site, best)))


def _is_beside(site: Proxy, best: Proxy) -> bool:
    """Whether another server, loaded and reached by other machines, leads to Flower too."""
    loaded = site.running and site.enabled and not site.shadowed and not site.partial and not site.unresolved
    return loaded and site.server_where != best.server_where and any(not _is_local(one) for one in site.listens)


def _is_local(listen: Listen) -> bool:
    return listen.address.startswith(("unix:", "127.", "[::1]", "localhost"))


def _name_unread(nginx: Nginx | None, caddy: Caddy | None, flower: Endpoints) -> None:
    """Raise Unobservable where the public ports are held by a program whose configuration is not read here."""
    unread = [name for name in flower.programs_in_front if name in UNREAD]
    for name, found in (("nginx", nginx), ("caddy", caddy)):
        own = found is not None and any(instance.pid for instance in found.instances)
        if name in flower.programs_in_front and not own:
            unread.append(f"{name} in a container")
    if unread:
        raise Unobservable(f"fronted by {', '.join(unread)}, which this audit cannot read")


def _name_doubts(nginx: Nginx | None, caddy: Caddy | None, sites: list[tuple[int | None, Proxy]]) -> None:
    """Raise Unobservable where a site that could not be decided may be the one that fronts Flower."""
    doubtful = next((site for _, site in sites if site.unresolved and not site.upstreams), None)
    if doubtful is not None:
        raise Unobservable(f"{doubtful.where}: {doubtful.unresolved}")
    unparsed = next((error for one in nginx.instances for error in parse(one.dump).errors), "") if nginx else ""
    if unparsed:
        raise Unobservable(f"nginx's configuration could not be read: {unparsed}")
    if caddy is not None and any(item.pid and not item.running and not item.on_disk for item in caddy.instances):
        raise Unobservable("Caddy runs, and neither its file nor its admin interface told its configuration")


def _fronted_at(url: str, flower: Endpoints) -> str:
    """The host of an https URL that another machine has to serve: nobody does here, and Flower can be reached."""
    parts = urlsplit(url)
    ports = {place.rpartition(":")[2] for place in flower.places}
    is_flower_itself = str(parts.port or 443) in ports
    outward = bool(flower.places) and bool(flower.beyond_loopback)
    return parts.hostname or "" if parts.scheme == "https" and outward and not is_flower_itself else ""


def _known(fact: Fact | Unobservable | None) -> Fact | None:
    return None if isinstance(fact, Unobservable) else fact


def _rank(candidate: tuple[int, Proxy], opened: str) -> tuple[object, ...]:
    """What runs before what was left behind, the surest of it first; among equals the one that people reach.

    `opened` is the host of the URL that they open.
    """
    kinship, site = candidate
    return (
        not site.running,
        kinship,
        not site.enabled,
        bool(site.shadowed),
        site.partial,
        not any(fnmatchcase(opened, name.lower()) for name in site.server_names),
        not any(listen.tls for listen in site.listens),
        len(site.prefix),
    )


def _from_nginx(nginx: Nginx | None, flower: Endpoints, opened: str) -> Iterator[tuple[int | None, Proxy]]:
    for instance in nginx.instances if nginx is not None else ():
        for text, enabled in ((instance.dump, True), (instance.available, False)):
            for site in nginx_sites.frontends(parse(text, instance.config), flower.prefix) if text else ():
                yield (
                    flower.kinship(site, opened),
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
                        dangling=instance.dangling,
                        enabled=enabled,
                        reaches=flower.reached_by(site),
                        flower_places=flower.places,
                    ),
                )


def _from_caddy(caddy: Caddy | None, flower: Endpoints, opened: str) -> Iterator[tuple[int | None, Proxy]]:
    for instance in caddy.instances if caddy is not None else ():
        running = instance.running or ("" if instance.changed else instance.on_disk)
        texts = (
            [(running, True), (instance.on_disk, False)] if instance.differs else [(running or instance.on_disk, True)]
        )
        for text, enabled in texts:
            for site in caddy_sites.frontends(text, flower.prefix) if text else ():
                yield (
                    flower.kinship(site, opened),
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
        if instance.running or instance.changed is None:
            return None
        # Without an admin interface nothing can reload it; with one that did not answer, somebody may have.
        return True if instance.changed and instance.without_admin else None if instance.changed else False
    if instance.differs and not instance.changed and instance.has_variables:
        return None
    return instance.differs


def _fields(site: Frontend) -> dict[str, Any]:
    return {field.name: getattr(site, field.name) for field in dataclasses.fields(site)}
