"""The systemd unit that runs the broker on Flower's own host, so that advice can name it."""

from dataclasses import dataclass

from flower_audit.errors import Unobservable
from flower_audit.facts.options import Options
from flower_audit.facts.service import Service
from flower_audit.facts.sockets import Sockets
from flower_audit.parsers.broker_url import BrokerUrl
from flower_audit.probe import fact

LOOPBACK = {"localhost", "127.0.0.1", "::1", ""}
BROKERS = ("redis", "valkey", "keydb", "rabbitmq", "dragonfly")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerUnit:
    """The broker's unit as far as it is known; empty texts where it is not.

    Shape: `listening` is the unit of the system that holds the socket which Flower's broker URL names; `awaited` are
    the units that Flower's own unit starts after and that are brokers by their names.
    """

    listening: str = ""
    awaited: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The unit to look at: the one that listens, else the one that Flower waits for."""
        return self.listening or (self.awaited[0] if self.awaited else "")

    @property
    def unawaited(self) -> str:
        """The broker that listens and that Flower does not wait for."""
        # Another unit may be a container engine's, or a tunnel's: it stands for a broker that has a unit of its own.
        return self.listening if _is_broker(self.listening) and self.listening not in self.awaited else ""


@fact()
def broker_unit(
    options: Options | Unobservable | None = None,
    service: Service | Unobservable | None = None,
    sockets: Sockets | Unobservable | None = None,
) -> BrokerUnit:
    """Source: After= of Flower's unit, and whose control group listens (ss).  Unobservable: never; it knows less."""
    broker = options.broker if isinstance(options, Options) else None
    if broker is None or broker.host not in LOOPBACK:
        return BrokerUnit()
    after = service.after if isinstance(service, Service) else ()
    listening = _listening(broker, sockets) if isinstance(sockets, Sockets) else ""
    return BrokerUnit(listening=listening, awaited=tuple(filter(_is_broker, after)))


def _listening(broker: BrokerUrl, sockets: Sockets) -> str:
    units = {
        one.unit
        for one in sockets.listening
        if one.unit and (one.address == f"unix:{broker.path}" if broker.path else one.port == broker.port)
    }
    # Of a user's manager, only its own unit is told; where several listen, nobody knows whom Flower talks to.
    return units.pop() if len(units) == 1 and not any(unit.startswith("user@") for unit in units) else ""


def _is_broker(unit: str) -> bool:
    return any(name in unit for name in BROKERS)
