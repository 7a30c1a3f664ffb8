"""The certificate on the host's disk, who can read its key, and who renews it.  PYTEST_DONT_REWRITE."""

from flower_audit.check import Finding, check
from flower_audit.errors import Unobservable
from flower_audit.facts.disk_certificate import DiskCertificate
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.renewal import Renewal
from flower_audit.model import Severity

SECTION = "SSL/TLS Setup"
HTTPS = ("HTTPS configured",)
SHOWS = {
    "certbot": "`certbot renew --dry-run` shows what is wrong; `--deploy-hook 'systemctl reload nginx'` reloads",
    "acme.sh": "`acme.sh --cron --debug` shows what is wrong; `acme.sh --install-cert … --reloadcmd …` reloads",
    "Caddy": "`journalctl _COMM=caddy --grep tls` shows every attempt; mostly it is DNS, port 80 or `acme_ca`",
}


@check("https.certificate-reloaded", severity=Severity.HIGH, section=SECTION, covers=HTTPS)
def test_served_certificate_is_the_one_on_disk(
    proxy: Proxy, disk_certificate: DiskCertificate, renewal: Renewal | Unobservable | None = None
) -> None:
    """The certificate that is served is the one on disk.

    Why: a renewed file does nothing before a reload; the old one is served until the day it expires.
    Fix: `systemctl reload nginx`, and a deploy hook that does it after every renewal.
    Source: https://eff-certbot.readthedocs.io/en/stable/using.html#renewing-certificates
    """
    served = disk_certificate.served
    assert served in disk_certificate.fingerprints, Finding(
        f"served is a certificate with SHA-256 {served[:16]}…",
        wanted=f"the one in the file, {min(disk_certificate.fingerprints)[:16]}…",
        where=disk_certificate.files[0].path,
        fix=f"systemctl reload {proxy.kind}, and the same as a deploy hook",
    )
    older = disk_certificate.older_copies(renewal.newest) if isinstance(renewal, Renewal) else ()
    assert not older, Finding(
        "a copy, older than what certbot renewed",
        wanted="the one of /etc/letsencrypt/live",
        where=", ".join(older),
        fix="name the files of /etc/letsencrypt/live in the site, or let a deploy hook copy them after every renewal",
    )


@check("https.key-private", severity=Severity.HIGH, section=SECTION, covers=HTTPS)
def test_key_is_private(disk_certificate: DiskCertificate) -> None:
    """The certificate's key is readable by its owner and group alone.

    Why: whoever reads it can pose as this site until the certificate ends, and reads what was recorded without PFS.
    Fix: `chmod 0600` the key; if others could read it, have a new one made.
    Source: https://nginx.org/en/docs/http/configuring_https_servers.html
    """
    exposed = disk_certificate.exposed_keys
    assert not exposed, Finding(
        "; ".join(exposed), wanted="mode 0600 or 0640", fix=f"chmod 0600 {exposed[0].partition(': ')[0]}; new key"
    )


@check("https.renewal-scheduled", severity=Severity.HIGH, section=SECTION, covers=HTTPS)
def test_renewal_is_scheduled(renewal: Renewal) -> None:
    """A timer or cron job renews the certificate.

    Why: Let's Encrypt's certificates end after 90 days or less, at a time when nobody thinks of them.
    Fix: `systemctl enable --now certbot.timer`; acme.sh: `acme.sh --install-cronjob`; Caddy does it by itself.
    Source: https://eff-certbot.readthedocs.io/en/stable/using.html#setting-up-automated-renewal
    """
    masked = "certbot.timer is inactive and masked" in renewal.unscheduled
    timer = "systemctl unmask certbot.timer && " * masked + "systemctl enable --now certbot.timer"
    fix = timer if renewal.manager == "certbot" else "acme.sh --install-cronjob"
    assert renewal.schedule, Finding(
        renewal.unscheduled, wanted=f"{renewal.manager} run by itself", where=renewal.name, fix=fix
    )


@check("https.renewal-works", severity=Severity.HIGH, section=SECTION, covers=HTTPS)
def test_renewal_works(renewal: Renewal) -> None:
    """The renewal is set up completely, and its last run succeeded.

    Why: a renewal that fails, or that nobody's reload follows, is noticed by the users.
    Fix: `certbot renew --dry-run` shows what is wrong; `--deploy-hook 'systemctl reload nginx'` where nothing reloads.
    Source: https://eff-certbot.readthedocs.io/en/stable/using.html#renewing-certificates
    """
    assert not renewal.failed, Finding(
        f"the last run: {renewal.failed}", wanted="success", where=renewal.name, fix=SHOWS[renewal.manager]
    )
    assert not renewal.defects, Finding(
        "; ".join(renewal.defects), wanted="a complete setup", where=renewal.name, fix=SHOWS[renewal.manager]
    )
