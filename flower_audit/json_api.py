"""Asking the JSON API of a monitoring server (Prometheus, Alertmanager, Grafana) over HTTP, with GET only."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.http_client import Client, resolve
from flower_audit.http_messages import Answer, Failure, Origin, Request, Scheme
from flower_audit.probe import Trail
from flower_audit.target import Target

BODY_CAP = 8 * 1024 * 1024
TOO_LONG = "the answer was longer than"
TOKEN_VARIABLES = {
    "prometheus": "FLOWER_PROMETHEUS_TOKEN",
    "rules": "FLOWER_RULES_TOKEN",
    "alertmanager": "FLOWER_ALERTMANAGER_TOKEN",
    "grafana": "FLOWER_GRAFANA_TOKEN",
}
"""Environment variables of the audit that may hold a bearer token; user and password may stand in the URL."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of an API.  Shape: `status` is 0 where nothing came back, `text` then says why."""

    status: int
    text: str

    def json(self) -> Any:
        """The answer as JSON, None where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


Replies = Mapping[str, Reply]
"""Answers by the path that was asked for."""


class JsonApi:
    """One server's API.  Shape: `way` is the way in that it stands for; `url` may hold a path prefix and a login."""

    def __init__(self, way: str, url: str, target: Target, trail: Trail) -> None:
        parts = urlsplit(url)
        scheme: Scheme = "https" if parts.scheme == "https" else "http"
        self._way = way
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if scheme == "https" else 80)
        self._scheme = scheme
        self._prefix = parts.path.rstrip("/")
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._limit_s = target.timeout_s
        self._client = Client(timeout_s=target.timeout_s, trail=trail, ca=target.ca, body_cap=BODY_CAP)
        self._origin: Origin | None = None
        self._admitted = False

    @property
    def name(self) -> str:
        """The URL without its login."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{self._port}{self._prefix}"

    def ask(self, paths: Iterable[str]) -> Replies:
        """The answers to GET requests.

        Raises Unreachable where nothing answers, or where the very first answer asks for a login.
        """
        wanted = list(dict.fromkeys(paths))
        origin = self._reached()
        requests = [
            Request(
                origin=origin,
                path=f"{self._prefix}{path}",
                headers=self._headers(),
                credentials=self._login,
                verify=self._scheme == "https",
            )
            for path in wanted
        ]
        answers = self._client.get_all(requests)
        if answers and isinstance(answers[0], Failure):
            raise Unreachable(self._way, f"{self.name} cannot be asked: {answers[0].text}")
        first = answers[0].status if answers and isinstance(answers[0], Answer) else 0
        if not self._admitted and first in {301, 302, 303, 307, 308, 401, 403}:
            variable = TOKEN_VARIABLES[self._way]
            raise Unreachable(
                self._way, f"{self.name} asks for a login ({first}): put a token into the variable {variable}"
            )
        self._admitted = True
        return dict(zip(wanted, map(_reply, answers), strict=True))

    def _reached(self) -> Origin:
        if self._origin is None:
            try:
                address = resolve(self._host, self._port, self._limit_s)[0]
            except Unobservable as error:
                raise Unreachable(self._way, f"{self.name} cannot be asked: {error}") from error
            self._origin = Origin(scheme=self._scheme, address=address, port=self._port, host=self._host)
        return self._origin

    def _headers(self) -> dict[str, str]:
        bearer = token(self._way)
        return {"Authorization": f"Bearer {bearer}"} if bearer else {}


def token(way: str) -> str:
    """The bearer token for a way in, empty where none is set."""
    return os.environ.get(TOKEN_VARIABLES[way], "").strip()


def _reply(answer: Answer | Failure) -> Reply:
    if isinstance(answer, Failure):
        return Reply(0, answer.text)
    if len(answer.body) >= BODY_CAP:
        return Reply(0, f"{TOO_LONG} {BODY_CAP} bytes")
    return Reply(answer.status, answer.body.decode(errors="replace"))
