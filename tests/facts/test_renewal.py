"""Renewal, from what a Debian 12 with certbot 2.1.0 under systemd answered, and that answer changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.renewal import Renewal, renewal
from flower_audit.parsers.frontend import CertificateFiles
from flower_audit.probe import Output

from .test_proxy import GOOD

CERTBOT = (Path(__file__).parent / "renewal" / "certbot.txt").read_text()
LIVE = "/etc/letsencrypt/live/flower.example.com"


def with_files(certificate: str) -> Proxy:
    files = CertificateFiles(certificate=certificate, key="/k", where="x:1")
    return replace(GOOD, certificates=(files,), server_names=("flower.example.com",))


SITE = with_files(f"{LIVE}/fullchain.pem")


def renewed(*changes: tuple[str, str], proxy: Proxy = SITE) -> Renewal:
    text = CERTBOT
    for old, new in changes:
        assert old in text, f"the recording has no {old!r}"
        text = text.replace(old, new)
    return renewal(Output(rc=0, stdout=text), proxy)


TIMER = "timer certbot loaded active enabled"


def test_a_copy_of_the_certificate_elsewhere(authority: Any) -> None:
    newest = authority.issue("flower.example.com", by=authority.intermediate)
    lineage = ("@@lineages\n", f"@@lineages\nnewest flower.example.com\n{newest.pem.read_text()}newest other\n-\n")
    copied = renewed(lineage, proxy=with_files("/etc/nginx/tls/flower.pem")).newest
    assert copied is not None
    assert copied.serial_number == newest.certificate.serial_number
    assert renewed(lineage).newest is None
    assert renewed(proxy=with_files("/etc/nginx/tls/flower.pem")).newest is None


def test_the_recorded_host_is_renewed() -> None:
    found = renewed()
    assert (found.manager, found.name, found.schedule) == ("certbot", "flower.example.com", "certbot.timer")
    assert (found.unscheduled, found.defects, found.failed) == ("", (), "")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("timer certbot loaded inactive disabled", "certbot.timer is inactive and disabled"),
        ("timer certbot loaded inactive dead disabled", "certbot.timer is inactive and disabled"),
        ("timer certbot loaded active elapsed enabled", "certbot.timer has run out"),
        ("timer certbot loaded active disabled", "not enabled for the next boot"),
        ("timer certbot not-found inactive", "certbot.timer is not there"),
    ],
)
def test_a_timer_that_does_not_run(state: str, words: str) -> None:
    found = renewed((TIMER, state))
    assert found.schedule == ""
    assert words in found.unscheduled


def test_debians_cron_file_counts_without_systemd_only() -> None:
    off = (TIMER, "timer certbot loaded inactive disabled")
    assert "does nothing where systemd runs" in renewed(off).unscheduled
    assert "no cron daemon" not in renewed(off).unscheduled
    assert "needs a cron daemon" in renewed(off, ("\nsystemd\n", "\n")).unscheduled
    assert renewed(off, ("\nsystemd\n", "\ndaemon cron\n")).schedule == "/etc/cron.d/certbot"


def test_somebodys_own_cron_line() -> None:
    line = "/var/spool/cron/crontabs/root:17 3 * * * certbot renew --deploy-hook 'systemctl reload nginx'"
    found = renewed(
        (TIMER, "timer certbot masked inactive masked"), ("\nsystemd\n", f"\nsystemd\ndaemon cron\n{line}\n")
    )
    assert found.schedule == "/var/spool/cron/crontabs/root"


def test_the_last_run_failed() -> None:
    failure = "1:ERROR:certbot._internal.renewal:Failed to renew certificate flower.example.com with error: timeout"
    assert renewed(("@@log\n", f"@@log\n{failure}\n")).failed == "timeout"


def test_no_renewal_file() -> None:
    found = renewed(("/renewal/flower.example.com.conf", "/renewal/other.conf"))
    assert "does not exist" in found.defects[0]


def test_a_webroot_that_is_gone() -> None:
    own = (
        "authenticator = nginx\ninstaller = nginx\nserver",
        "authenticator = webroot\nrenew_hook = x\nwebroot_path = /srv/w,\nserver",
    )
    assert renewed(own).defects == ()
    assert "/srv/w does not exist" in renewed(own, ("@@webroots\n", "@@webroots\n/srv/w\n")).defects[0]


def test_a_copy_elsewhere_is_taken_for_that_of_its_name() -> None:
    assert renewed(proxy=with_files("/etc/nginx/tls/flower.pem")).name == "flower.example.com"


def test_a_cron_line_of_a_program_that_is_gone() -> None:
    line = '/etc/cron.d/renew:17 3 * * * root /opt/certbot/bin/certbot renew -q --post-hook "systemctl reload nginx"'
    found = renewed(
        (TIMER, "timer certbot masked inactive masked"),
        ("\nsystemd\n", f"\nsystemd\ndaemon cron\n{line}\n"),
        ("@@lost\n", "@@lost\n/opt/certbot/bin/certbot\n"),
    )
    assert found.schedule == ""
    assert "/etc/cron.d/renew runs /opt/certbot/bin/certbot, which does not exist" in found.unscheduled


def test_the_unit_failed_before_certbot_could_log() -> None:
    failed = ("result certbot success 0 1795344808", "result certbot exit-code 2 1795344900")
    assert "certbot.service ended with exit-code, status 2" in renewed(failed).failed
    by_hand_since = ("written 1795344808", "written 1795344990")
    assert renewed(failed, by_hand_since).failed == ""


def test_another_certificate_failed() -> None:
    line = "1:ERROR:certbot._internal.renewal:Failed to renew certificate other.example.com with error: timeout"
    failed = ("result certbot success 0 1795344808", "result certbot exit-code 1 1795344808")
    assert renewed(failed, ("written 1795344808\n", f"written 1795344808\n{line}\n")).failed == ""


CADDY = replace(SITE, kind="caddy", certificates=(), automatic_tls=True)
RETRY = '{"level":"error","logger":"tls.renew","msg":"will retry","error":"[flower.example.com] Renew: timeout"}'


def test_caddy_renews_by_itself() -> None:
    assert renewed(proxy=CADDY).schedule
    assert renewed(("@@caddy\n", f"@@caddy\n{RETRY}\n"), proxy=CADDY).failed == "[flower.example.com] Renew: timeout"


def test_caddys_words_with_quotes_in_them() -> None:
    line = r'{"level":"error","error":"[flower.example.com] Renew: Get \"https://acme/dir\": EOF","n":1}'
    found = renewed(("@@caddy\n", f"@@caddy\n{line}\n"), proxy=CADDY)
    assert found.failed == "[flower.example.com] Renew: Get 'https://acme/dir': EOF"


@pytest.mark.parametrize(
    ("later", "failed"),
    [
        ('{"level":"info","logger":"tls","msg":"finished cleaning storage units"}', True),
        ('{"level":"info","logger":"tls.renew","msg":"renewing certificate","identifier":"flower.example.com"}', True),
        ('{"level":"info","logger":"tls.obtain","msg":"certificate obtained successfully","identifier":"x.org"}', True),
        (
            '{"level":"info","msg":"certificate renewed successfully","identifier":"flower.example.com"}',
            False,
        ),
        (
            '{"level":"info","msg":"certificate renewed successfully","identifier":"*.example.com"}',
            False,
        ),
    ],
)
def test_what_caddy_logs_after_an_error(later: str, failed: bool) -> None:
    assert bool(renewed(("@@caddy\n", f"@@caddy\n{RETRY}\n{later}\n"), proxy=CADDY).failed) is failed


ACME_SH = with_files("/root/.acme.sh/flower.example.com_ecc/fullchain.cer")
STRANGE = ("/renewal/flower.example.com.conf", "/renewal/other.conf")
CRON = (
    "\nsystemd\n",
    "\nsystemd\ndaemon cron\n/var/spool/cron/crontabs/root:1 0 * * * "
    '"/root/.acme.sh"/acme.sh --cron --home "/root/.acme.sh"\n',
)
FILE = "/root/.acme.sh/flower.example.com_ecc/flower.example.com.conf"
DUE = (
    "now 1795345000\n",
    f"now 1795345000\n{FILE}:Le_Domain='flower.example.com'\n{FILE}:Le_NextRenewTime='1797000000'\n"
    f"{FILE}:Le_ReloadCmd='__ACME_BASE64__START_c3lzdGVtY3RsIHJlbG9hZCBuZ2lueA==__ACME_BASE64__END_'\n",
)


def test_acme_sh() -> None:
    assert renewed(STRANGE, DUE, proxy=ACME_SH).schedule == ""
    found = renewed(STRANGE, CRON, DUE, proxy=ACME_SH)
    assert (found.manager, found.failed, found.defects) == ("acme.sh", "", ())
    assert found.schedule == "/var/spool/cron/crontabs/root"


def test_acme_sh_is_overdue() -> None:
    late = renewed(STRANGE, CRON, DUE, ("='1797000000'", "='1794900000'"), proxy=ACME_SH)
    assert late.failed == f"{FILE} says that the renewal was due 5 days ago"
    assert renewed(STRANGE, CRON, DUE, ("='1797000000'", "='1795300000'"), proxy=ACME_SH).failed == ""


def test_acme_sh_reloads_nothing() -> None:
    silent = ("__ACME_BASE64__START_c3lzdGVtY3RsIHJlbG9hZCBuZ2lueA==__ACME_BASE64__END_", "")
    assert "nothing reloads the proxy" in renewed(STRANGE, CRON, DUE, silent, proxy=ACME_SH).defects[0]


def test_whose_it_is_cannot_be_told() -> None:
    with pytest.raises(Absent, match="cannot be told"):
        renewed(("/renewal/flower.example.com.conf", "/renewal/other.conf"), proxy=with_files("/etc/ssl/own.pem"))
    with pytest.raises(Absent, match="no TLS"):
        renewed(proxy=replace(SITE, certificates=()))


def test_a_cut_answer_is_unknown() -> None:
    with pytest.raises(Unobservable):
        renewal(Output(rc=0, stdout=CERTBOT[:200]), SITE)
