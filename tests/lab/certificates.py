"""The lab's own certificate authority: a root nobody serves, an intermediate, and one short-lived leaf a host."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .errors import LabError

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAYS = timedelta(days=1)
LINEAGE = ("cert", "chain", "fullchain", "privkey")  # as certbot names them


class Authority:
    """A root and an intermediate kept in a directory, made on first use."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ca_file = directory / "root.pem"
        if not (directory / "intermediate.key").exists():
            self._make()

    def issue(
        self,
        name: str,
        directory: Path,
        *,
        valid: timedelta = 89 * DAYS,
        started: timedelta = DAYS,
        key: PrivateKey | None = None,
        alternative_name: bool = True,
        below: rsa.RSAPrivateKey | None = None,
    ) -> None:
        """Write cert.pem, chain.pem, fullchain.pem and privkey.pem for a name, as certbot names them.

        With `below` a further intermediate with that key stands between.
        """
        own_key = serialization.load_pem_private_key((self.directory / "intermediate.key").read_bytes(), None)
        issuer = x509.load_pem_x509_certificate((self.directory / "intermediate.pem").read_bytes())
        assert isinstance(own_key, ec.EllipticCurvePrivateKey)
        chain = _pem(issuer)
        if below is not None:
            issuer = _ca(_builder("Lab Second CA", issuer.subject, below, valid=1825 * DAYS), below, own_key)
            chain = _pem(issuer) + chain
        issuer_key = below or own_key
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, issuer.subject, key, valid=valid, started=started)
        if alternative_name:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        cert = _pem(builder.add_extension(identifier, critical=False).sign(issuer_key, hashes.SHA256()))
        directory.mkdir(parents=True, exist_ok=True)
        for file, content in {
            "cert": cert,
            "chain": chain,
            "fullchain": cert + chain,
            "privkey": _key_pem(key),
        }.items():
            (directory / f"{file}.pem").write_bytes(content)
        (directory / "privkey.pem").chmod(0o600)

    def issue_kind(self, kind: str, name: str, directory: Path) -> None:
        """Write a certificate that is wrong in the named way."""
        match kind:
            case "renewed":
                self.issue(name, directory)
            case "expired":
                self.issue(name, directory, started=90 * DAYS, valid=-1 * DAYS)
            case "expiring":
                self.issue(name, directory, started=80 * DAYS, valid=10 * DAYS)
            case "short-lived":
                self.issue(name, directory, started=5 * DAYS, valid=1 * DAYS)
            case "not-yet":
                self.issue(name, directory, started=-1 * DAYS)
            case "common-name":
                self.issue(name, directory, alternative_name=False)
            case "other-name":
                self.issue(f"www.{name}", directory)
            case "rsa":
                self.issue(name, directory, key=rsa.generate_private_key(65537, 2048))
            case "rsa-1024":
                self.issue(name, directory, key=rsa.generate_private_key(65537, 1024))  # weak on purpose
            case "weak-chain":
                self.issue(name, directory, below=rsa.generate_private_key(65537, 1024))  # weak on purpose
            case "sha1":
                self.issue(name, directory)
                self._sign_again(name, directory, "-sha1")
            case _:
                raise LabError(f"no certificate is called {kind!r}")

    def _sign_again(self, name: str, directory: Path, digest: str) -> None:
        """Replace the certificate by one that openssl signs: the library refuses what is weak."""
        request = ["openssl", "req", "-new", "-key", str(directory / "privkey.pem"), "-subj", f"/CN={name}"]
        extensions = f"subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n"
        (directory / "extensions").write_text(f"{extensions}basicConstraints=critical,CA:FALSE\n")
        ca = ["-CA", str(self.directory / "intermediate.pem"), "-CAkey", str(self.directory / "intermediate.key")]
        sign = ["openssl", "x509", "-req", *ca, digest, "-days", "89", "-extfile", str(directory / "extensions")]
        csr = subprocess.run(request, capture_output=True, check=True).stdout
        cert = subprocess.run(
            [*sign, "-set_serial", str(x509.random_serial_number())], input=csr, capture_output=True, check=True
        ).stdout
        (directory / "extensions").unlink()
        (directory / "cert.pem").write_bytes(cert)
        (directory / "fullchain.pem").write_bytes(cert + (directory / "chain.pem").read_bytes())

    def _make(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root_name = _name("Lab Root CA")
        root = _ca(_builder("Lab Root CA", root_name, root_key, valid=3650 * DAYS), root_key, root_key)
        intermediate = _ca(_builder("Lab Intermediate CA", root_name, key, valid=1825 * DAYS), key, root_key)
        self.ca_file.write_bytes(_pem(root))
        (self.directory / "intermediate.pem").write_bytes(_pem(intermediate))
        (self.directory / "intermediate.key").write_bytes(_key_pem(key))
        (self.directory / "intermediate.key").chmod(0o600)


def _builder(
    name: str, issuer: x509.Name, key: PrivateKey, *, valid: timedelta, started: timedelta = DAYS
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - started)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return builder.not_valid_after(now + valid)


def _ca(builder: x509.CertificateBuilder, key: PrivateKey, issuer_key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(
        x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False),
        critical=True,
    )
    if key is not issuer_key:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: PrivateKey) -> bytes:
    encoding, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, shape, serialization.NoEncryption())
