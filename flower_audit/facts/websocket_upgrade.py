"""Whether a request to switch to WebSocket comes through to Flower."""

from dataclasses import dataclass

from flower_audit.errors import Absent, NotAsked, Unobservable
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.site import Site
from flower_audit.facts.version import Version
from flower_audit.facts.websocket import Websocket
from flower_audit.probe import fact
from flower_audit.target import Target

NEEDS = "needs --flower-host=ssh://… or --flower-connection: from outside only the sockets of Flower 1.0 and older tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsocketUpgrade:
    """Shape: `seen` is what a request at the public URL showed, None where this Flower has no socket to ask for;
    `where` names the proxy's file or that URL; `unknown` is why the proxy's configuration is not known.
    """

    where: str
    seen: bool | None = None
    proxy: Proxy | None = None
    unknown: Unobservable | None = None

    @property
    def passes(self) -> bool:
        """It comes through.  NotAsked: only the proxy's configuration could tell.  Unobservable: it is not readable."""
        if self.seen is not None:
            return self.seen
        if self.proxy is not None:
            return self.proxy.upgrades
        raise self.unknown or NotAsked(NEEDS)


@fact(way="url")
def websocket_upgrade(
    target: Target,
    site: Site | Unobservable | None = None,
    proxy: Proxy | Unobservable | None = None,
    websocket: Websocket | Unobservable | None = None,
    version: Version | Unobservable | None = None,
) -> WebsocketUpgrade:
    """Source: a request for an event socket, without credentials; else the proxy's configuration.

    Absent: nothing is in front of Flower.
    """
    known = proxy if isinstance(proxy, Proxy) else None
    if known is None and isinstance(site, Site) and site.is_flower_itself:
        raise Absent("Flower is opened without a proxy")
    if isinstance(websocket, Websocket) and (websocket.opened or websocket.lost_upgrade):
        where = websocket.url if known is None else known.where
        return WebsocketUpgrade(where=where, seen=websocket.opened, proxy=known)
    if proxy is None and target.connection:
        raise Absent("no proxy on this host fronts Flower")
    if proxy is None and isinstance(version, Unobservable):
        raise NotAsked(NEEDS)
    return WebsocketUpgrade(
        where=known.where if known else "", proxy=known, unknown=proxy if isinstance(proxy, Unobservable) else None
    )
