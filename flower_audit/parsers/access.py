"""What one HTTP answer says about access: Flower's content, a login, or something else.

Flower's pages name `static/css/flower.css` in every release since 0.8, below whatever prefix; a login page in front
of it does not.
"""

import re
from enum import StrEnum
from typing import Literal
from urllib.parse import parse_qsl, urljoin, urlsplit

Kind = Literal["page", "api", "control"]


class Access(StrEnum):
    """What came of a request without valid credentials."""

    OPEN = "open"
    REFUSED = "refused"
    LOGIN = "sent to a login"
    HTTPS = "sent to https"
    ELSEWHERE = "sent to another address"
    ONWARD = "sent to another path"
    NOT_FOUND = "not found"
    METHOD = "method not allowed"
    OTHER = "not Flower's"
    FAILED = "failed"


FLOWER_MARKS = (b"static/css/flower.css", b"static/js/flower.js")
ASSET = re.compile(rb"[\"']([^\"'<>\s]{0,200}?)/?static/css/flower\.css")
LOGIN_PATH = re.compile(
    r"(?i)(?:^|[/._-])(?:log-?in|sign-?in|sso|saml2?|oauth2?|oidc|auth\w*|accounts?|cas)(?:[/._?-]|$)"
)
PASSWORD_FIELD = re.compile(rb"(?i)<input[^>]{0,500}type\s*=\s*[\"']?password")


def shows_flower(body: bytes) -> bool:
    """Whether the body is one of Flower's own pages."""
    return any(mark in body for mark in FLOWER_MARKS)


def asset_prefix(body: bytes) -> str | None:
    """The path before `/static/` in the links of Flower's page, None where it is none of Flower's pages."""
    found = ASSET.search(body)
    return None if found is None else found[1].decode("utf-8", "replace").rstrip("/")


def read_access(
    kind: Kind, *, url: str, status: int, location: str = "", content_type: str = "", body: bytes = b""
) -> Access:
    """What the answer to a GET of `url` gives away."""
    if status in {401, 403, 407}:
        return Access.REFUSED
    if 300 <= status < 400 and location:
        return read_redirect(url, location)
    if status == 405:
        return Access.METHOD
    if status == 404:
        return Access.NOT_FOUND
    if kind == "page":
        if shows_flower(body):
            return Access.OPEN  # an error page too: nothing asked who wanted to see it
        if status == 200 and PASSWORD_FIELD.search(body):
            return Access.LOGIN
    elif status == 200:
        if "json" in content_type.lower():
            return Access.OPEN
        if PASSWORD_FIELD.search(body):
            return Access.LOGIN
    return Access.FAILED if status >= 500 or status == 429 else Access.OTHER


def read_redirect(url: str, location: str) -> Access:
    """Where a redirect leads, as seen from `url`."""
    try:
        here, there = urlsplit(url), urlsplit(urljoin(url, location))
        here_port, there_port = here.port, there.port
    except ValueError:
        return Access.OTHER
    if there.scheme not in {"http", "https"}:
        return Access.OTHER
    same_host = (there.hostname or "") == (here.hostname or "")
    if same_host and here.scheme == "http" and there.scheme == "https":
        return Access.HTTPS
    if same_host and there.scheme == here.scheme and there_port == here_port:
        return Access.LOGIN if LOGIN_PATH.search(there.path) else Access.ONWARD
    # A single sign-on is told to which page to come back; a site that has moved is not.
    returns = any(here.hostname and here.hostname in value for _, value in parse_qsl(there.query))
    return Access.LOGIN if returns or LOGIN_PATH.search(there.path) else Access.ELSEWHERE
