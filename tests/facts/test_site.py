"""The public URL: given, found on the host, or not to be reached."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from flower_audit.connection import ssh_host_name
from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.options import Options, Setting
from flower_audit.facts.proxy import Proxy
from flower_audit.facts.routes import routes
from flower_audit.facts.site import connection_host, is_own, public_url, read_url, site
from flower_audit.parsers.frontend import Listen
from flower_audit.target import Target

PROXY = Proxy(
    kind="nginx",
    where="/etc/nginx/sites-enabled/flower:8",
    server_where="/etc/nginx/sites-enabled/flower:1",
    server_names=("flower.example.com",),
    listens=(Listen(address="*", port=80), Listen(address="*", port=443, tls=True)),
    prefix="",
    tasks_path="/tasks",
    upgrades=False,
    upstreams=("127.0.0.1:5555",),
    request_headers={},
)
HOST = Target(name="t", connection="ssh://audit@flower1.internal:2222")


def options(**values: Any) -> Options:
    held: dict[str, Any] = {"port": 5555, "address": "", "unix_socket": "", "url_prefix": None}
    held |= {"certfile": None, "keyfile": None} | values
    return Options(
        release=Version("2.2.0"), settings={name: Setting(value=one) for name, one in held.items()}, workdir="/opt"
    )


@pytest.mark.parametrize(
    ("proxy", "flower", "url"),
    [
        (PROXY, None, "https://flower.example.com"),
        (replace(PROXY, prefix="/flower"), None, "https://flower.example.com/flower"),
        (replace(PROXY, listens=(Listen(address="*", port=80),)), None, "http://flower.example.com"),
        (replace(PROXY, listens=(Listen(address="*", port=8443, tls=True),)), None, "https://flower.example.com:8443"),
        (replace(PROXY, server_names=("_",)), None, "https://flower1.internal"),
        (replace(PROXY, server_names=("~^flower", "*.example.com", "f.example.com")), None, "https://f.example.com"),
        (None, options(), "http://flower1.internal:5555"),
        (None, options(port=8888, url_prefix="/flower/"), "http://flower1.internal:8888/flower"),
        (Unobservable("needs root"), options(certfile="/c", keyfile="/k"), "https://flower1.internal:5555"),
    ],
)
def test_the_url_found_on_the_host(proxy: Any, flower: Any, url: str) -> None:
    assert public_url(HOST, "flower1.internal", proxy, flower)[0] == url


@pytest.mark.parametrize(
    ("proxy", "flower"),
    [
        (None, None),
        (None, options(address="127.0.0.1")),
        (None, options(unix_socket="/run/flower.sock")),
        (Unobservable("it needs root"), None),
    ],
)
def test_no_url_is_known(proxy: Any, flower: Any) -> None:
    with pytest.raises(Unreachable, match="--flower-url") as raised:
        public_url(HOST, "flower1.internal", proxy, flower)
    assert raised.value.way == "url"


def test_a_given_url_needs_no_host(flowers: Any, trail: Any) -> None:
    running = flowers("2.2.0")
    given = Target(name="t", url=f"http://localhost:{running.port}/", timeout_s=5)
    found = site(given, trail, Unobservable("needs root"), Unobservable("needs root"))
    assert found.url == f"http://localhost:{running.port}/"
    assert (found.prefix, found.problem, found.is_loopback, found.names_an_address) == ("", "", True, False)
    assert not found.over_tls


def test_a_path_is_a_prefix(flowers: Any, trail: Any) -> None:
    given = Target(name="t", url=f"http://127.0.0.1:{flowers('2.2.0').port}/flower/", timeout_s=5)
    found = site(given, trail)
    assert (found.prefix, found.names_an_address) == ("/flower", True)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://nosuch.invalid/", "does not resolve"),
        ("http://127.0.0.1:{closed}/", "refuses the connection"),
        ("http://127.0.0.1:{silent}/", "does what is in front of Flower reach it"),
        ("https://127.0.0.1:{silent}/", "gave no answer within"),
    ],
)
def test_a_dead_url_shuts_the_whole_way(url: str, complaint: str, raw_server: Any, servers: Any, trail: Any) -> None:
    silent = raw_server(lambda connection: [connection.recv(1), time.sleep(3)])
    given = Target(name="t", url=url.format(closed=servers.free_port(), silent=silent), timeout_s=0.5)
    with pytest.raises(Unreachable, match=complaint) as raised:
        site(given, trail)
    assert raised.value.way == "url"


def test_https_where_plain_http_is_spoken_is_a_problem_of_the_site(flowers: Any, trail: Any, raw_server: Any) -> None:
    plain = raw_server(lambda connection: [connection.recv(9), connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")])
    found = site(Target(name="t", url=f"https://127.0.0.1:{plain}/", timeout_s=5), trail)
    assert "no TLS handshake" in found.problem


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("ssh://audit@flower1.internal:2222", "flower1.internal"),
        ("paramiko://flower1", "flower1"),
        ("flower1", "flower1"),
        ("local://", "localhost"),
        ("docker://flower", ""),
        ("kubectl://pod?namespace=x", ""),
        ("", ""),
    ],
)
def test_the_network_name_of_a_connection(spec: str, name: str) -> None:
    assert connection_host(spec) == name


SSH_CONFIG = """\
Host flower1
  HostName 192.0.2.7
