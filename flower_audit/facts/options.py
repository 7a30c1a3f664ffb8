"""What Flower's options are in the running process, where each comes from, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from packaging.version import Version

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.container import Container, Published
from flower_audit.facts.package import Package
from flower_audit.parsers.authentication import BasicAuth, OAuth, basic_auth_of, cookie_secret_of, oauth_of
from flower_audit.parsers.broker_url import BrokerUrl, broker_of
from flower_audit.parsers.effective_options import Effective, Kind, Problem, Source
from flower_audit.parsers.flower_command import Form
from flower_audit.parsers.flower_options import SECRETS, TRUE
from flower_audit.parsers.flower_start import (
    CLOCK_SLACK_S,
    START,
    Start,
    asks_for_read_only,
    changed_since,
    read_start,
    resolve,
)
from flower_audit.probe import Output, probe

__all__ = ["BasicAuth", "BrokerUrl", "OAuth", "Options", "Problem", "Setting", "Source", "options"]

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One option of Flower.

    Shape: `value` is None where the option is unset, holds a secret (`secret`), or cannot be known (`unknown` then says
    why, and is empty otherwise); `where` is the flag, the variable or `file:line`.
    """

    value: Value
    source: Source = "default"
    where: str = ""
    secret: bool = False
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Flower's effective options.

    The properties give one option each and raise Unobservable where it cannot be known.

    Shape: `settings` maps every option of this release, with underscores, to its setting; `broker` is None where the
    application's code decides (`broker_unknown` says why); `changed_since_start` says what a restart would change;
    `read_only_asked` is the place where read-only mode is asked for, heeded or not, empty where nobody does;
    `container` is the one whose network is not the host's, where the port and the address are those that it publishes.
    """

    release: Version
    settings: Mapping[str, Setting]
    workdir: str
    config_file: str = ""
    config_file_exists: bool = False
    basic_auth: BasicAuth | None = None
    oauth: OAuth | None = None
    unauthenticated_api: bool = False
    cookie_secret: Literal["unset", "weak", "strong", "unknown"] = "unset"  # noqa: S105 - a word for it
    broker: BrokerUrl | None = None
    broker_unknown: str = ""
    broker_api_set: bool = False
    started_with: Form = "celery"
    problems: tuple[Problem, ...] = ()
    changed_since_start: tuple[str, ...] = ()
    auth_unknown: str = ""
    read_only_asked: str = ""
    container: Container | None = None

    def known(self, name: str) -> Value:
        """The value of an option.  Unobservable: it cannot be known without running the configuration."""
        setting = self.settings[name]
        if setting.unknown:
            raise Unobservable(f"the option {name} cannot be known: {setting.unknown}")
        return setting.value

    def _text(self, name: str) -> str:
        value = self.known(name)
        return "" if value is None else str(value)

    def _published(self) -> Published | None:
        """Where the host takes connections for a container, the most open place first.

        Unobservable: the container publishes no port, or its engine did not tell.
        """
        if self.container is None:
            return None
        places = self.container.place_of(self._number("port"))
        if not places:
            raise Unobservable("Flower's container has a network of its own and publishes no port of it on the host")
        return min(places, key=lambda place: bool(place.address))

    def _number(self, name: str) -> int:
        value = self.known(name)
        return int(value) if value is not None else 0

    @property
    def port(self) -> int:
        """The TCP port on the host; without meaning where `unix_socket` is set."""
        published = self._published()
        return published.port if published else self._number("port")

    @property
    def address(self) -> str:
        """The address of the host listened on; empty for all, IPv4 and IPv6."""
        published = self._published()
        return published.address if published else self._text("address")

    @property
    def unix_socket(self) -> str:
        """The path of the unix socket that replaces the port, else empty."""
        return self._text("unix_socket")

    @property
    def url_prefix(self) -> str:
        """The prefix without slashes at its ends, else empty."""
        return self._text("url_prefix").strip("/")

    @property
    def serves_tls(self) -> bool:
        """Flower itself speaks TLS."""
        return bool(self._text("certfile") and self._text("keyfile"))

    @property
    def local_url(self) -> str:
        """Flower's own URL on its host, prefix included, without a slash at the end; empty for a unix socket."""
        if self.unix_socket:
            return ""
        everywhere = self.address in {"", "0.0.0.0", "::"}  # noqa: S104 - compared with, not listened on
        host = "127.0.0.1" if everywhere else self.address
        host = f"[{host}]" if ":" in host else host
        prefix = f"/{self.url_prefix}" if self.url_prefix else ""
        return f"{'https' if self.serves_tls else 'http'}://{host}:{self.port}{prefix}"

    @property
    def persistent(self) -> bool:
        """The task history is kept over restarts."""
        return bool(self.known("persistent"))

    @property
    def db_path(self) -> str:
        """The database as an absolute path; the dbm family adds its own suffixes to it."""
        path = self._text("db")
        return path if path.startswith("/") else f"{self.workdir.rstrip('/')}/{path}"

    @property
    def state_save_interval_ms(self) -> int:
        """Milliseconds between saves, 0 for a save at a clean stop only."""
        return self._number("state_save_interval")

    @property
    def max_tasks(self) -> int:
        """How many tasks are kept in memory."""
        return self._number("max_tasks")

    @property
    def purge_offline_workers_s(self) -> int | None:
        """Seconds after which an offline worker is forgotten, None for never."""
        return None if self.known("purge_offline_workers") is None else self._number("purge_offline_workers")

    @property
    def log_file(self) -> str:
        """The log file as an absolute path, empty where Flower logs to its standard error."""
        path = self._text("log_file_prefix")
        return path if not path or path.startswith("/") else f"{self.workdir.rstrip('/')}/{path}"

    @property
    def debug(self) -> bool:
        """Debug mode: tracebacks on pages, settings with the cookie secret in the log."""
        return bool(self.known("debug"))

    @property
    def xheaders(self) -> bool:
        """X-Real-IP and X-Scheme of the proxy are believed."""
        return bool(self.known("xheaders"))

    @property
    def enable_events(self) -> bool:
        """Flower asks the workers for events."""
        return bool(self.known("enable_events"))

    @property
    def read_only(self) -> bool:
        """Control is refused; False before 2.1, which has no such option."""
        return "read_only" in self.settings and bool(self.known("read_only"))

    @property
    def authentication(self) -> Literal["none", "basic", "oauth", "both"]:
        """How people log in.  Unobservable: `auth_unknown` says why."""
        if self.auth_unknown and not (self.basic_auth or self.oauth):
            raise Unobservable(self.auth_unknown)
        if self.basic_auth and self.oauth:
            return "both"
        return "basic" if self.basic_auth else "oauth" if self.oauth else "none"

    @property
    def accounts(self) -> BasicAuth:
        """The accounts of basic authentication.  Absent: it is off.  Unobservable: whether it is on is not known."""
        if self.basic_auth is None:
            self.known("basic_auth")
            raise Absent("this Flower has no basic authentication")
        return self.basic_auth

    @property
    def login(self) -> OAuth:
        """The OAuth login.  Absent: it is off.  Unobservable: whether it is on is not known."""
        if self.oauth is None:
            self.known("auth")
            raise Absent("this Flower has no OAuth login")
        return self.oauth

    def problems_of(self, kind: Kind) -> tuple[Problem, ...]:
        """The problems of one kind."""
        return tuple(problem for problem in self.problems if problem.kind == kind)


