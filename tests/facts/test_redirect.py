"""Plain HTTP beside the public URL."""

from typing import Any

import pytest

from flower_audit.errors import Absent, Unobservable
from flower_audit.facts.redirect import redirect
from flower_audit.facts.routes import Routes
from flower_audit.facts.routes import routes as look


def test_plain_http_that_redirects(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    proxied = caddy(' respond "" 401')
    site = site_of(proxied.https, "https")
    target = target.model_copy(update={"http_url": f"http://flower.test:{proxied.http}/"})
    plain = redirect(site, look(target, site, trail))
    assert (plain.status, plain.to_https, plain.keeps_host, plain.shows_flower) == (301, True, True, False)


def test_plain_http_that_is_closed_or_unknown(caddy: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(' respond "" 401').https, "https")
    with pytest.raises(Unobservable, match="port of its own"):
        redirect(site, look(target, site, trail))
    with pytest.raises(Absent, match="not https"):
        redirect(site_of(1), Routes(visits=()))


def test_plain_http_where_nothing_listens(caddy: Any, servers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(caddy(' respond "" 401').https, "https")
    target = target.model_copy(update={"http_url": f"http://flower.test:{servers.free_port()}/"})
    with pytest.raises(Absent, match="refuses"):
        redirect(site, look(target, site, trail))


@pytest.mark.parametrize(
    ("plain", "to_https", "keeps_host", "status"),
    [
        (" redir https://flower.example.com{uri} 301", True, False, 301),
        (" redir https://flower.test{uri} 302", True, True, 302),
        (" redir http://flower.test/login 301", False, True, 301),
    ],
)
def test_redirects_that_will_not_do(
    plain: str, to_https: bool, keeps_host: bool, status: int, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    proxied = caddy(' respond "" 401', plain=plain)
    site = site_of(proxied.https, "https")
    target = target.model_copy(update={"http_url": f"http://flower.test:{proxied.http}/"})
    found = redirect(site, look(target, site, trail))
    assert (found.to_https, found.keeps_host, found.status) == (to_https, keeps_host, status)
