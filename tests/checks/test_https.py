"""Each rule of `https` seen from outside: kept by a good site, broken one way at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flower_audit.checks import test_https as checks

from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.certificate import Certificate
from flower_audit.facts.headers import Headers
from flower_audit.facts.redirect import Redirect
from flower_audit.facts.site import Site
from flower_audit.facts.tls import Tls
from flower_audit.http_messages import Origin
from flower_audit.parsers.response_headers import ResponseHeaders
from flower_audit.policy import Policy
from flower_audit.visit import Visit

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ORIGIN = Origin(scheme="https", address="192.0.2.1", port=443, host="flower.test")
SITE = Site(origin=ORIGIN, found_by="--flower-url", addresses=("192.0.2.1",))
PLAIN = replace(SITE, origin=replace(ORIGIN, scheme="http", port=80))
CERTIFICATE = Certificate(
    host="flower.test",
    subject="CN=flower.test",
    issuer="CN=R3",
    names=("flower.test",),
    not_before=NOW - timedelta(days=10),
    not_after=NOW + timedelta(days=80),
    looked_at=NOW,
    host_matches=True,
    sent=("CN=flower.test", "CN=R3"),
    key="EC secp256r1",
    key_bits=256,
    signature="sha256",
)
TLS = Tls(accepted=("TLS 1.2", "TLS 1.3"), refused=("SSL 3.0", "TLS 1.0", "TLS 1.1"))
REDIRECT = Redirect(
    url="http://flower.test/", status=301, location="https://flower.test/", to_https=True, keeps_host=True
)
GOOD = ResponseHeaders(hsts_s=31_536_000, frames_refused=True, nosniff=True, referrer_policy=True)


def headers(*answers: tuple[int, ResponseHeaders]) -> Headers:
    return Headers(
        answers=tuple(
            Visit(way="public URL", path="/", kind="page", url="https://flower.test/", status=status, headers=one)
            for status, one in answers
        )
    )


def finding(call: Any, *arguments: Any) -> Any:
    with pytest.raises(AssertionError) as raised:
        call(*arguments)
    return raised.value.args[0]


def test_served() -> None:
    checks.test_served_over_tls(SITE)
    assert "http://flower.test/" in finding(checks.test_served_over_tls, PLAIN).observed
    assert finding(checks.test_served_over_tls, replace(SITE, problem="no handshake")).observed == "no handshake"


def test_trusted() -> None:
    checks.test_certificate_is_trusted(CERTIFICATE)
    bad = replace(CERTIFICATE, distrust="self-signed certificate")
    assert "self-signed" in finding(checks.test_certificate_is_trusted, bad).observed


def test_host_matches() -> None:
    checks.test_certificate_is_for_this_host(CERTIFICATE)
    bad = replace(CERTIFICATE, host_matches=False, names=("example.com",))
    assert finding(checks.test_certificate_is_for_this_host, bad).observed == "it is made out to example.com"


def test_chain() -> None:
    checks.test_chain_is_complete(CERTIFICATE)
    bad = replace(CERTIFICATE, chain_complete=False, sent=("CN=flower.test",))
    assert "only 1 sent" in finding(checks.test_chain_is_complete, bad).observed
    with pytest.raises(Unobservable):
        checks.test_chain_is_complete(replace(CERTIFICATE, chain_complete=None))


def test_valid_now() -> None:
    checks.test_certificate_is_valid_now(CERTIFICATE)
    expired = replace(CERTIFICATE, not_after=NOW - timedelta(days=1))
    assert "expired on 2026-05-31" in finding(checks.test_certificate_is_valid_now, expired).observed
    future = replace(CERTIFICATE, not_before=NOW + timedelta(days=1))
    assert "valid only from" in finding(checks.test_certificate_is_valid_now, future).observed
    assert "clocks" in finding(checks.test_certificate_is_valid_now, future).fix


@pytest.mark.parametrize(("lifetime", "left", "passes"), [(90, 22, True), (90, 20, False), (6, 3, True), (6, 1, False)])
def test_lasts(lifetime: int, left: int, passes: bool) -> None:
    one = replace(
        CERTIFICATE, not_after=NOW + timedelta(days=left), not_before=NOW + timedelta(days=left) - timedelta(lifetime)
    )
    if passes:
        checks.test_certificate_lasts(one, Policy())
    else:
        assert "days left" in finding(checks.test_certificate_lasts, one, Policy()).observed


def test_an_expired_one_is_not_told_twice() -> None:
    with pytest.raises(NotApplicable):
        checks.test_certificate_lasts(replace(CERTIFICATE, not_after=NOW - timedelta(days=1)), Policy())


@pytest.mark.parametrize(("key", "bits", "passes"), [("RSA", 2048, True), ("RSA", 1024, False), ("EC x", 224, False)])
def test_key(key: str, bits: int, passes: bool) -> None:
    one = replace(CERTIFICATE, key=key, key_bits=bits)
    if passes:
        checks.test_key_is_strong(one)
    else:
        assert str(bits) in finding(checks.test_key_is_strong, one).observed


def test_signature() -> None:
    checks.test_signature_is_strong(CERTIFICATE)
    assert "sha1" in finding(checks.test_signature_is_strong, replace(CERTIFICATE, signature="sha1")).observed


def test_protocols() -> None:
    checks.test_old_protocols_are_refused(TLS)
    old = replace(TLS, accepted=("TLS 1.0", "TLS 1.2"))
    assert finding(checks.test_old_protocols_are_refused, old).observed == "accepts TLS 1.0"
    assert "no TLS 1.2" in finding(checks.test_old_protocols_are_refused, replace(TLS, accepted=())).observed


def test_forward_secrecy() -> None:
    checks.test_forward_secrecy(TLS)
    assert "0x009C" in finding(checks.test_forward_secrecy, replace(TLS, static_rsa="0x009C")).observed


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"status": 200, "location": "", "to_https": False, "shows_flower": True}, "301 to https"),
        ({"status": 200, "location": "", "to_https": False}, "301 to https"),
        ({"location": "https://flower.example.com/", "keeps_host": False}, "the same host on https"),
        ({"status": 302}, "301 or 308: for good"),
    ],
)
def test_redirects(change: dict[str, Any], wanted: str) -> None:
    checks.test_http_redirects(REDIRECT)
    assert finding(checks.test_http_redirects, replace(REDIRECT, **change)).wanted == wanted


def test_hsts() -> None:
    checks.test_hsts(SITE, headers((401, GOOD), (200, GOOD)), Policy())
    lost = headers((401, replace(GOOD, hsts_s=None)), (200, GOOD))
    assert "(401)" in finding(checks.test_hsts, SITE, lost, Policy()).observed
    short = headers((401, replace(GOOD, hsts_s=300)))
    assert finding(checks.test_hsts, SITE, short, Policy())
    with pytest.raises(NotApplicable):
        checks.test_hsts(PLAIN, lost, Policy())


@pytest.mark.parametrize("name", ["frames_refused", "nosniff", "referrer_policy"])
def test_headers(name: str) -> None:
    checks.test_security_headers(headers((401, GOOD), (200, GOOD)))
    assert finding(checks.test_security_headers, headers((401, GOOD), (404, replace(GOOD, **{name: False}))))


def test_versions() -> None:
    checks.test_no_version_leaks(headers((401, GOOD)))
    leaky = headers((401, replace(GOOD, leaks=("server: nginx/1.22.1",))))
    assert "nginx/1.22.1" in finding(checks.test_no_version_leaks, leaky).observed
    handed_on = headers((401, replace(GOOD, leaks=("server: TornadoServer/6.5",))))
    assert "proxy_pass_header Server" in finding(checks.test_no_version_leaks, handed_on).fix
