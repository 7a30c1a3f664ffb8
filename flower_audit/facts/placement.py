"""Whether Flower is meant to run on this host."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.process import Process
from flower_audit.facts.service import Service
from flower_audit.facts.upstream import Upstream
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where Flower runs, as this host tells.

    Shape: `told` is what the proxy here says of another host, empty where it sends to none or Flower is here;
    `unknown` says why that cannot be told.
    """

    told: str = ""
    unknown: str = ""

    @property
    def elsewhere(self) -> str:
        """The other host that Flower runs on, empty where nothing says so.  Unobservable: the proxy cannot be read."""
        if self.unknown:
            raise Unobservable(self.unknown)
        return self.told


@fact()
def placement(
    service: Service | Unobservable | None = None,
    process: Process | Unobservable | None = None,
    upstream: Upstream | Unobservable | None = None,
) -> Placement:
    """A host with neither a unit nor a process of Flower, and with a proxy that sends to another machine.

    Source: systemd, the processes, the proxy's upstreams.
    """
    if service is not None or process is not None or upstream is None:
        return Placement()
    if isinstance(upstream, Unobservable):
        return Placement(unknown=f"no Flower is here, and whether one on another host is served from here: {upstream}")
    return Placement(told=", ".join(upstream.elsewhere))
