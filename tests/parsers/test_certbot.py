"""certbot's renewal files (of certbot 2.1.0) and the lines of its log."""

import dataclasses

import pytest

from flower_audit.parsers.certbot import Lineage, broken_hook, defects_of, last_failure

TEXT = """# renew_before_expiry = 30 days
version = 2.1.0
archive_dir = /etc/letsencrypt/archive/flower.example.com
cert = /etc/letsencrypt/live/flower.example.com/cert.pem
privkey = /etc/letsencrypt/live/flower.example.com/privkey.pem
chain = /etc/letsencrypt/live/flower.example.com/chain.pem
fullchain = /etc/letsencrypt/live/flower.example.com/fullchain.pem

# Options used in the renewal process
[renewalparams]
account = 6f1c4fd2b1c1a5d0b9c64f0e6f4a2c11
authenticator = nginx
installer = nginx
server = https://acme-v02.api.letsencrypt.org/directory
"""
GOOD = Lineage(name="flower.example.com", text=TEXT)


def with_way(way: str, **more: str) -> str:
    text = TEXT.replace("authenticator = nginx", f"authenticator = {way}").replace(
        "installer = nginx", "installer = None"
    )
    return text + "".join(f"{name} = {value}\n" for name, value in more.items())


@pytest.mark.parametrize(
    "lineage",
    [
        GOOD,
        dataclasses.replace(GOOD, text=f"autorenew = True\n{TEXT}", plugins=frozenset({"certbot", "certbot_nginx"})),
        dataclasses.replace(
            GOOD, text=with_way("dns-multi", renew_hook="systemctl reload nginx"), plugins=frozenset({"certbot"})
        ),
        dataclasses.replace(GOOD, text=with_way("webroot", renew_hook="systemctl reload nginx")),
        dataclasses.replace(GOOD, text=with_way("dns-route53"), reloads=True),
        dataclasses.replace(
            GOOD, text=with_way("standalone", pre_hook="systemctl stop nginx", post_hook="systemctl start nginx")
        ),
        dataclasses.replace(GOOD, text=with_way("standalone", post_hook="true"), port_80_taken=False),
        dataclasses.replace(GOOD, text=with_way("manual", manual_auth_hook="/x", renew_hook="/y")),
    ],
)
def test_complete(lineage: Lineage) -> None:
    assert defects_of(lineage) == ()


@pytest.mark.parametrize(
    ("lineage", "words"),
    [
        (dataclasses.replace(GOOD, text=None), "does not exist"),
        (dataclasses.replace(GOOD, text=f"autorenew = False\n{TEXT}"), "autorenew = False"),
        (dataclasses.replace(GOOD, plugins=frozenset({"certbot", "certbot_apache"})), "plugin nginx, which is not"),
        (
            dataclasses.replace(GOOD, text=with_way("dns-route53"), reloads=True, plugins=frozenset({"certbot"})),
            "python3-certbot-dns-route53",
        ),
        (dataclasses.replace(GOOD, text=TEXT.replace("privkey =", "x =")), "lacks privkey"),
        (dataclasses.replace(GOOD, text=TEXT.replace("authenticator = nginx", "")), "names no authenticator"),
        (dataclasses.replace(GOOD, linked=False), "copies instead of the links"),
        (dataclasses.replace(GOOD, text=with_way("manual"), reloads=True), "waits for a person"),
        (dataclasses.replace(GOOD, text=with_way("standalone"), reloads=True), "needs port 80"),
        (dataclasses.replace(GOOD, text=with_way("webroot")), "nothing reloads the proxy"),
        (
            dataclasses.replace(
                GOOD,
                text=with_way("webroot", webroot_path="/var/www/x,"),
                reloads=True,
                missing_webroots=("/var/www/x",),
            ),
            "/var/www/x does not exist",
        ),
    ],
)
def test_incomplete(lineage: Lineage, words: str) -> None:
    assert [one for one in defects_of(lineage) if words in one] == list(defects_of(lineage)) != []


FAILED = (
    "2026-11-22 10:53:28,199:ERROR:certbot._internal.renewal:Failed to renew certificate "
    "flower.example.com with error: Some challenges have failed."
)


def test_the_last_run() -> None:
    assert last_failure(FAILED, "flower.example.com") == "Some challenges have failed."
    assert last_failure(FAILED, "other.example.com") == ""
    assert last_failure("2026-11-22 10:53:28,200:DEBUG:certbot._internal.renewal:no renewal failures", "x") == ""


def test_a_broken_file() -> None:
    line = "10:00:00,1:ERROR:certbot._internal.renewal:"
    line += "Renewal configuration file /etc/letsencrypt/renewal/a.conf is broken."
    assert "is broken" in last_failure(line, "a")
    assert last_failure(line, "b") == ""


def test_what_the_authority_said_of_a_challenge() -> None:
    failed = "1:ERROR:certbot._internal.renewal:Failed to renew certificate {} with error: Some challenges have failed."
    detail = "  Detail: 203.0.113.7: Invalid response from http://flower.example.com/.well-known/acme-challenge/x: 401"
    log = f"{detail}\n{failed.format('flower.example.com')}"
    assert last_failure(log, "flower.example.com").endswith("have failed. (" + detail.strip() + ")")
    others = f"{detail}\n{failed.format('other.example.com')}\n{failed.format('flower.example.com')}"
    assert last_failure(others, "flower.example.com").endswith("have failed.")


RUN = "2026-11-22 14:00:00,000:INFO:certbot.compat.misc:Running deploy-hook command: "
ERROR = "2026-11-22 14:00:00,100:WARNING:certbot.display.ops:Hook 'deploy-hook' reported error code 5"


def test_a_hook_that_failed() -> None:
    text = with_way("webroot", renew_hook="systemctl reload ngnix")
    ours = f"{RUN}systemctl reload ngnix\n{ERROR}\n"
    assert broken_hook(ours, text) == "the hook `systemctl reload ngnix` ended with status 5"
    assert broken_hook(ours, text.replace("ngnix", "nginx")) == ""  # it was corrected since
    assert broken_hook(f"{RUN}systemctl reload ngnix\n", text) == ""
    assert broken_hook("", text) == ""
    others = f"{RUN}systemctl reload ngnix\n{RUN}/opt/mail/reload\n{ERROR}\n"
    assert broken_hook(others, text) == ""


def test_a_hook_of_the_folder_that_failed() -> None:
    file = "/etc/letsencrypt/renewal-hooks/deploy/reload-nginx.sh"
    log = f"{RUN}{file}\n{ERROR}\n"
    assert "reload-nginx.sh` ended with status 5" in broken_hook(log, TEXT)
    assert broken_hook(f"newer {file}\n{log}", TEXT) == ""
