"""The reverse proxy on this host that fronts Flower."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.parsers.frontend import Frontend, Kind
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy(Frontend):
    """The site that fronts Flower, everything in effect for it, and whether it reaches Flower.

    Shape: `version` is empty where unknown.  `reaches` is True where every upstream is a place that Flower listens on, False where
    one is not, None where that could not be told; `flower_listens` are those places.
    """

    kind: Kind
    version: str = ""
    reaches: bool | None = None
    flower_listens: tuple[str, ...] = ()


@fact()
def proxy() -> Proxy:
    """Source: nginx's and Caddy's configuration.  Absent: no proxy on this host fronts Flower.  Unobservable: not readable."""
    raise Unobservable("the reverse proxy's configuration is not read yet")