@probe(START + "\nexit 0", way="process", owner=True, private=True)
def options(out: Output, package: Package, container: Container | None = None) -> Options:
    """Flags before the configuration file before the environment before this release's defaults, of the live process.

    The configuration file is read, never run.
    Source: flower/command.py of each release.  Absent: no Flower runs.  Unobservable: neither root nor Flower's own
    user, its release is not known, or its unit reads a file that is for root alone.
    """
    start = start_of(out)
    release = package.flower
    if release is None:
        raise Unobservable(f"Flower's release is not known: no package metadata in {package.venv or 'its environment'}")
    found = options_of_start(start, release)
    if start.started and package.installed > start.started + CLOCK_SLACK_S:
        upgraded = f"Flower {release} was installed after this process had started"
        found = replace(found, changed_since_start=(upgraded, *found.changed_since_start))
    return replace(found, container=container) if container and container.own_network else found


def start_of(out: Output) -> Start:
    """How Flower was started, from a command that begins with START.  Absent and Unobservable: as `options`."""
    text = out.succeeded()
    if text.startswith("== absent"):
        raise Absent("no Flower process runs on this host")
    if "\n== private " in text:
        raise Unobservable("an EnvironmentFile of Flower's unit is for root to read; give --sudo")
    start = read_start(text)
    if not start.argv:
        raise Unobservable("the environment of Flower's process could not be read")
    return start


def options_of_start(start: Start, release: Version) -> Options:
    """The options of a Flower of this release that was started so."""
    effective = resolve(start, release)
    broker, broker_unknown = broker_of(start, release)
    unknown = [given.unknown for name in ("basic_auth", "auth") if (given := effective.options[name]).unknown]
    return Options(
        release=release,
        settings={name: _setting(effective, name) for name in effective.options},
        workdir=start.workdir,
        config_file=start.config_path,
        config_file_exists=start.config is not None,
        basic_auth=basic_auth_of(effective),
        oauth=oauth_of(effective, start.environ, release),
        unauthenticated_api=start.environ.get("FLOWER_UNAUTHENTICATED_API", "").lower() in TRUE,
        cookie_secret=cookie_secret_of(effective),
        broker=broker,
        broker_unknown=broker_unknown,
        broker_api_set=bool(effective.value("broker_api")),
        started_with=start.command.form,
        problems=tuple(effective.problems),
        changed_since_start=changed_since(start, release),
        auth_unknown=unknown[0] if unknown else "",
        read_only_asked=asks_for_read_only(start),
    )


def _setting(effective: Effective, name: str) -> Setting:
    given = effective.options[name]
    shown = ",".join(map(str, given.value)) if isinstance(given.value, tuple) else given.value
    secret = name in SECRETS
    return Setting(
        value=None if secret else shown, source=given.source, where=given.where, secret=secret, unknown=given.unknown
    )