Host flower2
  HostName 10.2.0.7
  ProxyJump bastion.example.com
Host flower3
  HostName 10.2.0.8
  ProxyCommand nc %h %p
"""


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("ssh://audit@flower1:2222", "192.0.2.7"),
        ("flower1", "192.0.2.7"),
        ("ssh://flower.example.com", "flower.example.com"),
        ("ssh://audit@[2001:db8::7]:22", "2001:db8::7"),
        ("ssh://flower2", ""),
        ("ssh://flower3", ""),
        ("paramiko://flower1", ""),
        ("docker://flower1", ""),
        ("ssh://-oProxyCommand=x", ""),
    ],
)
def test_where_ssh_connects_to(spec: str, name: str, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(SSH_CONFIG)
    assert ssh_host_name(Target(name="t", connection=spec, ssh_config=str(config))) == name


def test_an_alias_of_ssh_is_looked_at_where_it_leads(flowers: Any, trail: Any, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host far\n  HostName 198.51.100.7\n")
    url = f"http://127.0.0.1:{flowers('2.2.0').port}/"
    found = site(Target(name="t", url=url, connection="ssh://far", ssh_config=str(config), timeout_s=5), trail)
    assert (found.machine, found.outside) == ("198.51.100.7", ("198.51.100.7",))
    config.write_text("Host far\n  HostName 127.0.0.1\n  Port 2222\n")
    found = site(Target(name="t", url=url, connection="ssh://far", ssh_config=str(config), timeout_s=5), trail)
    assert found.machine == "far", "a forwarded port of this machine's is not Flower's host"


def test_an_address_of_this_machine_is_not_seen_as_others_see_it(own_address: str, flowers: Any, trail: Any) -> None:
    assert is_own("127.0.0.1")
    assert is_own("127.8.9.1")
    assert is_own("::1")
    assert is_own(own_address)
    assert not is_own("198.51.100.7")
    running = flowers("2.2.0", address=own_address)
    found = site(Target(name="t", url=f"http://{own_address}:{running.port}/", timeout_s=5), trail)
    assert (found.outside, found.is_loopback, found.is_flower_itself) == ((), False, True)


def test_ipv6(flowers: Any, trail: Any) -> None:
    try:
        running = flowers("2.2.0", "--basic_auth=admin:long-enough-secret", address="::1")
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")
    target = Target(name="t", url=f"http://[::1]:{running.port}/", timeout_s=5)
    found = site(target, trail)
    assert found.url == f"http://[::1]:{running.port}/"
    assert routes(target, found, trail).open_pages == ()


def test_a_name_that_only_the_proxy_knows_is_asked_for_at_the_host(caddy: Any, trail: Any) -> None:
    proxied = caddy(' respond "hello" 200')
    listens = (Listen(address="*", port=proxied.https, tls=True),)
    proxy = replace(PROXY, server_names=("flower.test",), listens=listens)
    found = site(Target(name="t", connection="ssh://audit@127.0.0.1", timeout_s=5), trail, proxy)
    assert (found.origin.host, found.origin.address, found.problem) == ("flower.test", "127.0.0.1", "")
    assert "127.0.0.1 was asked" in found.found_by
    with pytest.raises(Unreachable, match="--flower-url"):
        site(Target(name="t", connection="ssh://nosuch.invalid", timeout_s=5), trail, proxy)
    with pytest.raises(Unreachable, match="does not resolve"):
        site(Target(name="t", url="https://flower.test/", connection="ssh://127.0.0.1", timeout_s=5), trail, proxy)


def test_a_client_certificate_that_is_asked_for(caddy: Any, trail: Any, authority: Any) -> None:
    mutual = f"client_auth {{\n mode require_and_verify\n trusted_ca_cert_file {authority.root.pem}\n }}"
    proxied = caddy(' respond "hello" 200', tls=f"{{\n {mutual}\n }}")
    proxy = replace(PROXY, server_names=("flower.test",), listens=(Listen(address="*", port=proxied.https, tls=True),))
    with pytest.raises(Unreachable, match="client certificate"):
        site(Target(name="t", connection="ssh://127.0.0.1", timeout_s=5), trail, proxy)


@pytest.mark.parametrize(
    ("url", "shown", "prefix"),
    [
        ("https://flower.example.com", "https://flower.example.com", ""),
        ("https://Flower.Example.com:443/flower/", "https://flower.example.com", "/flower"),
        ("http://user:secret@flower.example.com:8080/a/b//", "http://flower.example.com:8080", "/a/b"),
        ("https://blümchen.example/", "https://xn--blmchen-o2a.example", ""),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443", ""),
    ],
)
def test_urls(url: str, shown: str, prefix: str) -> None:
    origin, path = read_url(url)
    assert (origin.url, path) == (shown, prefix)


def test_a_password_in_the_url_is_not_shown(trail: Any) -> None:
    with pytest.raises(Unreachable) as raised:
        site(Target(name="t", url="http://user:secret@nosuch.invalid/", timeout_s=5), trail)
    assert "secret" not in str(raised.value)
