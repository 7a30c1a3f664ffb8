"""Protocols and suites, against real OpenSSL servers that speak nothing else."""

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from flower_audit.client_hello import FORWARD_SECRET, VERSIONS, read, write
from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.tls import tls

EVERYTHING = ("-cipher", "ALL:@SECLEVEL=0")


@pytest.fixture(scope="module")
def rsa_leaf(authority: Any) -> Any:
    return authority.issue("localhost", by=authority.intermediate, key=rsa.generate_private_key(65_537, 2048))


@pytest.mark.parametrize(
    ("options", "accepted", "outdated", "static_rsa"),
    [
        (("-cipher", "ECDHE+AESGCM"), ("TLS 1.2", "TLS 1.3"), (), False),
        (("-tls1_3",), ("TLS 1.3",), (), False),
        (("-tls1_2", "-cipher", "ECDHE+AESGCM"), ("TLS 1.2",), (), False),
        (("-cipher", "AES128-SHA"), ("TLS 1.2", "TLS 1.3"), (), True),
        (("-tls1", *EVERYTHING), ("TLS 1.0",), ("TLS 1.0",), False),
        (("-tls1_1", *EVERYTHING), ("TLS 1.1",), ("TLS 1.1",), False),
        (EVERYTHING, ("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"), ("TLS 1.0", "TLS 1.1"), True),
    ],
)
def test_servers_of_every_age(
    options: tuple[str, ...],
    accepted: tuple[str, ...],
    outdated: tuple[str, ...],
    static_rsa: bool,
    rsa_leaf: Any,
    s_server: Any,
    target: Any,
    site_of: Any,
    trail: Any,
) -> None:
    found = tls(target, site_of(s_server(rsa_leaf, options=options), "https", host="localhost"), trail)
    assert found.accepted == accepted
    assert found.outdated == outdated
    assert bool(found.static_rsa) is static_rsa
    assert set(found.refused) == {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"} - set(accepted)
    assert len(trail.sources) == 6


def test_caddy_speaks_only_modern_tls(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    found = tls(target, site_of(caddy(' respond "OK"').https, "https"), trail)
    assert (found.accepted, found.static_rsa) == (("TLS 1.2", "TLS 1.3"), "")


def test_plain_http_speaks_no_tls_at_all(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    impatient = target.model_copy(update={"timeout_s": 0.5})
    with pytest.raises(Unobservable):
        tls(impatient, site_of(flowers("2.2.0").port, "https"), trail)
    with pytest.raises(Unobservable, match="does not answer as HTTP"):
        tls(target, site_of(1, "https", problem="it does not answer as HTTP"), trail)


def test_a_silent_server_is_not_one_that_refuses(raw_server: Any, target: Any, site_of: Any, trail: Any) -> None:
    port = raw_server(lambda connection: [connection.recv(1), time.sleep(3)])
    silent = target.model_copy(update={"timeout_s": 0.5})
    with pytest.raises(Unobservable):
        tls(silent, site_of(port, "https"), trail)


def test_an_http_url_has_no_tls(target: Any, site_of: Any, trail: Any) -> None:
    with pytest.raises(Absent):
        tls(target, site_of(80), trail)


def test_an_ssl_3_flight_is_read() -> None:
    hello = b"\x02\x00\x00\x26" + b"\x03\x00" + bytes(32) + b"\x00" + b"\x00\x2f" + b"\x00"
    done = b"\x0e\x00\x00\x00"
    record = b"\x16\x03\x00" + (len(hello) + len(done)).to_bytes(2) + hello + done
    assert read(record) == (0x0300, 0x002F, True)
    assert read(record[:-1]) == (0x0300, 0x002F, False)
    assert read(b"\x15\x03\x00\x00\x02\x02\x28") == (None, None, False)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_hello_names_the_host_where_the_protocol_can(version: Any) -> None:
    hello = write(version, FORWARD_SECRET, "flower.test")
    assert hello[0] == 22
    assert int.from_bytes(hello[3:5]) == len(hello) - 5
    assert (b"flower.test" in hello) == (version != "SSL 3.0")
