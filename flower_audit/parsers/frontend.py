"""What a reverse proxy does with the requests it hands to one upstream: the words every proxy's parser ends in."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["nginx", "caddy"]


PROBED_PATHS = ("", "/", "/tasks", "/worker/x", "/api/workers", "/metrics")
"""Paths below a prefix that stand for all: whoever guards Flower has to guard each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value in effect.  Shape: `where` is `file:line` of the directive, or a path in a JSON configuration."""

    value: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A place where the proxy accepts connections.

    Shape: `address` is `*` for every IPv4 address, `[::]` for every IPv6 one, else an address, a host name or
    `unix:/path` (with port 0); `default` marks the site that answers there for names that no site has.
    """

    address: str
    port: int
    tls: bool = False
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHeader:
    """A header that the proxy adds.  Shape: `on_errors` tells whether 4xx and 5xx answers carry it too."""

    name: str
    value: str
    on_errors: bool
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """A request limit that the location uses.

    Shape: `counts` tells whether it refuses anything, None where the configuration alone cannot tell; `problem`
    says why not.
    """

    zone: str
    rate: str
    counts: bool | None
    problem: str = ""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """One `allow` or `deny`, in the order in which they are tried; `source` is `all`, an address or a network."""

    allows: bool
    source: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """A certificate that the proxy serves, and its key, by path; `where` names the directive."""

    certificate: str
    key: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long the proxy waits for the upstream.

    Units: seconds.  Shape: None where nothing sets it, so that the proxy's default is in force (nginx: 60 s each;
    Caddy: 3 s to connect, no limit to send and read); `where` is the `file:line` of one that is set.
    """

    connect_s: float | None = None
    send_s: float | None = None
    read_s: float | None = None
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontend:
    """Everything in effect for requests that reach one upstream.

    Shape: `where` is the `file:line` of the place that proxies, `server_where` that of the site around it.
    `server_names` as written (`*.example.com`, `~regex`; empty for a catch-all). `prefix` is the public path below
    which the upstream is reached, without a slash at its end, empty for the root; `tasks_path` is the path that the
    upstream receives when a browser asks for `<prefix>/tasks`, empty where that could not be decided. `upstreams` are
    `host:port` or `unix:/path`, `target` is what the configuration calls them; `unresolved` says what could not be
    decided. `request_headers` (lower-case names) are set on the way to the upstream, `response_headers` on the way
    back. `restricted` tells whether some addresses are refused, `authentication` names the proxy's own login.
    `redirects_to_https` is True where plain HTTP for the same names is sent on to HTTPS, False where it is served,
    None where nothing listens for it or it cannot be told. `automatic_tls`: the proxy obtains and renews the
    certificate by itself. `shadowed` is a sentence about the site that answers instead of this one, else empty.
    `partial`: only some requests below the prefix come here. `unguarded` are paths that come to the same upstream
    without the login that others need.
    """

    where: str
    server_where: str
    server_names: tuple[str, ...]
    listens: tuple[Listen, ...]
    prefix: str
    tasks_path: str
    upstreams: tuple[str, ...]
    target: str = ""
    unresolved: str = ""
    upstream_tls: bool = False
    request_headers: dict[str, Setting]
    response_headers: tuple[ResponseHeader, ...] = ()
    upgrades: bool
    rate_limits: tuple[RateLimit, ...] = ()
    access_rules: tuple[AccessRule, ...] = ()
    restricted: bool = False
    authentication: Setting | None = None
    timeouts: Timeouts = Timeouts()
    certificates: tuple[CertificateFiles, ...] = ()
    automatic_tls: bool = False
    redirects_to_https: bool | None = None
    shadowed: str = ""
    partial: bool = False
    unguarded: tuple[str, ...] = ()
