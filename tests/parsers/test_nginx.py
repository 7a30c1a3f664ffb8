"""nginx configurations in the styles that people write, each with the right answers beside it, and the rules.

`nginx/NAME.json` holds what must come of the place in `NAME.conf` that proxies to Flower: `sets` are the names of the
headers that reach it, `on_errors` maps each response header to whether error answers carry it.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from flower_audit.parsers.frontend import Frontend
from flower_audit.parsers.nginx import frontends, servers_of
from flower_audit.parsers.nginx_match import locate, server_for
from flower_audit.parsers.nginx_tree import Tree, parse, split
from flower_audit.parsers.nginx_values import seconds

WILD = sorted((Path(__file__).parent / "nginx").glob("*.conf"))
ABOUT = {"ask", "not_for_nginx", "pick", "public_prefix"}


def dump_of(path: Path) -> str:
    text = path.read_text()
    return text if text.startswith("# configuration file") else f"# configuration file /{path.name}:\n{text}"


def flowers_place(path: Path) -> tuple[Frontend, dict[str, Any]]:
    wanted = json.loads(path.with_suffix(".json").read_text())
    found = frontends(parse(dump_of(path)), wanted.get("public_prefix", ""))
    flowers = [one for one in found if any(name.endswith((":5555", "flower.sock")) for name in one.upstreams)]
    return (found[wanted["pick"]] if "pick" in wanted else flowers[0]), wanted


def observed(place: Frontend) -> dict[str, Any]:
    plain = {field.name: getattr(place, field.name) for field in dataclasses.fields(place)}
    return plain | {
        "server_names": list(place.server_names),
        "upstreams": list(place.upstreams),
        "unguarded": list(place.unguarded),
        "sets": sorted(place.request_headers),
        "on_errors": {header.name: header.on_errors for header in place.response_headers},
        "rate_limits": [[limit.zone, limit.counts] for limit in place.rate_limits],
        "timeouts": [place.timeouts.connect_s, place.timeouts.send_s, place.timeouts.read_s],
        "tls": any(listen.tls for listen in place.listens),
        "authentication": place.authentication.value if place.authentication else None,
        "certificates": [files.certificate for files in place.certificates],
    }


def test_there_are_enough_styles() -> None:
    assert len(WILD) >= 15


@pytest.mark.parametrize("path", WILD, ids=lambda path: path.stem)
def test_wild_style(path: Path) -> None:
    place, wanted = flowers_place(path)
    found = observed(place)
    expected = {key: value for key, value in wanted.items() if key not in ABOUT}
    assert {key: found[key] for key in expected} == expected


def tree_of(text: str) -> Tree:
    return parse(f"# configuration file /nginx.conf:\n{text}")


# https://nginx.org/en/docs/http/ngx_http_core_module.html#location, its own example and a nested one
LOCATIONS = tree_of(
    """server {
    location = / { return 200 A; }
    location / { return 200 B; }
    location /documents/ { return 200 C; location ~ \\.txt$ { return 200 F; } }
    location ^~ /images/ { return 200 D; }
    location ~* \\.(gif|jpg|jpeg)$ { return 200 E; }
}"""
)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "A"),
        ("/index.html", "B"),
        ("/documents/document.html", "C"),
        ("/documents/a.txt", "F"),
        ("/images/1.gif", "D"),
        ("/documents/1.JPG", "E"),
        ("/other/1.gif", "E"),
    ],
)
def test_location_is_chosen_as_nginx_does(path: str, answer: str) -> None:
    server = servers_of(LOCATIONS)[0]
    location = locate((LOCATIONS.main, server), path)
    assert location is not None
    assert location.directive.all("return")[0].args[-1] == answer


def test_no_location_answers() -> None:
    tree = tree_of("server { location /only/ { return 200; } }")
    assert locate((tree.main, servers_of(tree)[0]), "/else") is None


SERVERS = tree_of(
    """server { listen 80; server_name first.example.com; }
