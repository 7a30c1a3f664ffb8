"""The certificate files, read by the probe's own command from real files and a real TLS server."""

import os
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.disk_certificate import COMMAND, DiskCertificate, disk_certificate
from flower_audit.facts.proxy import Proxy
from flower_audit.parsers.frontend import CertificateFiles, Listen
from flower_audit.probe import Output, observation_of

from .test_proxy import GOOD


def make(folder: Path, name: str) -> tuple[Path, Path]:
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=x",
    ]
    subprocess.run([*command, "-out", str(paths[0]), "-keyout", str(paths[1])], check=True, capture_output=True)
    paths[1].chmod(0o600)
    return paths


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's own folder, which nobody else may enter: that would decide who can read a key.
    with tempfile.TemporaryDirectory(prefix="flower-audit-test-") as name:
        found = Path(name)
        found.chmod(0o755)
        make(found, "old")
        make(found, "new")
        yield found


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """A TLS server that shows `old`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "old.pem", folder / "old.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                    with plain, context.wrap_socket(plain, server_side=True) as tls:
                        tls.recv(1)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(2)


def fronting(folder: Path, name: str, port: int, key: str = "") -> Proxy:
    files = CertificateFiles(certificate=f"{folder}/{name}.pem", key=f"{folder}/{key or name}.key", where="x:1")
    listen = Listen(address="127.0.0.1", port=port, tls=True)
    return replace(GOOD, certificates=(files,), listens=(listen,), automatic_tls=False)


def look(proxy: Proxy) -> DiskCertificate:
    declared = observation_of(disk_certificate)
    assert declared is not None
    assert declared.variables is not None
    environment = os.environ | dict(declared.variables(proxy))
    ran = subprocess.run(["sh", "-c", COMMAND], env=environment, capture_output=True, text=True, check=False)
    return disk_certificate(Output(rc=ran.returncode, stdout=ran.stdout, stderr=ran.stderr), proxy)


def test_served_and_on_disk(folder: Path, port: int) -> None:
    same, other = look(fronting(folder, "old", port)), look(fronting(folder, "new", port))
    assert same.served in same.fingerprints
    assert same.exposed_keys == ()
    assert other.served == same.served
    assert other.served not in other.fingerprints


def test_a_key_that_others_can_read(folder: Path, port: int) -> None:
    key = folder / "new.key"
    key.chmod(0o644)
    try:
        assert (
            look(fronting(folder, "new", port)).exposed_keys[0].startswith(f"{key}: every user can read it (mode 644")
        )
        folder.chmod(0o700)
        assert look(fronting(folder, "new", port)).exposed_keys == (), "nobody else enters the folder"
    finally:
        folder.chmod(0o755)
        key.chmod(0o600)


def test_files_that_are_not_there(folder: Path, port: int) -> None:
    found = look(fronting(folder, "gone", port))
    assert found.files[0].key_missing
    assert found.files[0].problem == "no such file"
    for read in ("fingerprints", "exposed_keys"):
        with pytest.raises(Unobservable):
            getattr(found, read)


def test_nobody_answers(folder: Path) -> None:
    with pytest.raises(Unobservable, match="no handshake"):
        assert look(fronting(folder, "old", 1)).served


def test_no_tls_at_all() -> None:
    plain = replace(GOOD, certificates=(), listens=(Listen(address="*", port=80),))
    with pytest.raises(Absent):
        look(plain)


def test_paths_of_variables_are_unknown() -> None:
    files = CertificateFiles(
        certificate="/etc/tls/$ssl_server_name.pem", key="/etc/tls/$ssl_server_name.key", where="x:1"
    )
    with pytest.raises(Unobservable, match="ssl_server_name"):
        look(replace(GOOD, certificates=(files,), listens=()))


def test_relative_paths_begin_at_the_configuration(folder: Path) -> None:
    declared = observation_of(disk_certificate)
    assert declared is not None
    assert declared.variables is not None
    files = CertificateFiles(certificate="tls/a.pem", key="tls/a.key", where="x:1")
    told = declared.variables(replace(GOOD, certificates=(files,)))
    assert told["certificates"] == "/etc/nginx/tls/a.pem\t/etc/nginx/tls/a.key\n"
    assert told["tls_place"] == "127.0.0.1:443"
