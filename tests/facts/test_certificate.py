"""Certificates good and bad, served by a real OpenSSL."""

import subprocess
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from flower_audit.errors import Absent, Unobservable, UsageError
from flower_audit.facts.certificate import Certificate, certificate


@pytest.fixture
def look(authority: Any, s_server: Any, target: Any, site_of: Any, trail: Any) -> Any:
    def at(
        leaf: Any, *chain: Any, ca: Any = None, host: str = "localhost", options: tuple[str, ...] = ()
    ) -> Certificate:
        port = s_server(leaf, chain=authority.bundle(*chain) if chain else None, options=options)
        trusting = target.model_copy(update={"ca": str(ca or authority.root.pem)})
        return certificate(trusting, site_of(port, "https", host=host), trail)

    return at


def test_a_good_one(authority: Any, look: Any) -> None:
    leaf = authority.issue("localhost", by=authority.intermediate)
    found = look(leaf, authority.intermediate)
    assert found.distrust == ""
    assert found.certainly_complete
    assert found.host_matches
    assert found.names == ("localhost", "127.0.0.1")
    assert 89 < found.days_left < 90
    assert timedelta(days=90) < found.not_after - found.not_before < timedelta(days=92)
    assert (found.key, found.key_bits, found.signature) == ("EC secp256r1", 256, "sha256")
    assert found.key_is_strong
    assert found.fingerprint_sha256 == leaf.certificate.fingerprint(hashes.SHA256()).hex()
    assert found.sent == ("CN=localhost", "CN=Test Intermediate CA")


def test_one_for_the_address(authority: Any, look: Any) -> None:
    assert look(authority.issue("x", by=authority.root), host="127.0.0.1").host_matches
    assert not look(authority.issue("x", by=authority.root, names=("localhost",)), host="127.0.0.1").host_matches


def test_the_root_sent_along_does_no_harm(authority: Any, look: Any) -> None:
    leaf = authority.issue("localhost", by=authority.intermediate)
    found = look(leaf, authority.intermediate, authority.root)
    assert (found.distrust, found.chain_complete) == ("", True)


def test_expired(authority: Any, look: Any) -> None:
    found = look(authority.issue("localhost", by=authority.intermediate, days=(-90, -1)), authority.intermediate)
    assert found.days_left < 0
    assert found.distrust == "", "that it has expired is one thing, whom it comes from another"
    assert found.host_matches
    assert found.certainly_complete


def test_not_yet_valid(authority: Any, look: Any) -> None:
    found = look(authority.issue("localhost", by=authority.intermediate, days=(1, 90)), authority.intermediate)
    assert found.not_before > found.looked_at
    assert found.distrust == ""


def test_an_expired_intermediate_is_no_chain(authority: Any, look: Any) -> None:
    old = authority.issue("Old CA", by=authority.root, is_ca=True, days=(-90, -1))
    found = look(authority.issue("localhost", by=old), old)
    assert found.distrust == "certificate has expired"
    assert found.days_left > 0


def test_self_signed(authority: Any, look: Any) -> None:
    found = look(authority.issue("localhost"))
    assert found.distrust
    assert found.self_signed
    assert found.certainly_complete
    assert found.host_matches


def test_self_signed_and_declared(authority: Any, look: Any) -> None:
    leaf = authority.issue("localhost", is_ca=True)
    assert look(leaf, ca=leaf.pem).distrust == ""


def test_another_host(authority: Any, look: Any) -> None:
    found = look(
        authority.issue("other", by=authority.intermediate, names=("flower.example.com",)), authority.intermediate
    )
    assert not found.host_matches
    assert found.distrust == ""


def test_a_common_name_is_no_name(authority: Any, look: Any) -> None:
    found = look(authority.issue("localhost", by=authority.intermediate, names=()), authority.intermediate)
    assert found.subject == "CN=localhost"
    assert not found.host_matches


def test_a_wildcard(authority: Any, look: Any) -> None:
    leaf = authority.issue("any", by=authority.intermediate, names=("*.example.com",))
    assert look(leaf, authority.intermediate, host="flower.example.com").host_matches
    assert not look(leaf, authority.intermediate, host="a.flower.example.com").host_matches


