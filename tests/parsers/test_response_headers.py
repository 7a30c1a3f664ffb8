"""Headers as servers really send them."""

import pytest

from flower_audit.parsers.response_headers import Cookie, ResponseHeaders, read_headers


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=31536000", 31_536_000),
        ("max-age=63072000; includeSubDomains; preload", 63_072_000),
        ('includeSubDomains; Max-Age="300"', 300),
        ("max-age=0", 0),
        ("max-age", None),
        ("max-age=abc", None),
        ("max-age=-1", None),
        ("max-age=1; max-age=2", None),
        ("", None),
        ("max-age=" + "9" * 400, None),
    ],
)
def test_hsts(value: str, seconds: int | None) -> None:
    assert read_headers([("strict-transport-security", value)]).hsts_s == seconds


def test_only_the_first_hsts_counts() -> None:
    both = [("strict-transport-security", "max-age=0"), ("strict-transport-security", "max-age=31536000")]
    assert read_headers(both).hsts_s == 0


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ([("x-frame-options", "DENY")], True),
        ([("x-frame-options", "sameorigin")], True),
        ([("x-frame-options", "SAMEORIGIN, SAMEORIGIN")], True),
        ([("x-frame-options", "ALLOW-FROM https://example.com")], False),
        ([("content-security-policy", "default-src 'self'; frame-ancestors 'none'")], True),
        ([("content-security-policy", "frame-ancestors 'self' https://intranet.example.com")], True),
        ([("content-security-policy", "frame-ancestors *"), ("x-frame-options", "DENY")], False),
        ([("content-security-policy", "frame-ancestors https:")], False),
        ([("content-security-policy", "default-src 'self'")], False),
        (
            [("content-security-policy", "frame-ancestors *"), ("content-security-policy", "frame-ancestors 'none'")],
            True,
        ),
        ([("content-security-policy-report-only", "frame-ancestors 'none'")], False),
        ([], False),
    ],
)
def test_frames(headers: list[tuple[str, str]], refused: bool) -> None:
    assert read_headers(headers).frames_refused is refused


@pytest.mark.parametrize(
    ("value", "leaks"),
    [
        ("nginx", False),
        ("nginx/1.22.1", True),
        ("Caddy", False),
        ("TornadoServer/6.6.1", True),
        ("Apache/2.4.57 (Debian)", True),
        ("cloudflare", False),
        ("awselb/2.0", True),
    ],
)
def test_versions(value: str, leaks: bool) -> None:
    assert bool(read_headers([("server", value)]).leaks) is leaks


def test_the_small_ones() -> None:
    good = read_headers([("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer, same-origin")])
    assert good.nosniff
    assert good.referrer_policy
    assert good.lacking == ("X-Frame-Options or frame-ancestors",)
    assert read_headers([("x-content-type-options", "nosniff"), ("x-content-type-options", "nosniff")]).nosniff
    assert not read_headers([("x-content-type-options", "sniff")]).nosniff
    assert not read_headers([("referrer-policy", "unsafe-url")]).referrer_policy
    assert read_headers([("access-control-allow-origin", "*")]).cors == "*"
    assert read_headers([("x-powered-by", "PHP")]).leaks == ("x-powered-by: PHP",)
    assert read_headers([]) == ResponseHeaders()


@pytest.mark.parametrize(
    ("value", "cookie"),
    [
        ("user=abc", Cookie(name="user")),
        (
            "user=abc; HttpOnly; Path=/; SameSite=Lax; Secure",
            Cookie(name="user", secure=True, http_only=True, same_site="lax"),
        ),
        ("_xsrf=2|a|b|1; expires=Tue, 22 Dec 2026 10:33:30 GMT; Path=/", Cookie(name="_xsrf")),
        ("a=b;secure;httponly", Cookie(name="a", secure=True, http_only=True)),
        ("secure=1; Path=/", Cookie(name="secure")),
        ("", Cookie(name="")),
    ],
)
def test_cookies(value: str, cookie: Cookie) -> None:
    found = read_headers([("set-cookie", value)])
    assert found.cookies == (cookie,)
    assert "abc" not in repr(found)
