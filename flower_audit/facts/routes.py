"""Which of Flower's routes answer whom: every kind of route, without and with wrong credentials, over every way in."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

from flower_audit.errors import Absent, Unobservable, Unreachable
from flower_audit.facts.options import Options
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.site import Site, read_url
from flower_audit.http_client import Client, resolve
from flower_audit.http_messages import Origin, Request
from flower_audit.parsers.access import Access, Kind
from flower_audit.probe import Trail, fact
from flower_audit.target import Target
from flower_audit.visit import (
    API,
    CONTROL,
    ELSEWHERE_ORIGIN,
    NOBODY,
    OTHERS,
    PAGES,
    SCRIPT,
    SHORT,
    Credentials,
    Visit,
    Way,
    plan_visit,
    read_visit,
)

ELSEWHERE = "flower-audit.invalid"
ONWARD_LIMIT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Every visit, and what they say together.  The properties raise Unobservable where nothing decided.

    Shape: `flower_asks` says that Flower's own options ask for a login, as far as they are known.
    """

    visits: tuple[Visit, ...]
    flower_asks: bool = False

    @property
    def fix_of_the_proxy(self) -> str:
        """What to do where Flower itself is known to ask for a login, so that it is opened in front of it."""
        if not self.flower_asks:
            return ""
        return (
            "Flower asks for a login by itself: find what logs everybody in before it, such as "
            "`proxy_set_header Authorization` or a cache in the proxy's site, and take it out"
        )

    def of(
        self, way: Way = "public URL", *, kind: Kind | None = None, credentials: Credentials = "none"
    ) -> tuple[Visit, ...]:
        """The visits over one way in."""
        return tuple(
            visit
            for visit in self.visits
            if visit.way == way
            and visit.credentials == credentials
            and kind in {None, visit.kind}
            and not visit.from_elsewhere
        )

    def at(self, path: str, way: Way = "public URL") -> Visit | None:
        """The visit without credentials to one path."""
        return next((visit for visit in self.of(way) if visit.path == path), None)

    @property
    def from_elsewhere(self) -> tuple[Visit, ...]:
        """What was asked for as a page of another site would."""
        return tuple(visit for visit in self.visits if visit.from_elsewhere)

    @property
    def open_pages(self) -> tuple[Visit, ...]:
        """Pages of Flower shown to anybody at the public URL."""
        pages = [visit for visit in self.of(kind="page") if visit.path in PAGES]
        return self._open(pages, "page")

    @property
    def open_api(self) -> tuple[Visit, ...]:
        """Read routes of the API that answer anybody at the public URL."""
        return self._open(self.of(kind="api"), "API route")

    @property
    def open_control(self) -> tuple[Visit, ...]:
        """Control routes that anybody could use at the public URL.

        Flower answers a GET with 405 whether or not it asks for a login; what its read routes answer decides, because
        in every release both ask the same.  Unobservable: something in front of Flower guards one and not the other.
        """
        control, reads = self.of(kind="control"), self.of(kind="api")
        reached = tuple(visit for visit in control if visit.access is Access.METHOD)
        if not reached:
            return self._open(control, "control route")
        if any(visit.access is Access.OPEN for visit in reads):
            return reached
        if any(_refused_by_flower(visit) for visit in reads):
            return ()
        raise Unobservable(
            f"{reached[0].path} is reached, and it is not Flower that answers {reads[0].path} with {reads[0].status}: "
            "whether Flower asks for a login there, only a POST tells (--flower-active)"
        )

    @property
    def asks_for_login(self) -> bool:
        """The front page asks who wants to see it."""
        front = self.at("/")
        return front is not None and _asks(front)

    @property
    def login_scheme(self) -> Literal["basic", "redirect", "refused", "none"]:
        """How the front page asks: for a password, by a redirect to a login, by refusing everybody, or not at all."""
        front = self.at("/")
        if front is None or front.access not in {Access.REFUSED, Access.LOGIN}:
            return "none"
        if front.access is Access.LOGIN:
            return "redirect"
        return "basic" if front.realm else "refused"

    @property
    def bypasses(self) -> tuple[Visit, ...]:
        """What is open over another way in than the public URL.

        Absent: no other way in could be tried, because the address is this machine's own.
        Unobservable: one was reached, and did not answer.
        """
        others = [visit for visit in self.visits if visit.way not in {"public URL", "outside the prefix"}]
        if not others:
            raise Absent("there is no other way in to try: the address is reachable on this machine only")
        found = tuple(visit for visit in others if visit.access is Access.OPEN)
        silent = next((visit for visit in others if visit.trouble == "timeout"), None)
        if silent is not None and not found:
            raise Unobservable(f"by way of {silent.way}: {silent.note}")
        return found

    @property
    def shown_to_strangers(self) -> tuple[Visit, ...]:
        """Answers of Flower to an unknown host name or to the bare address.  Absent: the URL itself is an address."""
        tried = [visit for visit in self.visits if visit.way in {"address", "unknown host"}]
        if not tried:
            raise Absent("the public URL is an address, and no other name could be tried")
        return tuple(visit for visit in tried if visit.by_flower or visit.exposition or visit.access is Access.OPEN)

    @property
    def admitted(self) -> tuple[Visit, ...]:
        """Wrong credentials that were let in."""
        wrong = [visit for visit in self.visits if visit.credentials != "none" and visit.way == "public URL"]
        tried = [visit for visit in wrong if visit.trouble != "untrusted"]  # then nothing was sent
        return self._open(tried, "route with wrong credentials")

    def _open(self, visits: Sequence[Visit], what: str) -> tuple[Visit, ...]:
        found = tuple(visit for visit in visits if visit.access is Access.OPEN)
        if found:
            return found
        failed = [visit for visit in visits if visit.access is Access.FAILED]
        if failed:
            raise Unobservable(f"not every {what} answered: {failed[0].note or failed[0]}")
        if any(_asks(visit) or visit.access is Access.METHOD for visit in visits):
            return ()
        shut = [visit for visit in visits if visit.status == 403]
        if self.asks_for_login and (shut or any(visit.access is Access.NOT_FOUND for visit in visits)):
            return ()  # what is in front of Flower does not hand these on
        if shut:
            raise Unobservable(
                f"{shut[0]}: everybody is refused from here; whether a login is asked for where access is allowed, "
                "an audit from there tells"
            )
        raise Unobservable(f"no {what} of Flower was found: {_unlike_flower(visits)}")