def test_a_missing_intermediate(authority: Any, look: Any) -> None:
    found = look(authority.issue("localhost", by=authority.intermediate))
    assert found.distrust
    assert found.chain_complete is False


def test_a_missing_intermediate_of_a_public_kind(
    authority: Any, s_server: Any, target: Any, site_of: Any, trail: Any
) -> None:
    leaf = authority.issue("localhost", by=authority.intermediate, names_issuer=True)
    assert certificate(target, site_of(s_server(leaf), "https", host="localhost"), trail).chain_complete is False


def test_an_unknown_ca_is_not_a_missing_link(
    authority: Any, s_server: Any, target: Any, site_of: Any, trail: Any
) -> None:
    leaf = authority.issue("localhost", by=authority.intermediate)
    port = s_server(leaf, chain=authority.bundle(authority.intermediate))
    found = certificate(target, site_of(port, "https", host="localhost"), trail)
    assert found.distrust
    with pytest.raises(Unobservable, match="--flower-ca"):
        _ = found.certainly_complete


def test_an_intermediate_among_the_declared_cas_hides_no_missing_link(authority: Any, look: Any) -> None:
    store = authority.bundle(authority.root, authority.intermediate)
    found = look(authority.issue("localhost", by=authority.intermediate), ca=store)
    assert found.distrust == ""
    assert found.chain_complete is False


@pytest.mark.parametrize("digest", ["sha1", "md5"])
def test_weak_keys_and_signatures(digest: str, authority: Any, look: Any, tmp_path: Path) -> None:
    """Made by openssl: the library signs with neither hash any more."""
    pem, key = tmp_path / "weak.pem", tmp_path / "weak.key"
    wanted = ["-newkey", "rsa:1024", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", f"-{digest}", *wanted, "-out", pem, "-keyout", key],
        check=True,
        capture_output=True,
    )
    found = look(SimpleNamespace(pem=pem, key_pem=key), options=("-cipher", "ALL:@SECLEVEL=0"))
    assert (found.key, found.key_bits, found.signature) == ("RSA", 1024, digest)
    assert not found.key_is_strong
    assert found.host_matches


def test_a_weak_key_is_no_distrust(authority: Any, look: Any) -> None:
    leaf = authority.issue("localhost", by=authority.intermediate, key=rsa.generate_private_key(65_537, 1024))
    found = look(leaf, authority.intermediate, options=("-cipher", "ALL:@SECLEVEL=0"))
    assert (found.key_bits, found.key_is_strong, found.distrust) == (1024, False, "")


def test_a_weak_key_in_the_chain(authority: Any, look: Any) -> None:
    weak = authority.issue("Weak CA", by=authority.root, is_ca=True, key=rsa.generate_private_key(65_537, 1024))
    found = look(authority.issue("localhost", by=weak), weak, options=("-cipher", "ALL:@SECLEVEL=0"))
    assert (found.key, found.key_bits, found.key_is_strong) == ("RSA", 1024, False)


def test_strong_curves(authority: Any, look: Any) -> None:
    assert look(authority.issue("localhost", key=ec.generate_private_key(ec.SECP384R1()))).key_is_strong


def test_no_tls(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    port = flowers("2.2.0").port
    with pytest.raises(Unobservable, match="no TLS handshake"):
        certificate(target.model_copy(update={"timeout_s": 0.5}), site_of(port, "https"), trail)
    with pytest.raises(Absent):
        certificate(target, site_of(port), trail)


@pytest.mark.parametrize(
    ("content", "complaint"), [(None, "cannot be read"), ("", "no certificate"), ("no PEM at all", "no certificate")]
)
def test_a_ca_file_that_is_none(
    content: str | None,
    complaint: str,
    tmp_path: Any,
    authority: Any,
    s_server: Any,
    target: Any,
    site_of: Any,
    trail: Any,
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    port = s_server(authority.issue("localhost"))
    with pytest.raises(UsageError, match=complaint):
        certificate(target.model_copy(update={"ca": str(file)}), site_of(port, "https", host="localhost"), trail)
