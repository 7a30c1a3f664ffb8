"""The one way in which the audit asks over HTTP: bounded in time and size, no redirect followed, every request noted.

Names are resolved once, by the caller: a request goes to an address, and carries the name in `Host` and in TLS's SNI.
Nothing of the environment is used (no proxy variables, no .netrc), and no cookie is kept.
"""

import asyncio
import base64
import errno
import socket
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import httpx

from flower_audit import __version__
from flower_audit.errors import Unobservable
from flower_audit.http_messages import Answer, Burst, Failure, Origin, Request, Trouble
from flower_audit.probe import Trail
from flower_audit.trust import lenient_context, verifying_context

BODY_CAP = 262_144
PARALLEL = 4
"""Few at a time: a rate limit in front of Flower must not mistake the audit for an attack."""

GIVE_UP_AFTER = 2
"""Timeouts of one origin after which it is not asked again: a silent server costs two waits, not forty."""

GRACE_S = 0.5
PLAIN_CONNECT_S = 4.0
"""A firewall that drops is met here first, on Flower's own port; a lost SYN is sent again after 1 and after 3 s."""

LIMITED = frozenset({429, 503})
LIMIT_TRIES = 8
SLOWEST_S = 1.2
"""Between two requests to one that limits them, at the slowest."""


class Client:
    """Asks one target.

    Units: `timeout_s` bounds one request from connecting to the last byte.  Shape: `ca` names a PEM file that replaces
    the CAs of this machine; UsageError where it cannot be read.  `body_cap` in bytes.
    """

    def __init__(self, *, timeout_s: float, trail: Trail, ca: str | None = None, body_cap: int = BODY_CAP) -> None:
        self._timeout_s = timeout_s
        self._body_cap = body_cap
        self._trail = trail
        self._ca = ca
        self._timeouts: Counter[Origin] = Counter()
        self._silence: dict[Origin, Trouble] = {}
        self._pace_s: defaultdict[str, float] = defaultdict(float)
        self._refusals: Counter[str] = Counter()

    def get(self, request: Request) -> Answer | Failure:
        """The answer to one request."""
        return self.get_all([request])[0]

    def get_all(self, requests: Sequence[Request]) -> list[Answer | Failure]:
        """The answers, in the order of the requests."""
        return asyncio.run(self._get_all(requests)) if requests else []

    def burst(self, request: Request, most: int, parallel: int, limit_s: float) -> Burst:
        """Up to `most` requests over `parallel` connections, ended by the first refusal or after `limit_s` seconds."""
        started = time.monotonic()
        sent, refused, failure = asyncio.run(self._burst(request, most, parallel, limit_s))
        found = Burst(sent=sent, seconds=time.monotonic() - started, refused_with=refused, failure=failure)
        self._trail.note(
            "request", f"{request} up to {most} times", status=refused, duration_s=found.seconds, excerpt=str(found)
        )
        return found

    async def _burst(self, request: Request, most: int, parallel: int, limit_s: float) -> tuple[int, int | None, str]:
        deadline = time.monotonic() + limit_s
        sent, refused, failure = 0, None, ""
        limits = httpx.Limits(max_connections=parallel, max_keepalive_connections=parallel)
        async with httpx.AsyncHTTPTransport(verify=lenient_context(), trust_env=False, limits=limits) as transport:

            async def worker() -> None:
                nonlocal sent, refused, failure
                while sent < most and refused is None and not failure and time.monotonic() < deadline:
                    sent += 1
                    result = await self._once(request, transport, quiet=True)
                    if isinstance(result, Failure):
                        failure = result.text
                    elif result.status in LIMITED:
                        refused = result.status

            await asyncio.gather(*(worker() for _ in range(parallel)))
        return sent, refused, failure

    async def _get_all(self, requests: Sequence[Request]) -> list[Answer | Failure]:
        gates: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PARALLEL))
        turn = asyncio.Lock()
        verifying = verifying_context(self._ca) if any(request.verify for request in requests) else None
        limits = httpx.Limits(max_keepalive_connections=PARALLEL)
        async with (
            httpx.AsyncHTTPTransport(verify=lenient_context(), trust_env=False, limits=limits) as lenient,
            httpx.AsyncHTTPTransport(verify=verifying or lenient_context(), trust_env=False, limits=limits) as strict,
        ):

            async def one(request: Request) -> Answer | Failure:
                async with gates[request.origin.endpoint]:
                    return await self._ask(request, strict if request.verify else lenient, turn)

            return list(await asyncio.gather(*(one(request) for request in requests)))

    async def _ask(self, request: Request, transport: httpx.AsyncHTTPTransport, turn: asyncio.Lock) -> Answer | Failure:
        """Ask again, more and more slowly, while a rate limit refuses."""
        endpoint = request.origin.endpoint
        while True:
            if pace_s := self._pace_s[endpoint]:
                async with turn:
                    await asyncio.sleep(pace_s)
            result = await self._once(request, transport)
            if not isinstance(result, Answer) or result.status not in LIMITED:
                self._refusals[endpoint] = 0
                return result
            self._refusals[endpoint] += 1
            if self._refusals[endpoint] >= LIMIT_TRIES:  # this is no rate limit: wait no more for it
                self._pace_s[endpoint] = 0
                return result
            self._pace_s[endpoint] = min(SLOWEST_S, max(SLOWEST_S / 4, pace_s * 2))

    async def _once(
        self, request: Request, transport: httpx.AsyncHTTPTransport, *, quiet: bool = False
    ) -> Answer | Failure:
        if self._timeouts[request.origin] >= GIVE_UP_AFTER:
            return Failure(
                request=request, trouble=self._silence[request.origin], text=f"{request.origin.url} is silent"
            )
        started = time.monotonic()
        result: Answer | Failure
        try:
            # httpx bounds each wait, and closes what it was opening; this bounds their sum.
            async with asyncio.timeout(self._timeout_s + GRACE_S):
                result = await self._exchange(request, transport, started)
        except (TimeoutError, httpx.TimeoutException) as error:
            self._timeouts[request.origin] += 1
            unconnected = isinstance(error, httpx.ConnectTimeout)
            waited_s = self._connect_s(request.origin) if unconnected else self._timeout_s
            text = f"{request.origin.url} gave no answer within {waited_s:g} s"
            self._silence[request.origin] = "filtered" if unconnected else "timeout"
            result = Failure(request=request, trouble=self._silence[request.origin], text=text)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            result = _failure(request, error)
        if not quiet:
            self._note(request, result, time.monotonic() - started)
        return result

    def _connect_s(self, origin: Origin) -> float:
        return self._timeout_s if origin.scheme == "https" else min(self._timeout_s, PLAIN_CONNECT_S)

    async def _exchange(self, request: Request, transport: httpx.AsyncHTTPTransport, started: float) -> Answer:
        origin = request.origin
        headers = {
            "Host": origin.authority,
            "User-Agent": f"flower-audit/{__version__}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            **request.headers,
        }
        if request.credentials:
            token = base64.b64encode(":".join(request.credentials).encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        address = f"[{origin.address}]" if ":" in origin.address else origin.address
        timeout = {**dict.fromkeys(("read", "write", "pool"), self._timeout_s), "connect": self._connect_s(origin)}
        response = await transport.handle_async_request(
            httpx.Request(
                request.method,
                f"{origin.scheme}://{address}:{origin.port}{request.path}",
                headers=headers,
                extensions={"sni_hostname": origin.host, "timeout": timeout},
            )
        )
        body = bytearray()
        try:
            if response.status_code != 101:
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) >= self._body_cap:
                        break
        finally:
            await response.aclose()
        return Answer(
            request=request,
            status=response.status_code,
            headers=tuple((name.lower(), value) for name, value in response.headers.multi_items()),
            body=bytes(body[: self._body_cap]),
            duration_s=time.monotonic() - started,
        )

    def _note(self, request: Request, result: Answer | Failure, duration_s: float) -> None:
        """Bodies stay out of the evidence: a page that should not have been open may show anything."""
        user = f" as {request.credentials[0]}" if request.credentials else ""
        if isinstance(result, Failure):
            self._trail.note("request", f"{request}{user}", duration_s=duration_s, excerpt=result.text)
            return
        shown = [f"{name}: {value[:200]}" for name, value in result.headers if name not in {"set-cookie", "etag"}]
        excerpt = "\n".join([*shown, f"({len(result.body)} bytes)"])
        self._trail.note("request", f"{request}{user}", status=result.status, duration_s=duration_s, excerpt=excerpt)