@fact(way="url")
def routes(
    target: Target,
    site: Site,
    trail: Trail,
    options: Options | Unobservable | None = None,
    proxy: Proxy | Unobservable | None = None,
) -> Routes:
    """Source: GET requests, none of which can change anything.  Unobservable: the URL does not answer as HTTP."""
    if site.problem:
        raise Unreachable("url", site.problem)
    client = Client(timeout_s=target.timeout_s, trail=trail, ca=target.ca)
    known_options = options if isinstance(options, Options) else None
    known_proxy = proxy if isinstance(proxy, Proxy) else None
    plans = [*_public(site, target), *_other_ways(target, site, known_options, known_proxy)]
    results = client.get_all([request for _, request in plans])
    visits = [read_visit(visit, result, site.prefix) for (visit, _), result in zip(plans, results, strict=True)]
    return Routes(
        visits=tuple(_not_found_is_open(_follow(client, visits, plans, site.prefix))),
        flower_asks=known_options is not None and bool(known_options.basic_auth or known_options.oauth),
    )


def _public(site: Site, target: Target) -> list[tuple[Visit, Request]]:
    plans = [plan_visit("public URL", site.origin, site.prefix, path) for path in (*PAGES, *API, *CONTROL, *OTHERS)]
    made_up = (f"{NOBODY}-{uuid4().hex[:8]}", uuid4().hex)
    plans += [
        plan_visit("public URL", site.origin, site.prefix, path, "made-up user", made_up)
        for path in ("/", "/api/workers")
    ]
    for account in target.accounts[:2] if site.over_tls or site.is_loopback else ():
        visit, request = plan_visit(
            "public URL", site.origin, site.prefix, "/", "wrong password", (account.name, uuid4().hex)
        )
        plans.append((visit, replace(request, verify=site.over_tls)))
    for path in ("/healthcheck", "/api/workers"):
        visit, request = plan_visit("public URL", site.origin, site.prefix, path)
        plans.append((replace(visit, from_elsewhere=True), replace(request, headers={"Origin": ELSEWHERE_ORIGIN})))
    if site.prefix:
        plans += [
            plan_visit("outside the prefix", site.origin, "", path)
            for path in ("/", "/workers", "/healthcheck", SCRIPT)
        ]
    return plans


