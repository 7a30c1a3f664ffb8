"""TLS as it is served, and the headers that go with it.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.certificate import Certificate
from flower_audit.facts.headers import Headers
from flower_audit.facts.redirect import Redirect
from flower_audit.facts.site import Site
from flower_audit.facts.tls import Tls
from flower_audit.model import Severity
from flower_audit.policy import Policy

TLS = "SSL/TLS Setup"
HTTPS = ("HTTPS configured",)


@check("https.served", severity=Severity.CRITICAL, section=TLS, covers=HTTPS)
def test_served_over_tls(site: Site) -> None:
    """The public URL answers over TLS.

    Why: over plain HTTP every password is sent in the clear, with every single request.
    Fix: obtain a certificate (`certbot --nginx -d HOST`; Caddy does it by itself) and publish the https URL.
    Source: https://flower.readthedocs.io/en/latest/reverse-proxy.html
    """
    assert site.over_tls, Finding(f"people open {site.url}", wanted="an https URL", where=site.found_by)
    assert not site.problem, Finding(site.problem, wanted="an answer over TLS", where=site.url)


@check("https.trusted", severity=Severity.CRITICAL, section=TLS, covers=HTTPS)
def test_certificate_is_trusted(certificate: Certificate) -> None:
    """The certificate leads to a trusted CA by the chain that is sent.

    Why: people who are used to clicking a warning away will not notice the attacker's certificate either.
    Fix: use a certificate of a public CA with its full chain; for a CA of your own, name its file with --flower-ca.
    Source: RFC 5280, 6.
    """
    assert not certificate.distrust, Finding(
        f"{certificate.distrust} (issued by {certificate.issuer})",
        wanted="a chain to a trusted CA",
        where=certificate.host,
    )


@check("https.host-matches", severity=Severity.CRITICAL, section=TLS, covers=HTTPS)
def test_certificate_is_for_this_host(certificate: Certificate) -> None:
    """The certificate is made out to the public host name.

    Why: every browser stops with a warning, and scripts stop altogether.
    Fix: have the certificate issued for the public name (`certbot --nginx -d HOST`).
    Source: RFC 6125, 6.
    """
    names = ", ".join(certificate.names[:5]) or "no name at all"
    assert certificate.host_matches, Finding(
        f"it is made out to {names}", wanted=certificate.host, where=certificate.subject
    )


@check("https.chain-complete", severity=Severity.CRITICAL, section=TLS, covers=HTTPS)
def test_chain_is_complete(certificate: Certificate) -> None:
    """The intermediate certificates are sent along.

    Why: browsers often find a missing one by themselves; curl, Prometheus and Python do not, and fail.
    Fix: nginx: `ssl_certificate …/fullchain.pem` (not `cert.pem`), then `systemctl reload nginx`.
    Source: RFC 8446, 4.4.2.
    """
    complete = certificate.certainly_complete
    assert complete, Finding(
        f"only {len(certificate.sent)} sent: {'; '.join(certificate.sent[:3])}",
        wanted=f"the certificate of {certificate.issuer} too",
        where=certificate.host,
    )


@check("https.not-expired", severity=Severity.CRITICAL, section=TLS, covers=HTTPS)
def test_certificate_is_valid_now(certificate: Certificate) -> None:
    """The certificate is valid now.

    Why: an expired certificate locks out scripts, and trains people to click warnings away.
    Fix: `certbot renew`, then reload the proxy; see why the renewal did not run by itself.
    Source: RFC 5280, 4.1.2.5.
    """
    assert certificate.not_before <= certificate.looked_at, Finding(
        f"valid only from {certificate.not_before:%Y-%m-%d %H:%M} UTC",
        wanted="valid now",
        where=certificate.subject,
        fix="compare the clocks (`timedatectl`) of the host that made it and of this one, and have it issued anew",
    )
    assert certificate.days_left > 0, Finding(
        f"expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC", wanted="valid now", where=certificate.subject
    )


@check("https.expires-later", severity=Severity.HIGH, section=TLS, covers=HTTPS)
def test_certificate_lasts(certificate: Certificate, policy: Policy) -> None:
    """The certificate does not expire soon.

    Why: certificates are renewed 30 days before they end; one that is not has a renewal that does not work.
    Fix: `certbot renew --dry-run` shows why; Caddy says it in its log.
    Source: https://letsencrypt.org/docs/integration-guide/#when-to-renew
    """
    only_if(certificate.days_left > 0, "it has expired already")
    least = min(policy.certificate_min_days_left, certificate.lifetime_days / 3)
    assert certificate.days_left > least, Finding(
        f"{certificate.days_left:.1f} days left, until {certificate.not_after:%Y-%m-%d}",
        wanted=f"more than {least:.1f} days",
        where=certificate.subject,
    )


@check("https.strong-key", severity=Severity.HIGH, section=TLS)
def test_key_is_strong(certificate: Certificate) -> None:
    """The key of the certificate is long enough.

    Why: shorter keys can be broken, and no public CA certifies them any more.
    Fix: make a new key (`openssl ecparam -genkey -name prime256v1`) and have it certified.
    Source: NIST SP 800-131A; CA/Browser Forum baseline requirements, 6.1.5.
    """
    assert certificate.key_is_strong, Finding(
        f"{certificate.key} {certificate.key_bits} bits",
        wanted="RSA 2048 or EC 256, or more",
        where=certificate.subject,
    )


@check("https.strong-signature", severity=Severity.HIGH, section=TLS)
def test_signature_is_strong(certificate: Certificate) -> None:
    """The certificate is signed with SHA-2.

    Why: signatures over SHA-1 and MD5 can be forged.
    Fix: have the certificate issued anew; every CA signs with SHA-256 by itself.
    Source: RFC 6194; RFC 6151.
    """
    assert certificate.signature_is_strong, Finding(
        f"signed with {certificate.signature}", wanted="sha256 or better", where=certificate.subject
    )


@check("https.modern-protocols", severity=Severity.HIGH, section=TLS)
def test_old_protocols_are_refused(tls: Tls) -> None:
    """TLS 1.2 or 1.3 is spoken, and nothing older.

    Why: SSL 3.0, TLS 1.0 and 1.1 are broken in ways that let the connection be read.
    Fix: nginx: `ssl_protocols TLSv1.2 TLSv1.3;` in the http block; the default server of a port decides for all.
    Source: RFC 8996; RFC 7568.
    """
    assert not tls.outdated, Finding(
        f"accepts {', '.join(tls.outdated)}", wanted="TLS 1.2 and 1.3 only", where="ssl_protocols"
    )
    assert {"TLS 1.2", "TLS 1.3"} & set(tls.accepted), Finding("accepts no TLS 1.2 or 1.3", wanted="TLS 1.2 or 1.3")


@check("https.forward-secrecy", severity=Severity.MEDIUM, section=TLS)
def test_forward_secrecy(tls: Tls) -> None:
    """Only suites with forward secrecy are accepted.

    Why: with RSA key exchange, whoever obtains the key later can read everything that was recorded before.
    Fix: nginx: `ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`.
    Source: RFC 9325, 4.1.
    """
    assert not tls.static_rsa, Finding(
        f"accepts the suite {tls.static_rsa} with RSA key exchange", wanted="ECDHE only", where="ssl_ciphers"
    )


@check("https.http-redirects", severity=Severity.CRITICAL, section=TLS, covers=HTTPS)
def test_http_redirects(redirect: Redirect) -> None:
    """Plain HTTP sends on to https at once, and for good.

    Why: people type the name without https; what is shown or asked there goes in the clear.
    Fix: nginx, in the server of port 80: `return 301 https://$host$request_uri;` and nothing else.
    Source: RFC 9110, 15.4.
    """
    came = f"{redirect.status} {redirect.location}".strip()
    assert not redirect.shows_flower, Finding(f"{came}: Flower itself", wanted="301 to https", where=redirect.url)
    assert redirect.to_https, Finding(came, wanted="301 to https", where=redirect.url)
    assert redirect.keeps_host, Finding(came, wanted="the same host on https", where=redirect.url)
    assert redirect.status in {301, 308}, Finding(came, wanted="301 or 308: for good", where=redirect.url)


@check("https.hsts", severity=Severity.MEDIUM, section=TLS, covers=("Security headers enabled",))
def test_hsts(site: Site, headers: Headers, policy: Policy) -> None:
    """Every answer, errors too, tells browsers to stay on https.

    Why: the first answer most people get is the 401; without HSTS on it the next visit may again be plain HTTP.
    Fix: nginx: `add_header Strict-Transport-Security "max-age=31536000" always;`, again in each location with others;
    Caddy: `header Strict-Transport-Security max-age=31536000`.
    Source: RFC 6797.
    """
    only_if(site.over_tls, "the public URL is not https, and browsers ignore HSTS there")
    bare = headers.without_hsts(policy.hsts_min_seconds)
    assert not bare, Finding(
        f"missing or too short: {', '.join(bare[:3])}",
        wanted=f"max-age={policy.hsts_min_seconds} or more on every answer",
        where="Strict-Transport-Security",
    )


@check("https.headers", severity=Severity.MEDIUM, section=TLS, covers=("Security headers enabled",))
def test_security_headers(headers: Headers) -> None:
    """Every answer refuses frames and sniffing, and limits the Referer.

    Why: in a frame of another page a colleague's click can be led onto `Shut down`; Flower itself sends none of these.
    Fix: nginx: `add_header X-Frame-Options DENY always;` (Caddy: `header X-Frame-Options DENY`), and likewise
    `X-Content-Type-Options nosniff` and `Referrer-Policy same-origin`.
    Source: https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
    """
    lacking = headers.lacking
    assert not lacking, Finding(
        f"{lacking[0]} lacking", wanted="all three on every answer", where=f"{len(lacking)} answers"
    )


@check("https.no-version-leak", severity=Severity.LOW, section=TLS, covers=("Security headers enabled",))
def test_no_version_leaks(headers: Headers) -> None:
    """No header tells a version.

    Why: it spares an attacker the search for what is unpatched.
    Fix: nginx: `server_tokens off;`; Caddy: `header -Server` (it hands Flower's own header through).
    Source: RFC 9110, 10.2.4.
    """
    leaks = headers.leaks
    handed_on = any("Tornado" in leak for leak in leaks)
    fix = "nginx: take `proxy_pass_header Server` out; Caddy: `header -Server`" if handed_on else ""
    assert not leaks, Finding("; ".join(leaks[:3]), wanted="no version", where="response headers", fix=fix)
