"""What Flower's options are in the running process, where each comes from, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from packaging.version import Version

from flower_audit.errors import Unobservable

Source = Literal["flag", "file", "environment", "default"]
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One option of Flower.

    Shape: `value` is None where the option is unset, holds a secret (`secret`), or cannot be known
    (`unknown` then says why, and is empty otherwise); `where` is the flag, the variable or `file:line`.
    """

    value: Value
    source: Source = "default"
    where: str = ""
    secret: bool = False
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicAuth:
    """The properties of `basic_auth`.

    Shape: `malformed` says what is wrong with entries, without their text; `placeholders` and `weak` name the users whose
    password is one of the guide's, a default, common or the user's own name, or shows too little variety.
    Units: `shortest` in characters.
    """

    names: tuple[str, ...]
    malformed: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    shortest: int = 0
    source: Source = "environment"
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """The properties of OAuth login.

    Shape: `pattern_risk` and `pattern_defect` are sentences, empty where the email pattern is safe and admits somebody;
    `missing` names options that are not set; `placeholders` those that still hold an example value.
    """

    pattern: str
    provider: str
    provider_known: bool
    redirect_uri: str
    missing: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    pattern_risk: str = ""
    pattern_defect: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerUrl:
    """Where Flower's broker is; the password is not kept.

    Shape: `database` is the Redis database number or the AMQP virtual host as text; `where` is the flag or variable to read
    the URL from on the host (`-b`, `BROKER_URL`, `CELERY_BROKER_URL`, or a file); `defects` are sentences.
    """

    scheme: str
    host: str
    port: int | None
    database: str = ""
    username: str = ""
    has_password: bool = False
    uses_default_account: bool = False
    defects: tuple[str, ...] = ()
    source: Source = "environment"
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with how an option is given.

    Shape: `kind` groups problems by the check they belong to; `text` is a sentence without secrets.
    """

    kind: Literal["unknown-name", "shadowed", "boolean", "dropped", "refused"]
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Flower's effective options.

    The properties give one option each and raise Unobservable where it cannot be known.

    Shape: `settings` maps every option of this release, with underscores, to its setting; `broker` and `cookie_secret_strong` are
    None where unknown (`broker_unknown` says why); `changed_since_start` names what a restart would change.
    """

    release: Version
    settings: Mapping[str, Setting]
    workdir: str
    config_file: str = ""
    config_file_exists: bool = False
    basic_auth: BasicAuth | None = None
    oauth: OAuth | None = None
    unauthenticated_api: bool = False
    cookie_secret_strong: bool | None = None
    broker: BrokerUrl | None = None
    broker_unknown: str = ""
    broker_api: BrokerUrl | None = None
    started_with: Literal["celery", "python -m flower", "flower", "unknown"] = "celery"
    problems: tuple[Problem, ...] = ()
    changed_since_start: tuple[str, ...] = ()
    auth_unknown: str = field(default="")

    def known(self, name: str) -> Value:
        """The value of an option.  Unobservable: it cannot be known without running the configuration."""
        setting = self.settings[name]
        if setting.unknown:
            raise Unobservable(f"the option {name} cannot be known: {setting.unknown}")
        return setting.value

    def _text(self, name: str) -> str:
        value = self.known(name)
        return "" if value is None else str(value)

    def _number(self, name: str) -> int:
        value = self.known(name)
        return int(value) if value is not None else 0

    @property
    def port(self) -> int:
        """The TCP port; without meaning where `unix_socket` is set."""
        return self._number("port")

    @property
    def address(self) -> str:
        """The address listened on; empty for all, IPv4 and IPv6."""
        return self._text("address")

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
        host = self.address if self.address not in {"", "0.0.0.0", "::"} else "127.0.0.1"
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
        if self.auth_unknown:
            raise Unobservable(self.auth_unknown)
        if self.basic_auth and self.oauth:
            return "both"
        return "basic" if self.basic_auth else "oauth" if self.oauth else "none"
