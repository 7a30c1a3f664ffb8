"""Celery workers on Flower's host: whether they send events, and whether they use Flower's broker."""

from dataclasses import dataclass

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.broker import Broker
from flower_audit.parsers.embedded import host_program, read_answer
from flower_audit.probe import Output, probe

PROGRAM = host_program(
    "celery_command_line",
    "broker_connection",
    "open_connections",
    "worker_processes",
    arguments='"$pid" "$root$venv"',
    about="Find Celery workers in /proc and compare the broker each was given; no password is printed.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker's main process.

    Shape: `sends_events` is what its command line says (`-E`; the application's settings may say it too); `where` is
    the flag or variable that names its broker, `connection` where only its open connection shows it, empty where
    nothing does; `database` is empty where unknown; `related` says that it shares Flower's folder, interpreter or
    application; `addresses` are the broker host's on this host.
    """

    pid: int
    name: str = ""
    sends_events: bool = False
    related: bool = True
    other_network: bool = False
    where: str = ""
    scheme: str = ""
    host: str = ""
    port: int = 0
    path: str = ""
    database: str = ""
    local: bool | None = None
    addresses: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Its broker as people write it, without credentials."""
        database = f"/{self.database.lstrip('/')}" if self.database else ""
        return f"{self.scheme}://{self.path or f'{self.host}:{self.port}'}{database}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """The workers that run on Flower's host."""

    processes: tuple[Worker, ...]

    @property
    def without_events(self) -> tuple[Worker, ...]:
        """Flower's workers that were not told to send events when they were started."""
        return tuple(worker for worker in self._flowers() if not worker.sends_events)

    def elsewhere(self, broker: Broker) -> tuple[Worker, ...]:
        """Flower's workers whose broker, or database on it, is another one than Flower's.

        Unobservable: it cannot be told, as where a container gives names of its own to the same hosts.
        """
        if not any(worker.where for worker in self._flowers()):
            raise Unobservable("no worker on this host shows its broker: it stands in the application's code")
        verdicts = [(worker, _same(broker, worker)) for worker in self._flowers() if worker.where]
        different = tuple(worker for worker, same in verdicts if same is False)
        if not verdicts[0][0].related and any(same for _, same in verdicts):
            return ()  # none is Flower's for certain, and one of them is on its broker: the others belong elsewhere
        if not different and not any(same for _, same in verdicts):
            raise Unobservable(
                "the workers and Flower see the network differently, so their brokers cannot be compared"
            )
        return different

    def _flowers(self) -> tuple[Worker, ...]:
        return tuple(worker for worker in self.processes if worker.related) or self.processes


@probe(PROGRAM, root=True, limit_s=10, private=True)
def workers(out: Output) -> Workers:
    """Source: /proc/<pid>/cmdline and environ.

    Absent: no Celery worker runs on this host.  Unobservable: no python3 on the host, no root.
    """
    found = read_answer(out)["workers"]
    if not found:
        raise Absent("no Celery worker runs on this host")
    return Workers(processes=tuple(_worker(item) for item in found))


def _worker(item: dict[str, object]) -> Worker:
    known = {name: item[name] for name in ("pid", "name", "sends_events", "related", "other_network")}
    brokers = item["brokers"]
    if not isinstance(brokers, list) or not brokers:
        return Worker(**known)  # type: ignore[arg-type]  # the embedded program's own JSON
    broker = dict(brokers[0])
    broker["addresses"] = tuple(broker["addresses"])
    where = "connection" if item["where"] == "the application" else item["where"]
    return Worker(**known, where=where, **broker)  # type: ignore[arg-type]  # the embedded program's own JSON


def _same(broker: Broker, worker: Worker) -> bool | None:
    """Whether a worker's broker is Flower's; None where it cannot be told."""
    if broker.path or worker.path:
        same_host: bool | None = broker.path == worker.path
    elif broker.host.lower() == worker.host.lower() or (broker.local and worker.local):
        same_host = True
    elif worker.other_network or broker.other_network:
        same_host = None
    elif broker.addresses and worker.addresses:
        same_host = bool(set(broker.addresses) & set(worker.addresses))
    else:
        same_host = None
    if not same_host:
        return same_host
    if broker.port != worker.port:
        return False
    if broker.where == "connection" or worker.where == "connection":
        return True  # the database of a connection is not visible, its server is
    return broker.database == worker.database
