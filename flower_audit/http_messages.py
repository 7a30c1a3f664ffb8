"""What is asked over HTTP, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scheme = Literal["http", "https"]
Trouble = Literal["refused", "unreachable", "filtered", "timeout", "untrusted", "tls", "protocol"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request goes: `address` is connected to, `host` is the name that is asked for."""

    scheme: Scheme
    address: str
    port: int
    host: str

    @property
    def authority(self) -> str:
        """Host and port as in a URL, the scheme's own port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL without a path."""
        return f"{self.scheme}://{self.authority}"

    @property
    def endpoint(self) -> str:
        """Address and port, for a socket's messages."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One GET.

    Shape: with `verify` the server's certificate must be valid for `origin.host`, else nothing is sent;
    `credentials` are a user and password for Basic authentication.
    """

    origin: Origin
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    verify: bool = False
    method: Literal["GET", "POST"] = "GET"

    def __str__(self) -> str:
        asked_at = f" (at {self.origin.address})" if self.origin.address != self.origin.host else ""
        return f"{self.method} {self.origin.url}{self.path}{asked_at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.  Shape: header names in lower case, in order; `body` is cut at the client's cap."""

    request: Request
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    duration_s: float

    def header(self, name: str) -> str:
        """The first header of that name, empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Every header of that name."""
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why nothing came back; `text` is a sentence.

    Shape: `trouble` is `filtered` where no connection came about in time, `timeout` where one did and no answer came.
    """

    request: Request
    trouble: Trouble
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Many requests at once.  Shape: `refused_with` is the status that ended it, `failure` a sentence; else neither."""

    sent: int
    seconds: float
    refused_with: int | None = None
    failure: str = ""

    def __str__(self) -> str:
        end = f"then {self.refused_with}" if self.refused_with else self.failure or "none refused"
        return f"{self.sent} requests in {self.seconds:.1f} s, {end}"
