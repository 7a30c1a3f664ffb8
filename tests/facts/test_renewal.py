"""Renewal, from what a Debian 12 with certbot 2.1.0 under systemd answered, and that answer changed."""

from dataclasses import replace
from pathlib import Path

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


def test_caddy_renews_by_itself() -> None:
    caddy = replace(SITE, kind="caddy", certificates=(), automatic_tls=True)
    assert renewed(proxy=caddy).schedule
    line = '{"level":"error","logger":"tls.obtain","msg":"will retry","error":"[flower.example.com] Obtain: timeout"}'
    assert renewed(("@@caddy\n", f"@@caddy\n{line}\n"), proxy=caddy).failed == "[flower.example.com] Obtain: timeout"


def test_acme_sh() -> None:
    own = with_files("/root/.acme.sh/flower.example.com_ecc/fullchain.cer")
    strange = ("/renewal/flower.example.com.conf", "/renewal/other.conf")
    assert renewed(strange, proxy=own).schedule == ""
    line = '/var/spool/cron/crontabs/root:1 0 * * * "/root/.acme.sh"/acme.sh --cron --home "/root/.acme.sh"'
    assert renewed(strange, ("\nsystemd\n", f"\nsystemd\ndaemon cron\n{line}\n"), proxy=own).schedule


def test_whose_it_is_cannot_be_told() -> None:
    with pytest.raises(Absent, match="cannot be told"):
        renewed(("/renewal/flower.example.com.conf", "/renewal/other.conf"), proxy=with_files("/etc/ssl/own.pem"))
    with pytest.raises(Absent, match="no TLS"):
        renewed(proxy=replace(SITE, certificates=()))


def test_a_cut_answer_is_unknown() -> None:
    with pytest.raises(Unobservable):
        renewal(Output(rc=0, stdout=CERTBOT[:200]), SITE)
