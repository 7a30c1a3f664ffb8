"""Asking a Prometheus by prometheus-api-client, with the bounds and the endpoints that it does not have."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import requests
from prometheus_api_client import PrometheusConnect
from urllib3 import Retry

from flower_audit import __version__
from flower_audit.errors import Unreachable
from flower_audit.json_api import BODY_CAP, TOKEN_VARIABLES, TOO_LONG, Replies, Reply, token
from flower_audit.probe import Trail
from flower_audit.target import Target

PARALLEL = 8
WAY = "prometheus"
LOGIN_ASKED = frozenset({301, 302, 303, 307, 308, 401, 403})


class PrometheusApi(PrometheusConnect):  # type: ignore[misc] # prometheus-api-client ships no types
    """One Prometheus, asked with GET only, each answer bounded in time and size.

    The library knows series, targets and queries, but not rules, configuration and Alertmanagers; it retries past any
    deadline, and reads answers of any length.  So its session, login and headers are used, by path.
    """

    def __init__(self, url: str, target: Target, trail: Trail, *, role: str = WAY) -> None:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self.name = f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path.rstrip('/')}"
        self._token_variable = TOKEN_VARIABLES[role]
        bearer = token(role)
        super().__init__(
            self.name,
            headers={
                "User-Agent": f"flower-audit/{__version__}",
                **({"Authorization": f"Bearer {bearer}"} if bearer else {}),
            },
            auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
            retry=Retry(total=0),
            timeout=target.timeout_s,
        )
        self._session.verify = target.ca or True
        self._session.trust_env = False  # neither a proxy nor a .netrc of the auditor's
        self._trail = trail
        self._admitted = False

    def ask(self, paths: Iterable[str]) -> Replies:
        """The answers to GET requests by their path.

        Raises Unreachable where nothing answers, or where the very first answer asks for a login.
        """
        wanted = list(dict.fromkeys(paths))
        if not wanted:
            return {}
        with ThreadPoolExecutor(min(PARALLEL, len(wanted)), thread_name_prefix="flower-audit prometheus") as pool:
            replies = list(pool.map(self._get, wanted))
        first = replies[0]
        if not first.status and not first.text.startswith(TOO_LONG):
            raise Unreachable(WAY, f"{self.name} cannot be asked: {first.text}")
        if not self._admitted and first.status in LOGIN_ASKED:
            raise Unreachable(
                WAY,
                f"{self.name} asks for a login ({first.status}): put a token into the variable {self._token_variable}",
            )
        self._admitted = True
        return dict(zip(wanted, replies, strict=True))

    def _get(self, path: str) -> Reply:
        began = time.monotonic()
        try:
            reply = self._read(path, began + self._timeout)
        except requests.exceptions.SSLError as error:
            reply = Reply(0, f"its certificate is not trusted: {error}"[:300])
        except requests.exceptions.Timeout:
            reply = Reply(0, f"no answer within {self._timeout:g} s")
        except requests.exceptions.RequestException as error:
            reply = Reply(0, _said(error))
        self._trail.note(
            "query",
            f"GET {self.name}{path}",
            status=reply.status or None,
            duration_s=time.monotonic() - began,
            excerpt=reply.text,
        )
        return reply

    def _read(self, path: str, deadline: float) -> Reply:
        with self._session.get(
            f"{self.name}{path}",
            headers=self.headers,
            auth=self.auth,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = bytearray()
            for chunk in response.iter_content(65_536):
                body += chunk
                if len(body) >= BODY_CAP:
                    return Reply(0, f"{TOO_LONG} {BODY_CAP} bytes")
                if time.monotonic() > deadline:
                    raise requests.exceptions.ReadTimeout
            return Reply(response.status_code, body.decode(errors="replace"))


def _said(error: requests.exceptions.RequestException) -> str:
    """requests and urllib3 wrap the reason several times, and tell memory addresses."""
    text = str(error)
    if "Connection refused" in text:
        return "it refuses the connection"
    if "NameResolutionError" in text or "resolve" in text:
        return "its name does not resolve"
    return f"{type(error).__name__}: {text.rpartition(': ')[2]}"[:200]