server { listen 80; server_name *.example.com; }
server { listen 80; server_name www.example.*; }
server { listen 80; server_name ~^\\d+\\.Example\\.net$; }
server { listen 80; server_name .example.org; }
server { listen 80; server_name *.sub.example.com; }
server { listen 8080 default_server; server_name d; }
server { listen 127.0.0.1:80; server_name first.example.com; }
"""
)


@pytest.mark.parametrize(
    ("host", "port", "address", "line"),
    [
        ("first.example.com", 80, "*", 1),
        ("FIRST.example.com", 80, "*", 1),
        ("other.example.com", 80, "*", 2),
        ("a.sub.example.com", 80, "*", 6),
        ("www.example.com", 80, "*", 2),
        ("www.example.net", 80, "*", 3),
        ("42.example.net", 80, "*", 4),
        ("example.org", 80, "*", 5),
        ("deep.example.org", 80, "*", 5),
        ("nobody.test", 80, "*", 1),
        ("nobody.test", 8080, "*", 7),
        ("first.example.com", 80, "127.0.0.1", 8),
    ],
)
def test_server_is_chosen_as_nginx_does(host: str, port: int, address: str, line: int) -> None:
    answering = server_for(servers_of(SERVERS), host, port, address)
    assert answering is not None
    assert answering.where == f"/nginx.conf:{line}"


def test_no_server_listens_there() -> None:
    assert server_for(servers_of(SERVERS), "first.example.com", 81) is None


@pytest.mark.parametrize(
    ("text", "value"), [("60", 60.0), ("1m30s", 90.0), ("1h", 3600.0), ("500ms", 0.5), ("soon", None), ("", None)]
)
def test_times(text: str, value: float | None) -> None:
    assert seconds(text) == value


def test_merged_headers_of_new_releases() -> None:
    place = frontends(
        tree_of(
            """server { listen 80; add_header_inherit merge; add_header A 1 always;
            location / { add_header B 2; proxy_pass http://127.0.0.1:5555; } }"""
        )
    )[0]
    assert [header.name for header in place.response_headers] == ["a", "b"]


def test_a_limit_by_a_header_is_not_decided() -> None:
    place = frontends(
        tree_of(
            """limit_req_zone $http_x_forwarded_for zone=z:1m rate=1r/s;
            server { location / { limit_req zone=z; proxy_pass http://127.0.0.1:5555; } }"""
        )
    )[0]
    assert place.rate_limits[0].counts is None
    assert "header" in place.rate_limits[0].problem


def test_an_undefined_zone_counts_nothing() -> None:
    place = frontends(tree_of("server { location / { limit_req zone=z; proxy_pass http://127.0.0.1:5555; } }"))[0]
    assert place.rate_limits[0].counts is False


def test_addresses_refused_by_geo_and_if() -> None:
    place = frontends(
        tree_of(
            """geo $stranger { default 1; 10.0.0.0/8 0; }
            server { if ($stranger) { return 403; } location / { proxy_pass http://127.0.0.1:5555; } }"""
        )
    )[0]
    assert place.restricted


@pytest.mark.parametrize(
    ("before", "inside", "shadowed"),
    [
        ("return 301 https://$host$request_uri;", "", True),
        ("", "return 403;", True),
        ("rewrite ^ https://$host$request_uri permanent;", "", True),
        ("if ($scheme = https) { return 403; }", "", False),
        ("if ($host = other.example.com) { return 404; }", "", False),
        ("if ($request_method = POST) { return 405; }", "", False),
        ("", "rewrite ^/old$ /new break;", False),
    ],
)
def test_what_answers_before_the_proxy(before: str, inside: str, shadowed: bool) -> None:
    site = f"listen 80; server_name x.example.com; {before} location / {{ {inside} proxy_pass http://127.0.0.1:5555; }}"
    assert bool(frontends(tree_of(f"server {{ {site} }}"))[0].shadowed) is shadowed


def test_includes_come_from_the_dump_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.conf"
    secret.write_text("server_tokens off;")
    tree = tree_of(f"include {secret}; include {tmp_path}/*.conf;")
    assert [item.name for item in tree.main.block or ()] == ["include"]
    assert tree.missing == {"/nginx.conf:1": str(secret)}


def test_an_include_that_includes_itself_ends() -> None:
    assert tree_of("include /nginx.conf;").main.name == "main"


def test_a_star_does_not_cross_folders() -> None:
    dump = "# configuration file /a.conf:\ninclude sites/*;\n# configuration file /sites/x/deep:\nuser deep;\n"
    assert parse(dump).main.block == ()


def test_split_keeps_line_numbers() -> None:
    files = split("nginx: test is ok\n# configuration file /a:\none;\n\n# configuration file /b:\ntwo;\n")
    assert files == {"/a": "one;\n\n", "/b": "two;\n"}


def test_a_template_is_told_from_a_configuration() -> None:
    tree = tree_of("server {\n listen 80;\n server_name {{ flower_host }};\n}")
    assert "/nginx.conf:3: a template ({{), not yet a configuration" in tree.errors


def test_broken_text_is_told_and_not_raised() -> None:
    tree = tree_of("server { listen 80; location / { proxy_pass http://127.0.0.1:5555;")
    assert tree.errors
    assert tree.errors[0].startswith("/nginx.conf:")


def test_timeouts_name_the_line_that_sets_them() -> None:
    text = "proxy_read_timeout 9000ms;\nserver { location / { proxy_pass http://127.0.0.1:5555; } }"
    timeouts = frontends(tree_of(text))[0].timeouts
    assert (timeouts.read_s, timeouts.where.rpartition(":")[2]) == (9.0, "1")
    assert frontends(tree_of(text.partition("\n")[2]))[0].timeouts.where == ""
