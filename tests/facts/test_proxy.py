"""The proxy that fronts Flower, from recorded and literal configurations."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import Absent, NotAsked, Unobservable
from flower_audit.facts import caddy as caddy_fact
from flower_audit.facts import nginx as nginx_fact
from flower_audit.facts import proxy as proxy_fact
from flower_audit.facts.caddy import Caddy
from flower_audit.facts.endpoints import Endpoints
from flower_audit.facts.nginx import Instance, Nginx
from flower_audit.facts.proxy import Proxy
from flower_audit.probe import Output
from flower_audit.target import Target

RECORDED = Path(__file__).parent
proxy = partial(proxy_fact.proxy, Target(name="x"))
opened = partial(proxy_fact.proxy, Target(name="x", url="https://tasks.example.com/"))
FLOWER = Endpoints(places=("127.0.0.1:5555",), addresses=("127.0.0.1", "192.0.2.10"), programs_in_front=("nginx",))


def recorded(kind: str, name: str) -> Any:
    recording = json.loads((RECORDED / kind / f"{name}.json").read_text())
    output = Output(rc=recording["rc"], stdout=recording["stdout"], stderr=recording["stderr"])
    return {"nginx": nginx_fact.nginx, "caddy": caddy_fact.caddy}[kind](output)


def nginx(site: str, **more: Any) -> Nginx:
    dump = f"# configuration file /etc/nginx/nginx.conf:\n{site}\n"
    values = {"pid": 7, "version": "1.22.1", "valid": True, "problem": "", "available": ""} | more
    return Nginx(instances=(Instance(config="/etc/nginx/nginx.conf", dump=dump, **values),))


def server(body: str, listen: str = "80", name: str = "flower.example.com") -> str:
    return f"server {{ listen {listen}; server_name {name}; {body} }}\n"


PASS = "location / { proxy_pass http://127.0.0.1:5555; }"


def test_the_recorded_site_is_found() -> None:
    found = proxy(FLOWER, nginx=recorded("nginx", "loaded"))
    assert (found.kind, found.version, found.reaches, found.enabled, found.running) == (
        "nginx",
        "1.22.1",
        True,
        True,
        True,
    )
    assert found.file == "/etc/nginx/sites-enabled/flower"
    assert found.missing_headers == ()
    assert found.host_defect == ""
    assert found.rate_limit_defect == ""


def test_what_the_recordings_say_of_loading() -> None:
    assert proxy(FLOWER, nginx=recorded("nginx", "changed")).changed == ("/etc/nginx/sites-enabled/flower",)
    assert proxy(FLOWER, nginx=recorded("nginx", "moved")).moved == ("/etc/nginx/sites-enabled/flower",)
    assert proxy(FLOWER, nginx=recorded("nginx", "broken")).valid is False
    assert proxy(FLOWER, nginx=recorded("nginx", "not_enabled")).enabled is False


def test_caddy_in_its_recorded_states() -> None:
    found = proxy(FLOWER, caddy=recorded("caddy", "running"), nginx=recorded("nginx", "stopped"))
    assert (found.kind, found.host, found.reaches, found.changed, found.moved) == (
        "caddy",
        "flower.example.com",
        True,
        (),
        (),
    )
    assert found.authentication is not None
    assert found.missing_headers == ()
    assert found.host_defect == ""
    changed = proxy(FLOWER, caddy=recorded("caddy", "changed"))
    assert changed.changed == ("/etc/caddy/Caddyfile",)
    assert changed.reaches, "what runs still goes to the old place"
    assert proxy(FLOWER, caddy=recorded("caddy", "variables")).changed == ()
    assert proxy(FLOWER, caddy=recorded("caddy", "no_admin")).changed == ()
    broken = proxy(FLOWER, caddy=recorded("caddy", "broken"))
    assert broken.valid is False
    assert "Unexpected token" in broken.problem


def test_a_running_proxy_that_sends_elsewhere_counts_before_a_stopped_one_that_was_right() -> None:
    running = recorded("caddy", "running")
    text = running.instances[0].running.replace("127.0.0.1:5555", "127.0.0.1:5556")
    assert "127.0.0.1:5556" in text
    found = proxy(FLOWER, caddy=one(running, running=text, on_disk=text), nginx=recorded("nginx", "stopped"))
    assert (found.kind, found.reaches) == ("caddy", False)


def one(caddy: Caddy, **more: Any) -> Caddy:
    return replace(caddy, instances=(replace(caddy.instances[0], **more),))


def test_caddy_without_an_answer_of_its_admin_interface() -> None:
    off, unknown = recorded("caddy", "no_admin"), recorded("caddy", "running")
    assert proxy(FLOWER, caddy=one(off, changed=True)).changed == ("/etc/caddy/Caddyfile",)
    silent = one(unknown, running="", differs=None, changed=True)
    assert (proxy(FLOWER, caddy=silent).changed, proxy(FLOWER, caddy=silent).moved) == ((), ("/etc/caddy/Caddyfile",))
    untold = one(recorded("caddy", "variables"), differs=True, changed=False)
    assert proxy(FLOWER, caddy=untold).moved == ("/etc/caddy/Caddyfile",), "the environment may be what differs"


def test_a_caddy_that_tells_nothing_is_not_absent() -> None:
    silent = one(recorded("caddy", "running"), running="", on_disk="", differs=None, valid=None)
    with pytest.raises(Unobservable, match="neither its file nor its admin interface"):
        proxy(replace(FLOWER, programs_in_front=("caddy",)), caddy=silent)


def test_nothing_fronts_flower() -> None:
    with pytest.raises(Absent):
        proxy(replace(FLOWER, programs_in_front=()))
    with pytest.raises(Absent):
        proxy(FLOWER, nginx=nginx(f"http {{ {server('location / { proxy_pass http://127.0.0.1:8000; }', name='x')} }}"))


@pytest.mark.parametrize("program", ["haproxy", "apache2", "traefik", "docker-proxy"])
def test_a_proxy_that_is_not_read_is_named(program: str) -> None:
    with pytest.raises(Unobservable, match=f"fronted by {program}, which this audit cannot read"):
        proxy(replace(FLOWER, programs_in_front=(program,)))


def test_a_proxy_in_a_container_is_named_even_beside_a_stopped_one() -> None:
    with pytest.raises(Unobservable, match="nginx in a container"):
        proxy(FLOWER)
    with pytest.raises(Unobservable, match="fronted by haproxy"):
        proxy(replace(FLOWER, programs_in_front=("haproxy",)), nginx=recorded("nginx", "stopped"))
    assert proxy(replace(FLOWER, programs_in_front=()), nginx=recorded("nginx", "stopped")).running is False


def test_not_allowed_to_look_is_not_absent() -> None:
    hidden = Unobservable("for root to read")
    with pytest.raises(Unobservable, match="for root"):
        proxy(FLOWER, nginx=hidden)
    assert proxy(FLOWER, nginx=nginx(server(PASS)), caddy=hidden).kind == "nginx"


def test_the_upstream_that_depends_on_a_request_is_not_absent() -> None:
    with pytest.raises(Unobservable, match="depends on a variable"):
        proxy(FLOWER, nginx=nginx(server("location / { proxy_pass http://$http_x; }", name="x")))


def test_a_missing_include_is_told() -> None:
    with pytest.raises(Unobservable, match="not there to be read"):
        proxy(FLOWER, nginx=nginx(server(f"include gone.conf; {PASS}")))


def test_text_that_cannot_be_parsed_is_not_absent() -> None:
    with pytest.raises(Unobservable, match="could not be read"):
        proxy(FLOWER, nginx=nginx("server { listen 80; server_name {{ x }}; }"))


@pytest.mark.parametrize(
    ("upstream", "places", "reaches"),
    [
        ("127.0.0.1:5555", ("127.0.0.1:5555",), True),
        ("localhost:5555", ("0.0.0.0:5555", "[::]:5555"), True),
        ("localhost:5555", ("[::1]:5555",), True),
        ("[::1]:5555", ("127.0.0.1:5555",), False),
        ("192.0.2.10:5555", ("*:5555",), True),
        ("192.0.2.10:5555", ("127.0.0.1:5555",), False),
        ("127.0.0.1:5556", ("127.0.0.1:5555",), False),
        ("flower:5555", ("127.0.0.1:5555",), None),
        ("unix:/run/flower.sock", ("unix:/run/flower.sock",), True),
        ("unix:/run/other.sock", ("unix:/run/flower.sock",), False),
    ],
)
def test_reaching_flower(upstream: str, places: tuple[str, ...], reaches: bool | None) -> None:
    target = f"{upstream}:" if upstream.startswith("unix") else upstream
    site = server(f"location / {{ proxy_pass http://{target}; }}")
    assert proxy(replace(FLOWER, places=places), nginx=nginx(site)).reaches is reaches


def test_another_service_on_the_usual_port_is_not_flower() -> None:
    elsewhere = replace(FLOWER, places=("127.0.0.1:8055",))
    other = server(PASS, name="shop.example.com")
    with pytest.raises(Absent):
        proxy(elsewhere, nginx=nginx(other))
    own = server("location / { proxy_pass http://127.0.0.1:8055; }", name="tasks.example.com")
    assert proxy(elsewhere, nginx=nginx(other + own)).server_names == ("tasks.example.com",)


def test_a_site_for_another_machines_flower_is_not_ours() -> None:
    with pytest.raises(Absent):
        proxy(FLOWER, nginx=nginx(server("location / { proxy_pass http://198.51.100.7:5555; }")))


@pytest.mark.parametrize(
    ("place", "url", "error"),
    [
        ("10.2.0.7:5555", "https://tasks.example.com/", NotAsked),
        ("*:5555", "https://tasks.example.com/", NotAsked),
        ("127.0.0.1:5555", "https://tasks.example.com/", Absent),
        ("unix:/run/flower.sock", "https://tasks.example.com/", Absent),
        ("10.2.0.7:5555", "http://10.2.0.7:5555/", Absent),
        ("10.2.0.7:5555", "https://tasks.example.com:5555/", Absent),
        ("10.2.0.7:5555", None, Absent),
    ],
)
def test_https_that_ends_on_another_host(place: str, url: str | None, error: type[Exception]) -> None:
    own = replace(FLOWER, places=(place,), programs_in_front=())
    with pytest.raises(error, match="HTTPS for tasks.example.com ends" if error is NotAsked else "no reverse proxy"):
        proxy_fact.proxy(Target(name="x", url=url), own)


def test_a_program_that_is_not_read_may_be_what_ends_https() -> None:
    with pytest.raises(Unobservable, match="haproxy"):
        opened(replace(FLOWER, places=("10.2.0.7:5555",), programs_in_front=("haproxy",)))


@pytest.mark.parametrize("name", ["tasks.example.com", "*.example.com"])
def test_on_the_edge_the_site_of_the_url_is_the_one(name: str) -> None:
    edge = Endpoints(places=())
    site = nginx(server("location / { proxy_pass http://10.2.0.7:8888; }", "443 ssl", name=name))
    assert opened(edge, nginx=site).upstreams == ("10.2.0.7:8888",)
    with pytest.raises(Absent):
        proxy(edge, nginx=site)
    with pytest.raises(Absent):
        opened(replace(edge, places=("127.0.0.1:5555",)), nginx=site)


def test_the_site_that_people_reach_is_chosen() -> None:
    tls = "ssl_certificate /c; ssl_certificate_key /k;"
    plain, secure = server(PASS), server(f"{tls} {PASS}", "443 ssl")
    health = server("location = /healthcheck { proxy_pass http://127.0.0.1:5555; }", name="health.example.com")
    found = proxy(FLOWER, nginx=nginx(health + plain + secure))
    assert [listen.port for listen in found.listens] == [443]
    assert found.redirects_to_https is False


def test_of_two_sites_the_one_of_the_url_is_chosen() -> None:
    former, own = server(PASS, "443 ssl", "flower.example.com"), server(PASS, "443 ssl", "*.example.com")
    found = opened(FLOWER, nginx=nginx(former + own))
    assert found.server_names == ("*.example.com",)
    assert [site.server_names for site in found.others] == [("flower.example.com",)]
    assert proxy(FLOWER, nginx=nginx(former + own)).server_names == ("flower.example.com",)


OLD = "old.example.com"
LIMITED = PASS.replace("proxy_pass", "limit_req zone=z; proxy_pass")
ZONE = "limit_req_zone $binary_remote_addr zone=z:1m rate=9r/s;\n"


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        (server(PASS, name=OLD), f"the site {OLD} at /etc/nginx/nginx.conf:3 leads to Flower as well, without"),
        (server(LIMITED, name=OLD), ""),
        (server(f"allow 10.0.0.0/8; deny all; {PASS}", name=OLD), ""),
        (server(PASS, "127.0.0.1:8080", OLD), ""),
        (server("location = /healthcheck { proxy_pass http://127.0.0.1:5555; }", name=OLD), ""),
        (server("location / { proxy_pass http://127.0.0.1:8000; }", name=OLD), ""),
        (server(f"return 301 https://flower.example.com; {PASS}", name=OLD), ""),
    ],
)
def test_another_site_that_leads_to_the_same_flower(beside: str, said: str) -> None:
    found = proxy(FLOWER, nginx=nginx(f"{ZONE}{server(LIMITED, '443 ssl').strip()}\n{beside}"))
    assert [listen.port for listen in found.listens] == [443]
    defect = found.rate_limit_defect
    assert defect.startswith(said) if said else not defect


def test_without_knowing_where_flower_listens_its_name_or_port_decides() -> None:
    unknown = Endpoints(places=())
    assert proxy(unknown, nginx=nginx(server(PASS, name="x"))).reaches is None
    with pytest.raises(Absent):
        proxy(unknown, nginx=nginx(server("location / { proxy_pass http://127.0.0.1:8000; }", name="x")))


GOOD: Proxy = proxy(FLOWER, nginx=recorded("nginx", "loaded"))


@pytest.mark.parametrize(
    ("host", "listen", "defect"),
    [
        ("$http_host", "8443 ssl", ""),
        ("$host", "443 ssl", ""),
        ("$host", "8443 ssl", "drops the port 8443"),
        ("flower.example.com", "443 ssl", ""),
        ("$server_name", "443 ssl", ""),
        ("$proxy_host", "443 ssl", "Host is $proxy_host"),
        ("$host:$server_port", "443 ssl", "Host is $host:$server_port"),
        ("$host$is_request_port$request_port", "8443 ssl", ""),
        ("", "443 ssl", "Host is not set: Flower sees 127.0.0.1:5555"),
    ],
)
def test_the_host_that_flower_sees(host: str, listen: str, defect: str) -> None:
    header = f"proxy_set_header Host {host};" if host else ""
    found = proxy(FLOWER, nginx=nginx(server(f"location / {{ {header} proxy_pass http://127.0.0.1:5555; }}", listen)))
    assert (defect in found.host_defect) if defect else found.host_defect == ""


def test_headers_that_are_emptied_are_not_sent() -> None:
    headers = 'proxy_set_header X-Real-IP ""; proxy_set_header X-Scheme $scheme; proxy_set_header X-Forwarded-For $x;'
    found = proxy(FLOWER, nginx=nginx(server(f"location / {{ {headers} proxy_pass http://127.0.0.1:5555; }}")))
    assert found.missing_headers == ("X-Real-IP",)


def test_the_prefix_is_flowers_own_where_the_root_is_proxied() -> None:
    found = proxy(replace(FLOWER, prefix="/flower"), nginx=nginx(server(PASS)))
    assert (found.prefix, found.tasks_path) == ("/flower", "/flower/tasks")


def test_a_fix_says_where() -> None:
    assert GOOD.fix("a;", "b").startswith("in the location at /etc/nginx/sites-enabled/flower:")
    caddy = proxy(FLOWER, caddy=recorded("caddy", "running"))
    assert caddy.fix("a;", "b").startswith("in /etc/caddy/Caddyfile, in the site of flower.example.com:\nb\n")
