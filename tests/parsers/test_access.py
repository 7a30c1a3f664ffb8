"""Answers of Flower, of logins and of other things, told apart."""

import pytest

from flower_audit.parsers.access import Access, asset_prefix, read_access, read_redirect, shows_flower

PAGE = b"""<!doctype html><html><head><title>Flower</title>
<link href="/static/css/flower.css?v=1" rel="stylesheet"></head><body></body></html>"""
LOGIN = b'<form action="/signin" method="post"><input name="u"><input class="x" type="password"></form>'
URL = "https://flower.test/flower/tasks"


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "body", "access"),
    [
        ("page", 200, "text/html", PAGE, Access.OPEN),
        ("page", 500, "text/html", PAGE, Access.OPEN),
        ("page", 404, "text/html", PAGE, Access.NOT_FOUND),
        ("page", 401, "text/html", b"Access denied", Access.REFUSED),
        ("page", 403, "text/html", PAGE, Access.REFUSED),
        ("page", 200, "text/html", LOGIN, Access.LOGIN),
        ("page", 200, "text/html", b"<title>Sign in to Flower</title>", Access.OTHER),
        ("page", 502, "text/html", b"Bad Gateway", Access.FAILED),
        ("page", 429, "text/html", b"", Access.FAILED),
        ("page", 302, "text/html", b"", Access.OTHER),
        ("api", 200, "application/json; charset=UTF-8", b"{}", Access.OPEN),
        ("api", 200, "text/html", LOGIN, Access.LOGIN),
        ("api", 200, "text/html", b"hello", Access.OTHER),
        ("api", 405, "text/plain", b"api is not available when auth is enabled", Access.METHOD),
        ("api", 401, "text/plain", b"FLOWER_UNAUTHENTICATED_API environment variable", Access.REFUSED),
        ("control", 405, "text/html", b"", Access.METHOD),
        ("control", 404, "text/html", b"", Access.NOT_FOUND),
    ],
)
def test_answers(kind: str, status: int, content_type: str, body: bytes, access: Access) -> None:
    assert read_access(kind, url=URL, status=status, content_type=content_type, body=body) is access  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "location", "access"),
    [
        (URL, "/flower/login?next=%2Fflower%2Ftasks", Access.LOGIN),
        (URL, "/login?next=%2F", Access.LOGIN),
        (URL, "https://flower.test/oauth2/sign_in", Access.LOGIN),
        (URL, "https://flower.test:443/oauth2/start?rd=/", Access.LOGIN),
        (URL, "https://auth.example.com/?rd=https%3A%2F%2Fflower.test%2Fflower%2F", Access.LOGIN),
        (URL, "https://team.cloudflareaccess.com/cdn-cgi/access/login/flower.test?kid=1", Access.LOGIN),
        (URL, "https://login.microsoftonline.com/x/oauth2/v2.0/authorize?client_id=1", Access.LOGIN),
        (URL, "https://keycloak.example.com/realms/x/protocol/openid-connect/auth?client_id=1", Access.LOGIN),
        (URL, "https://sso.example.com/cas/login?service=x", Access.LOGIN),
        (URL, "https://new.example.com/flower/tasks", Access.ELSEWHERE),
        (URL, "https://www.flower.test/flower/tasks", Access.ELSEWHERE),
        (URL, "/flower/workers", Access.ONWARD),
        (URL, "workers", Access.ONWARD),
        (URL, "//evil.example.com/", Access.ELSEWHERE),
        ("http://flower.test/", "https://flower.test/", Access.HTTPS),
        ("http://flower.test/", "https://flower.test:8443/login", Access.HTTPS),
        ("http://flower.test/", "https://flower.example.com/", Access.ELSEWHERE),
        (URL, "http://flower.test/flower/tasks", Access.ELSEWHERE),
        (URL, "javascript:alert(1)", Access.OTHER),
        (URL, "https://[", Access.OTHER),
        (URL, "https://flower.test:port/", Access.OTHER),
    ],
)
def test_redirects(url: str, location: str, access: Access) -> None:
    assert read_redirect(url, location) is access


@pytest.mark.parametrize(
    ("link", "prefix"),
    [
        (b'href="/static/css/flower.css"', ""),
        (b"href='/flower/static/css/flower.css?v=1'", "/flower"),
        (b'href="/a/b/static/css/flower.css"', "/a/b"),
        (b'href="static/css/flower.css"', ""),
        (b"no link", None),
    ],
)
def test_prefixes_of_links(link: bytes, prefix: str | None) -> None:
    assert asset_prefix(b"<link " + link + b">") == prefix
    assert shows_flower(link) is (prefix is not None)


def test_hostile_bodies_take_no_time() -> None:
    for body in (b"<input " * 40_000, b'"' * 262_144, b"<input" + b" " * 262_000, b"a/" * 131_000):
        assert not shows_flower(body)
        assert read_access("page", url=URL, status=200, body=body) is not Access.LOGIN
        assert asset_prefix(body) is None