def _other_ways(
    target: Target, site: Site, options: Options | None, proxy: Proxy | None
) -> list[tuple[Visit, Request]]:
    plans = []
    plain = plain_origin(target, site, proxy) if site.over_tls else None
    if plain is not None:
        plans += [plan_visit("plain HTTP", plain, site.prefix, path) for path in (*SHORT, "/metrics")]
    for origin in direct_origins(site, options):
        prefix = f"/{options.url_prefix}" if options and options.url_prefix else ""
        plans += [plan_visit("Flower's port", origin, prefix, path) for path in SHORT]
    scheme, port = site.origin.scheme, site.origin.port
    hosts: list[tuple[Way, str]] = [("address", site.origin.address), ("unknown host", ELSEWHERE)]
    for way, host in [] if site.names_an_address else hosts:
        origin = site.origin_as(scheme, port, host=host)
        plans += [plan_visit(way, origin, site.prefix, path) for path in (*SHORT, "/healthcheck", "/metrics")]
        if plain is not None:
            other = replace(plain, host=host)
            plans += [plan_visit(way, other, site.prefix, path) for path in ("/", "/healthcheck", "/metrics")]
    return plans


def plain_origin(target: Target, site: Site, proxy: Proxy | None) -> Origin | None:
    """Where the same site answers without TLS, None where nobody can know it."""
    if target.http_url:
        named, _ = read_url(target.http_url)
        if named.host == site.origin.host:
            return replace(named, address=site.origin.address)
        with suppress(Unobservable):
            return replace(named, address=resolve(named.host, named.port, target.timeout_s)[0])
        return None
    if proxy is not None and (plain := [listen.port for listen in proxy.listens if listen.port and not listen.tls]):
        return site.origin_as("http", plain[0])
    return site.origin_as("http", 80) if site.origin.port == 443 else None


def direct_origins(site: Site, options: Options | None) -> tuple[Origin, ...]:
    """Flower's own port as others could reach it; none where the URL is that port or only this machine reaches it."""
    if options is not None and options.unix_socket:
        return ()
    port = options.port if options is not None else 5555
    tls = options is not None and options.serves_tls
    return tuple(
        site.origin_as(
            "https" if tls else "http",
            port,
            address=address,
            host=site.origin.host if address == site.origin.address else site.machine,
        )
        for address in site.outside
        if (address, port) != (site.origin.address, site.origin.port)
    )


def _follow(client: Client, visits: list[Visit], plans: Sequence[tuple[Visit, Request]], prefix: str) -> list[Visit]:
    """Redirects within the same origin, followed a few steps: `/` may lead to `/workers`, which may be open."""
    for _ in range(ONWARD_LIMIT):
        onward = [index for index, visit in enumerate(visits) if visit.access is Access.ONWARD]
        requests = [
            replace(plans[index][1], path=_path_of(urljoin(visits[index].url, visits[index].location)))
            for index in onward
        ]
        for index, result in zip(onward, client.get_all(requests), strict=True):
            origin = plans[index][1].origin
            moved = replace(visits[index], url=f"{origin.url}{requests[onward.index(index)].path}")
            visits[index] = read_visit(moved, result, prefix)
    return visits


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _not_found_is_open(visits: Iterable[Visit]) -> Iterable[Visit]:
    """Flower says "unknown task" to those let in; where even the front page is not found, that tells nothing."""
    found = list(visits)
    fronts = {visit.way: visit for visit in found if visit.path == "/" and visit.credentials == "none"}
    for visit in found:
        looked_up = visit.path in {f"/task/{NOBODY}", f"/worker/{NOBODY}"}
        front = fronts.get(visit.way)
        if looked_up and visit.access is Access.NOT_FOUND and visit.by_flower and front is not None:
            yield visit if front.access is Access.NOT_FOUND else replace(visit, access=Access.OPEN)
        else:
            yield visit


def _asks(visit: Visit) -> bool:
    """Whether a login was asked for; 403 only says that somebody is not let in."""
    return visit.access is Access.LOGIN or (visit.access is Access.REFUSED and visit.status != 403)


def _refused_by_flower(visit: Visit) -> bool:
    """Whether it was Flower itself, and nothing in front of it, that refused a read route."""
    if visit.access is Access.REFUSED:
        return visit.status == 401 and visit.realm in {"", "flower"}  # its API sends no challenge
    return visit.access is Access.METHOD or (visit.access is Access.LOGIN and visit.by_flower)


def _unlike_flower(visits: Sequence[Visit]) -> str:
    if not visits:
        return "nothing was asked"
    first = visits[0]
    if first.access in {Access.ELSEWHERE, Access.HTTPS}:
        return f"{first.url} sends on to {first.location}; audit that URL"
    if first.access is Access.NOT_FOUND and any(visit.by_flower for visit in visits):
        return f"Flower answers {first} with its own page for unknown addresses; it is served under another url_prefix"
    return f"{first} does not look like Flower; is the URL right, its prefix included?"
