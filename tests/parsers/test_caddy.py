"""Caddyfiles in the styles that people write, each with its JSON (`caddy adapt` of 2.11.7) and the right answers."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flower_audit.parsers.caddy import frontends
from flower_audit.parsers.caddy_walk import path_matches, rewritten
from flower_audit.parsers.frontend import Frontend

from .test_nginx import observed

WILD = sorted((Path(__file__).parent / "caddy").glob("*.Caddyfile"))
CADDY = shutil.which("caddy")


def flowers_place(path: Path) -> tuple[Frontend, dict[str, Any]]:
    wanted = json.loads(path.with_suffix(".json").read_text())
    found = frontends(path.with_suffix(".adapted.json").read_text())
    return next(one for one in found if any(n.endswith((":5555", "flower.sock")) for n in one.upstreams)), wanted


def test_there_are_enough_styles() -> None:
    assert len(WILD) >= 5


@pytest.mark.parametrize("path", WILD, ids=lambda path: path.stem)
def test_wild_style(path: Path) -> None:
    place, wanted = flowers_place(path)
    found = observed(place) | {"host": place.request_headers["host"].value}
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.skipif(CADDY is None, reason="needs caddy")
@pytest.mark.parametrize("path", WILD, ids=lambda path: path.stem)
def test_the_json_is_what_caddy_makes_of_it(path: Path) -> None:
    assert CADDY
    command = [CADDY, "adapt", "--config", str(path), "--adapter", "caddyfile"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"this Caddy is too old or too new for it: {made.stderr.splitlines()[-1][:100]}")
    place, _ = flowers_place(path)
    again = next(one for one in frontends(made.stdout) if one.upstreams == place.upstreams)
    assert observed(again) == observed(place)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/flower", "/flower/", False),
        ("/flower*", "/flowers", True),
        ("/flower/*", "/flower", False),
        ("/Flower/*", "/flower/x", True),
        ("*.css", "/a/b.css", True),
        ("*api*", "/x/api/y", True),
        ("/a/*/c", "/a/b/c", True),
        ("*", "/", True),
    ],
)
def test_paths_match_as_in_caddy(pattern: str, path: str, matches: bool) -> None:
    assert path_matches(pattern, path) is matches


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        ({"strip_path_prefix": "/flower"}, "/tasks"),
        ({"uri": "/base{http.request.uri}"}, "/base/flower/tasks"),
        ({"uri": "/fixed?x=1"}, "/fixed"),
        ({"uri": "/{http.vars.where}"}, ""),
        ({"path_regexp": [{"find": "a", "replace": "b"}]}, ""),
        ({}, "/flower/tasks"),
    ],
)
def test_rewrites(handler: dict[str, Any], path: str) -> None:
    assert rewritten(handler, "/flower/tasks") == path


def server(*routes: dict[str, Any], **more: Any) -> str:
    return json.dumps({"apps": {"http": {"servers": {"s": {"listen": [":443"], "routes": list(routes), **more}}}}})


PROXY = {"handler": "reverse_proxy", "upstreams": [{"dial": "127.0.0.1:5555"}]}


def test_a_rate_limit_counts_where_its_module_has_a_window() -> None:
    limit = {
        "handler": "rate_limit",
        "rate_limits": {"all": {"key": "{http.request.remote.host}", "window": "1m", "max_events": 9}},
    }
    place = frontends(server({"handle": [limit, PROXY]}))[0]
    assert [(one.zone, one.counts, one.rate) for one in place.rate_limits] == [("all", True, "9 in 60 s")]


def test_an_expression_is_not_decided() -> None:
    place = frontends(server({"match": [{"expression": "{http.vars.x} == 1"}], "handle": [PROXY]}))[0]
    assert "depends on more than host, path and address" in place.unresolved


def test_an_upstream_from_a_placeholder_is_not_decided() -> None:
    place = frontends(server({"handle": [PROXY | {"upstreams": [{"dial": "{env.FLOWER}"}]}]}))[0]
    assert "placeholder" in place.unresolved


def test_a_place_that_no_request_reaches() -> None:
    answer = {"handler": "static_response", "status_code": 503}
    place = frontends(server({"handle": [answer]}, {"handle": [PROXY]}))[0]
    assert "static_response 503" in place.shadowed


def test_no_configuration_is_an_error() -> None:
    with pytest.raises(ValueError, match="JSON object"):
        frontends("[]")


@pytest.mark.parametrize(
    ("ranges", "restricted"), [(["10.0.0.0/8"], True), (["10.0.0.0/8", "0.0.0.0/0"], False), (["::/0"], False)]
)
def test_a_range_that_holds_everybody_restricts_nobody(ranges: list[str], restricted: bool) -> None:
    proxied = {"handler": "reverse_proxy", "upstreams": [{"dial": "127.0.0.1:5555"}]}
    routes = [{"match": [{"remote_ip": {"ranges": ranges}}], "handle": [proxied]}]
    text = json.dumps({"apps": {"http": {"servers": {"srv0": {"listen": [":443"], "routes": routes}}}}})
    assert frontends(text)[0].restricted is restricted


@pytest.mark.parametrize(
    ("deleted", "left"),
    [
        ("X-Forwarded-For", {"host", "x-forwarded-proto", "x-forwarded-host"}),
        ("X-Forwarded-*", {"host"}),
        ("*-Proto", {"host", "x-forwarded-for", "x-forwarded-host"}),
    ],
)
def test_headers_that_are_taken_away_by_a_pattern(deleted: str, left: set[str]) -> None:
    proxied = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": "127.0.0.1:5555"}],
        "headers": {"request": {"delete": [deleted]}},
    }
    servers = {"srv0": {"listen": [":443"], "routes": [{"handle": [proxied]}]}}
    assert set(frontends(json.dumps({"apps": {"http": {"servers": servers}}}))[0].request_headers) == left
