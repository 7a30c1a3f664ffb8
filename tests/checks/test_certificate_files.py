"""Each rule of the certificate on disk and of its renewal: kept, and broken one way at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flower_audit.checks import test_certificate_files as checks

from flower_audit.check import Finding
from flower_audit.errors import Unobservable
from flower_audit.facts.disk_certificate import CertificateFile, DiskCertificate
from flower_audit.facts.renewal import Renewal

from .test_proxy import NGINX

FILE = CertificateFile(path="/etc/ssl/f.pem", key="/etc/ssl/f.key", sha256="ab" * 32)
GOOD = DiskCertificate(files=(FILE,), served_sha256="ab" * 32)
RENEWAL = Renewal(manager="certbot", name="flower.example.com", schedule="certbot.timer")


def certificate_until(end: datetime) -> x509.Certificate:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=House CA")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, end - timedelta(days=90), end)
    return builder.sign(key, hashes.SHA256())


def finding(check: Any, *facts: Any) -> Finding:
    with pytest.raises(AssertionError) as caught:
        check(*facts)
    found = caught.value.args[0]
    assert isinstance(found, Finding)
    return found


def test_reloaded() -> None:
    check = checks.test_served_certificate_is_the_one_on_disk
    checks.test_served_certificate_is_the_one_on_disk(NGINX, GOOD)
    rsa = replace(FILE, path="/etc/ssl/rsa.pem", sha256="cd" * 32)
    check(NGINX, replace(GOOD, files=(rsa, FILE)))
    found = finding(check, NGINX, replace(GOOD, served_sha256="ef" * 32))
    assert "efefefef" in found.observed
    assert "abababab" in found.wanted
    assert "systemctl reload nginx" in found.fix
    then, later = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    copied = replace(GOOD, files=(replace(FILE, not_after=then, issuer="CN=House CA"),))
    renewed = replace(RENEWAL, newest=certificate_until(later))
    assert finding(check, NGINX, copied, renewed).where == "/etc/ssl/f.pem"
    for quiet in (replace(RENEWAL, newest=certificate_until(then)), RENEWAL, None, Unobservable("no root")):
        check(NGINX, copied, quiet)
    check(NGINX, replace(copied, files=(replace(copied.files[0], issuer="CN=Another CA"),)), renewed)
    with pytest.raises(Unobservable):
        check(NGINX, replace(GOOD, served_sha256=""))
    with pytest.raises(Unobservable):
        check(NGINX, replace(GOOD, files=(replace(FILE, sha256="", problem="no such file"),)))


def test_key_private() -> None:
    check = checks.test_key_is_private
    checks.test_key_is_private(GOOD)
    exposed = replace(FILE, key_readers="every user can read it (mode 644, root:root)")
    found = finding(check, replace(GOOD, files=(FILE, exposed)))
    assert "/etc/ssl/f.key: every user can read it" in found.observed
    assert found.fix.startswith("chmod 0600 /etc/ssl/f.key;")
    with pytest.raises(Unobservable):
        check(replace(GOOD, files=(replace(FILE, key_missing=True),)))


def test_renewal_scheduled() -> None:
    check = checks.test_renewal_is_scheduled
    checks.test_renewal_is_scheduled(RENEWAL)
    idle = replace(RENEWAL, schedule="", unscheduled="certbot.timer is inactive and disabled")
    assert finding(check, idle).observed == "certbot.timer is inactive and disabled"
    assert finding(check, idle).fix == "systemctl enable --now certbot.timer"
    masked = replace(idle, unscheduled="certbot.timer is inactive and masked; /etc/cron.d/certbot does nothing")
    assert finding(check, masked).fix.startswith("systemctl unmask certbot.timer && ")
    assert "acme.sh" in finding(check, replace(idle, manager="acme.sh")).fix


def test_renewal_works() -> None:
    check = checks.test_renewal_works
    checks.test_renewal_works(RENEWAL)
    assert "challenges" in finding(check, replace(RENEWAL, failed="Some challenges have failed")).observed
    assert finding(check, replace(RENEWAL, defects=("no hook",))).observed == "no hook"