def resolve(host: str, port: int, limit_s: float) -> tuple[str, ...]:
    """The addresses of a name, in the order in which this machine prefers them.

    Unobservable: the name does not resolve, or the resolver does not answer within `limit_s` seconds.
    """
    outcome: list[tuple[str, ...] | OSError | UnicodeError] = []

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            outcome.append(error)
        else:
            outcome.append(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))

    # getaddrinfo cannot be interrupted: a thread that may be left behind bounds it.
    thread = threading.Thread(target=look_up, daemon=True, name="flower-audit resolver")
    thread.start()
    thread.join(limit_s)
    if not outcome:
        raise Unobservable(f"resolving {host} took longer than {limit_s:g} s")
    if not isinstance(outcome[0], tuple):
        raise Unobservable(f"the name {host} does not resolve ({outcome[0]})") from outcome[0]
    return outcome[0]


def _failure(request: Request, error: Exception) -> Failure:
    origin = request.origin
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            text = f"the certificate of {origin.url} is not trusted: {cause.verify_message}"
            return Failure(request=request, trouble="untrusted", text=text)
        if isinstance(cause, ssl.SSLError):
            reason = (cause.reason or str(cause)).replace("_", " ").lower()
            text = f"no TLS handshake with {origin.url}: {reason}"
            return Failure(request=request, trouble="tls", text=text)
        if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
            return Failure(request=request, trouble="refused", text=f"{origin.endpoint} refuses the connection")
        if isinstance(cause, OSError) and cause.errno in {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}:
            return Failure(request=request, trouble="unreachable", text=f"there is no route to {origin.endpoint}")
    if isinstance(error, httpx.ConnectError):
        return Failure(
            request=request, trouble="unreachable", text=f"{origin.endpoint} cannot be connected to: {error}"
        )
    detail = str(error)[:150] or type(error).__name__
    text = f"{origin.url} accepted the connection but did not answer as HTTP: {detail}"
    return Failure(request=request, trouble="protocol", text=text)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    open_errors: list[BaseException | None] = [error]
    while open_errors:
        current = open_errors.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        open_errors += [current.__context__, current.__cause__]
        if isinstance(current, BaseExceptionGroup):
            open_errors += current.exceptions
