"""The certificate that the public URL serves, with the chain as it is sent."""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, SignatureAlgorithmOID

from flower_audit.errors import Absent, Unobservable, Unreachable
from flower_audit.facts.site import Site
from flower_audit.probe import Trail, fact
from flower_audit.target import Target
from flower_audit.trust import lenient_context, verifying_context

NOT_YET_VALID, EXPIRED, HOST_MISMATCH, ADDRESS_MISMATCH = 9, 10, 62, 64
NO_ISSUER = frozenset({20, 21})
"""OpenSSL's X509_V_ERR_*: unable to get the issuer's certificate, unable to verify the first certificate."""

BROKEN = frozenset({"sha1", "md5", "md4", "md2"})
BROKEN_SIGNATURES = {
    SignatureAlgorithmOID.RSA_WITH_MD5: "md5",
    SignatureAlgorithmOID.RSA_WITH_SHA1: "sha1",
    SignatureAlgorithmOID.DSA_WITH_SHA1: "sha1",
    SignatureAlgorithmOID.ECDSA_WITH_SHA1: "sha1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is served, and whether it is believed.

    Units: times in UTC, `key_bits` in bits.  Shape: `distrust` says why no chain leads to a trusted CA, empty where one
    does; `chain_complete` is None where that cannot be told from an unknown CA; `sent` are the subjects in the order
    sent; `key` and `signature` are the leaf's, as `RSA` and `sha256`, or those of a weaker certificate in its chain;
    `fingerprint_sha256` is lower-case hexadecimal.
    """

    host: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    looked_at: datetime
    host_matches: bool
    distrust: str = ""
    chain_complete: bool | None = True
    self_signed: bool = False
    sent: tuple[str, ...] = ()
    key: str
    key_bits: int
    signature: str
    fingerprint_sha256: str = ""

    @property
    def days_left(self) -> float:
        """Days until it expires, negative when it has."""
        return (self.not_after - self.looked_at).total_seconds() / 86_400

    @property
    def lifetime_days(self) -> float:
        """Days from its first to its last."""
        return (self.not_after - self.not_before).total_seconds() / 86_400

    @property
    def certainly_complete(self) -> bool:
        """All but the root was sent.  Unobservable: a missing link cannot be told from a CA that is not known here."""
        if self.chain_complete is None:
            raise Unobservable(f"no certificate of {self.issuer} is known here: name your CA with --flower-ca")
        return self.chain_complete

    @property
    def key_is_strong(self) -> bool:
        """RSA and DSA of 2048 bits, curves of 256, or more; Ed25519 and Ed448."""
        return _is_strong(self.key, self.key_bits)

    @property
    def signature_is_strong(self) -> bool:
        """Neither SHA-1 nor MD5."""
        return self.signature not in BROKEN


@fact(way="url")
def certificate(target: Target, site: Site, trail: Trail) -> Certificate:
    """Source: handshakes, one unverified for what is sent, two verified.

    Absent: the URL is not https.  Unobservable: there is no handshake, or the certificate cannot be read.
    """
    if not site.over_tls:
        raise Absent("the public URL is not https")
    if site.problem:
        raise Unreachable("url", site.problem)
    chain = _sent(site, target.timeout_s)
    try:
        parsed = [x509.load_der_x509_certificate(one) for one in chain]
        leaf = parsed[0]
        issued = [one for one in parsed if one.subject != one.issuer] or parsed[:1]
        key, key_bits = next((_key(one) for one in issued if not _is_strong(*_key(one))), _key(leaf))
        names = _names(leaf)
        signatures = [_signature(one) for one in issued]
        signature = next((one for one in signatures if one in BROKEN), signatures[0])
    except (ValueError, IndexError, UnsupportedAlgorithm) as error:
        raise Unobservable(f"the certificate of {site.origin.url} cannot be read: {error}") from error
    now = datetime.now(UTC)
    code, reason, used = _verified(site, verifying_context(target.ca), target.timeout_s)
    in_time = leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc
    # OpenSSL looks at dates only when the chain already leads to a trusted CA.
    trusted = code == 0 or (code in {EXPIRED, NOT_YET_VALID} and not in_time)
    sent = tuple(one.subject.rfc4514_string() for one in parsed)
    trail.note(
        "handshake",
        f"TLS to {site.origin.endpoint} ({site.origin.host})",
        status=code,
        excerpt=f"verification: {reason or 'ok'}\n" + "\n".join(f"sent: {subject}" for subject in sent),
    )
    return Certificate(
        host=site.origin.host,
        subject=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        names=names,
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        looked_at=now,
        host_matches=_host_matches(site, chain[0], target.timeout_s),
        distrust="" if trusted else reason,
        chain_complete=_complete(parsed, chain, used, code, trusted=trusted, ca_given=target.ca is not None),
        self_signed=leaf.subject == leaf.issuer,
        sent=sent,
        key=key,
        key_bits=key_bits,
        signature=signature,
        fingerprint_sha256=sha256(chain[0]).hexdigest(),
    )


def _sent(site: Site, limit_s: float) -> tuple[bytes, ...]:
    try:
        with (
            socket.create_connection((site.origin.address, site.origin.port), timeout=limit_s) as connection,
            lenient_context().wrap_socket(connection, server_hostname=site.origin.host) as wrapped,
        ):
            return _chain(wrapped, "get_unverified_chain")
    except OSError as error:  # ssl.SSLError is one
        raise Unobservable(f"no TLS handshake with {site.origin.url}: {error}") from error


def _verified(site: Site, context: ssl.SSLContext, limit_s: float) -> tuple[int, str, tuple[bytes, ...]]:
    """OpenSSL's verdict on the chain (0 is good) in a sentence, and the chain that it built."""
    context.check_hostname = False
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # how strong it is, is another question than whom it comes from
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    try:
        with (
            socket.create_connection((site.origin.address, site.origin.port), timeout=limit_s) as connection,
            context.wrap_socket(connection, server_hostname=site.origin.host) as wrapped,
        ):
            return 0, "", _chain(wrapped, "get_verified_chain")
    except ssl.SSLCertVerificationError as error:
        return error.verify_code, error.verify_message, ()
    except OSError as error:
        raise Unobservable(f"no verified TLS handshake with {site.origin.url}: {error}") from error


def _host_matches(site: Site, leaf: bytes, limit_s: float) -> bool:
    """OpenSSL's own comparison of names, with the leaf itself as the anchor so that nothing else is in question."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.hostname_checks_common_name = False  # no browser reads it any more, nor do curl and Go
    context.load_verify_locations(cadata=leaf)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    try:
        with (
            socket.create_connection((site.origin.address, site.origin.port), timeout=limit_s) as connection,
            context.wrap_socket(connection, server_hostname=site.origin.host),
        ):
            return True
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in {HOST_MISMATCH, ADDRESS_MISMATCH}:
            return False
        if error.verify_code in {EXPIRED, NOT_YET_VALID}:  # looked at after the name
            return True
        raise Unobservable(f"the name could not be compared: {error.verify_message}") from error
    except OSError as error:
        raise Unobservable(f"no TLS handshake with {site.origin.url}: {error}") from error


def _chain(wrapped: ssl.SSLSocket, method: str) -> tuple[bytes, ...]:
    """The chain as DER: a public method since Python 3.13, before that one of the object underneath."""
    public: Any = getattr(wrapped, method, None)
    if public is not None:
        return tuple(public())
    hidden: Any = wrapped._sslobj  # type: ignore[attr-defined]  # Python 3.11 and 3.12 have it only there
    return tuple(one.public_bytes(2) for one in getattr(hidden, method)() or ())  # 2: _ssl.ENCODING_DER


def _complete(
    parsed: Sequence[x509.Certificate],
    chain: Sequence[bytes],
    used: Sequence[bytes],
    code: int,
    *,
    trusted: bool,
    ca_given: bool,
) -> bool | None:
    """Whether all but the root was sent; None where a missing link and an unknown CA look the same."""
    if used:
        return all(link in chain for link in used[:-1])
    if trusted:
        return True
    last = parsed[0]
    while last.subject != last.issuer:
        others = (one for one in parsed if one.subject == last.issuer and one != last)
        issuer = next((one for one in others if _signed(last, one)), None)
        if issuer is None:
            break
        last = issuer
    if last.subject == last.issuer or code not in NO_ISSUER:
        return True
    alone = last == parsed[0]
    return False if alone and (ca_given or _names_issuer(last)) else None


def _signed(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _names_issuer(leaf: x509.Certificate) -> bool:
    """Whether it tells where its issuer's certificate is to be had, as those of public CAs do."""
    try:
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return any(one.access_method == AuthorityInformationAccessOID.CA_ISSUERS for one in access)


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        held = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = [str(address) for address in held.get_values_for_type(x509.IPAddress)]
    return (*held.get_values_for_type(x509.DNSName), *addresses)


def _is_strong(key: str, bits: int) -> bool:
    return bits >= (2048 if key in {"RSA", "DSA"} else 250)


def _key(leaf: x509.Certificate) -> tuple[str, int]:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", 256
    if isinstance(key, ed448.Ed448PublicKey):
        return "Ed448", 456
    raise Unobservable(f"the certificate's key is of an unknown kind: {type(key).__name__}")


def _signature(leaf: x509.Certificate) -> str:
    if leaf.signature_algorithm_oid in BROKEN_SIGNATURES:  # too old for the library to name
        return BROKEN_SIGNATURES[leaf.signature_algorithm_oid]
    algorithm = leaf.signature_hash_algorithm
    return algorithm.name if algorithm is not None else "its own"  # Ed25519 and Ed448 bring their hash with them
