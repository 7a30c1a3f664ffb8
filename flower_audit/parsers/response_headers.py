"""The headers of an answer that protect, betray or allow: read into properties, no value of a cookie kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

VERSION = re.compile(r"/\s*v?\d|\b\d+\.\d+")
SAFE_REFERRER = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "same-origin",
        "origin",
        "strict-origin",
        "origin-when-cross-origin",
        "strict-origin-when-cross-origin",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """One cookie that an answer sets; its value is not kept."""

    name: str
    secure: bool = False
    http_only: bool = False
    same_site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHeaders:
    """What one answer's headers say.

    Units: `hsts_s` in seconds, None where the header is missing or malformed.  Shape: `frames_refused` by the
    Content-Security-Policy's frame-ancestors, or by X-Frame-Options where that says nothing; `leaks` are headers that
    tell a version; `cors` is Access-Control-Allow-Origin.
    """

    hsts_s: int | None = None
    frames_refused: bool = False
    nosniff: bool = False
    referrer_policy: bool = False
    leaks: tuple[str, ...] = ()
    cors: str = ""
    cookies: tuple[Cookie, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The protections that are missing, by the name of their header."""
        held = {
            "X-Frame-Options or frame-ancestors": self.frames_refused,
            "X-Content-Type-Options: nosniff": self.nosniff,
            "Referrer-Policy": self.referrer_policy,
        }
        return tuple(name for name, holds in held.items() if not holds)


def read_headers(headers: Sequence[tuple[str, str]]) -> ResponseHeaders:
    """The properties of one answer's headers; names in lower case."""

    def values(name: str) -> list[str]:
        return [value for key, value in headers if key == name]

    hsts = values("strict-transport-security")
    sniff = {part.strip().lower() for value in values("x-content-type-options") for part in value.split(",")}
    referrer = [part.strip().lower() for value in values("referrer-policy") for part in value.split(",")]
    leaks = [
        f"{key}: {value[:80]}"
        for key, value in headers
        if (key == "server" and VERSION.search(value)) or key in {"x-powered-by", "x-aspnet-version"}
    ]
    return ResponseHeaders(
        hsts_s=_hsts(hsts[0]) if hsts else None,  # RFC 6797, 8.1: only the first one counts
        frames_refused=_frames_refused(values("content-security-policy"), values("x-frame-options")),
        nosniff=sniff == {"nosniff"},
        referrer_policy=any(policy in SAFE_REFERRER for policy in referrer) and referrer[-1] != "unsafe-url",
        leaks=tuple(leaks),
        cors=next(iter(values("access-control-allow-origin")), "")[:80],
        cookies=tuple(_cookie(value) for value in values("set-cookie")),
    )


def _hsts(value: str) -> int | None:
    ages = [part.partition("=")[2] for part in value.lower().split(";") if part.strip().startswith("max-age")]
    if len(ages) != 1:
        return None
    age = ages[0].strip().strip('"')
    return int(age) if age.isascii() and age.isdigit() and len(age) < 15 else None


def _frames_refused(policies: Sequence[str], options: Sequence[str]) -> bool:
    ancestors = [
        directive.split()[1:]
        for policy in policies
        for directive in policy.replace(",", ";").split(";")
        if directive.strip().lower().startswith("frame-ancestors")
    ]
    if ancestors:  # the newer header wins where both are sent
        return any(all(source not in {"*", "http:", "https:"} for source in sources) for sources in ancestors)
    said = {part.strip().lower() for value in options for part in value.split(",")}
    return bool(said) and said <= {"deny", "sameorigin"}


def _cookie(header: str) -> Cookie:
    pair, *attributes = header.split(";")
    named = {name.strip().lower(): value.strip() for name, _, value in (part.partition("=") for part in attributes)}
    return Cookie(
        name=pair.partition("=")[0].strip()[:60],
        secure="secure" in named,
        http_only="httponly" in named,
        same_site=named.get("samesite", "").lower(),
    )
