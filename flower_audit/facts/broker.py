"""The broker that Flower talks to, asked from Flower's own host with Flower's own URL."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from flower_audit.errors import Absent, Unobservable
from flower_audit.parsers.embedded import host_program, read_answer
from flower_audit.probe import Output, probe

PROGRAM = host_program(
    "celery_command_line",
    "broker_connection",
    "open_connections",
    "process_paths",
    "redis_dialogue",
    "amqp_handshake",
    "broker_dialogue",
    arguments='"$pid" "$root$venv"',
    about="Ask the broker as Flower would; the URL is read from /proc/$pid and its password goes to the broker alone.",
)


NO_PASSWORD_SET = re.compile(r"without any password configured|no password is set")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """What the broker answered; the password is not kept.

    Shape: `where` is the flag or variable that names it (`connection` where the application's code does and only
    Flower's open connection shows it); `database` is Redis' number or the virtual host; `error` is the broker's own
    refusal at `stage`; `software` is Redis, Valkey or Dragonfly, as far as it tells, and `config_file` the file it was
    started with; `connected` says that Flower holds a connection to it; `open_to_anybody` says that it obeys
    commands without credentials; `socket_mode` is a unix socket's, and None for TCP; what was not or could not be
    asked is None.
    Units: `maxmemory` in bytes, 0 for no limit.
    """

    kind: Literal["redis", "rabbitmq", "sentinel", "other"]
    where: str
    scheme: str
    host: str
    port: int
    database: str = ""
    path: str = ""
    has_password: bool = False
    uses_guest: bool = False
    url_defects: tuple[str, ...] = ()
    local: bool | None = None
    addresses: tuple[str, ...] = ()
    other_network: bool = False
    tls: bool = False
    tls_verified: bool | None = None
    connected: bool = False
    reachable: bool | None = None
    error: str = ""
    stage: str = ""
    software: str = ""
    version: str = ""
    config_file: str = ""
    open_to_anybody: bool | None = None
    refusal: str = ""
    socket_mode: int | None = None
    guest_beyond_loopback: bool | None = None
    eviction: str = ""
    maxmemory: int | None = None
    management_given: bool = False
    management_answers: bool | None = None
    management_error: str = ""

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        return {self.software: self.version} if self.software else {}

    @property
    def configuration(self) -> str:
        """The file where its password and its memory limit stand."""
        return self.config_file or f"{(self.software or 'redis').lower()}.conf"

    @property
    def command_line(self) -> str:
        """Its command line client, which asks for the password instead of showing it to everybody."""
        client = "valkey-cli" if self.software == "Valkey" else "redis-cli"
        return f"{client} --askpass" if self.has_password else client

    @property
    def answers(self) -> bool:
        """It answers Flower's own URL.  Unobservable: it may, but not to somebody who asks from outside Flower."""
        if self.reachable is not None:
            return self.reachable
        if self.kind == "sentinel":
            raise Unobservable("the sentinel answers; which master Flower asks it for stands in the application's code")
        if self.tls_verified is False:
            raise Unobservable(f"the broker's certificate is trusted by the application's settings alone: {self.error}")
        if self.connected:
            raise Unobservable("Flower is connected, but not by its URL alone: its code may switch TLS on")
        raise Unobservable(
            "Flower runs in a network namespace of its own, where its broker's name means something else"
        )

    @property
    def defects(self) -> tuple[str, ...]:
        """What is wrong with the URL.  Unobservable: the URL stands in the application's code."""
        if self.where == "connection":
            raise Unobservable("the broker's URL stands in the application's code; only the connection to it is seen")
        return self.url_defects

    @property
    def lets_anybody_in(self) -> str:
        """How somebody without credentials gets in, empty where nobody does.  Unobservable: could not be tried."""
        if self.kind == "rabbitmq":
            if self.guest_beyond_loopback is None:
                raise Unobservable(self.error or "whether guest is let in cannot be tried: the host has loopback alone")
            return "guest:guest is let in from beyond loopback" if self.guest_beyond_loopback else ""
        if self.socket_mode is not None and not self.socket_mode & 0o002:
            return ""
        if self.open_to_anybody is None:
            raise Unobservable(self.error or self.refusal or "the broker was not asked without credentials")
        return "commands are obeyed without a password" if self.open_to_anybody else ""

    @property
    def evicts(self) -> str:
        """The policy by which Redis throws keys away, empty for none.  Unobservable: INFO is refused."""
        if not self.eviction:
            raise Unobservable(self.error or "Redis does not tell its maxmemory-policy: INFO is refused to this user")
        return "" if self.eviction == "noeviction" else self.eviction

    @property
    def management_works(self) -> bool:
        """RabbitMQ's management API answers.  Unobservable: its URL stands in a file that is not run here."""
        if self.management_answers is None:
            raise Unobservable(
                "broker_api is set in a file, with its password; it is tried only from a flag or a variable"
            )
        return self.management_answers

    @property
    def on_another_host(self) -> bool:
        """It is not on Flower's host.  Unobservable: its name does not resolve."""
        if self.local is None:
            raise Unobservable(f"the broker's name {self.host} does not resolve on the host")
        return not self.local

    @property
    def encrypted(self) -> bool:
        """TLS is spoken.  Unobservable: the URL does not ask for it, and the application's code may."""
        if self.connected and self.reachable is None and not self.tls:
            raise Unobservable("the URL does not ask for TLS, but the broker does not speak without it to the audit")
        return self.tls

    @property
    def place(self) -> str:
        """The broker as people write it, without credentials."""
        return f"{self.scheme}://{self.path or f'{self.host}:{self.port}'}" + (
            f"/{self.database.lstrip('/')}" if self.database else ""
        )


@probe(PROGRAM, way="process", owner=True, limit_s=25, private=True)
def broker(out: Output) -> Broker:
    """Source: a socket from the host.

    Absent: Flower does not run, so no broker is in use.
    Unobservable: no python3 on the host, a broker named only in code, another network namespace, another transport.
    """
    answer = read_answer(out)
    if not answer:
        raise Absent("Flower does not run, so no broker is in use")
    if not answer["brokers"]:
        raise Unobservable(
            "the broker is named in the application's code and Flower holds no connection to a known broker port; "
            "give its URL by -b or CELERY_BROKER_URL to have it checked"
        )
    found = next((item for item in answer["brokers"] if item.get("reachable")), answer["brokers"][0])
    if found.get("unsupported") and not found["defects"]:
        raise Unobservable(f"brokers of the scheme {found['scheme'][:20]}:// are not spoken to")
    reachable = found.get("reachable", False)
    if answer["where"] == "the application":
        reachable = True  # Flower itself holds the connection
    elif not reachable and NO_PASSWORD_SET.search(found.get("error", "")):
        reachable = found["connected"]  # a needless password is an error to some releases of redis-py, not to others
    elif not reachable and (answer["other_network"] or found.get("certificate") or _by_settings_of_its_own(found)):
        reachable = None
    management = answer["management"]
    maxmemory = str(found.get("maxmemory", ""))
    return Broker(
        kind=_kind(found["scheme"]),
        where="connection" if answer["where"] == "the application" else answer["where"],
        scheme=found["scheme"],
        host=found["host"],
        port=found["port"],
        database=found["database"],
        path=found["path"],
        has_password=found["has_password"],
        uses_guest=found["uses_guest"],
        url_defects=tuple(found["defects"]),
        local=found["local"],
        addresses=tuple(found["addresses"]),
        other_network=answer["other_network"],
        tls=found["scheme"] in {"rediss", "amqps"},
        connected=found.get("connected", False),
        tls_verified=found.get("tls_verified"),
        reachable=reachable,
        error=found.get("error", ""),
        stage=found.get("stage", ""),
        software=found.get("software", ""),
        version=found.get("version", ""),
        config_file=found.get("config_file", ""),
        open_to_anybody=found.get("open"),
        refusal=found.get("refusal", ""),
        socket_mode=found.get("socket_mode"),
        guest_beyond_loopback=found.get("guest_beyond_loopback"),
        eviction=found.get("eviction", ""),
        maxmemory=int(maxmemory) if maxmemory.isdigit() else None,
        management_given=management.get("given", False),
        management_answers=management.get("answers"),
        management_error=management.get("error") or (f"HTTP {management['status']}" if "status" in management else ""),
    )


def _by_settings_of_its_own(found: dict[str, Any]) -> bool:
    """Flower reaches the broker by more than its URL: TLS that its code switches on, or a sentinel's master."""
    if found["scheme"] == "sentinel":
        return bool(found.get("answered"))
    return bool(found.get("connected")) and not found.get("answered") and not found.get("silent")


def _kind(scheme: str) -> Literal["redis", "rabbitmq", "sentinel", "other"]:
    if scheme in {"redis", "rediss", "socket"}:
        return "redis"
    if scheme.endswith(("amqp", "amqps")):
        return "rabbitmq"
    return "sentinel" if scheme == "sentinel" else "other"
