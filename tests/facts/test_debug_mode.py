"""Debug mode told from outside by real Flowers of five releases, and from the options where nothing is seen."""

from typing import Any

import pytest
from packaging.version import Version

from flower_audit.errors import NotAsked, Unobservable, Unreachable
from flower_audit.facts.debug_mode import DebugMode, debug_mode
from flower_audit.facts.options import Options, options_of_start
from flower_audit.facts.routes import routes
from flower_audit.parsers.flower_start import Start
from flower_audit.target import Target

BASIC = "--basic_auth=admin:long-enough-secret"
HOST = Target(name="t", connection="ssh://a@b")
SILENT = Unobservable("nobody answers")


def flower(*flags: str, config: str | None = None, **environ: str) -> Options:
    start = Start(
        argv=("celery", "flower", *flags), environ=environ, workdir="/a", config=config, config_path="/a/f.py"
    )
    return options_of_start(start, Version("2.2.0"))


@pytest.mark.parametrize("release", ["1.0.0", "1.2.0", "2.0.1", "2.1.0", "2.2.0"])
@pytest.mark.parametrize("debug", [True, False])
def test_a_stranger_is_shown_a_traceback_in_debug_mode(
    release: str, debug: bool, flowers: Any, target: Any, site_of: Any, trail: Any
) -> None:
    site = site_of(flowers(release, BASIC, f"--debug={debug}").port)
    found = debug_mode(target, trail, site, routes(target, site, trail))
    assert found.on is debug
    assert ("traceback" in found.observed) is debug


def test_below_a_prefix(flowers: Any, target: Any, site_of: Any, trail: Any) -> None:
    site = site_of(flowers("2.2.0", BASIC, "--debug=True", "--url_prefix=flower").port, prefix="/flower")
    found = debug_mode(target, trail, site, routes(target, site, trail))
    assert found.where.endswith("/flower/static/…")


def test_files_served_by_the_proxy_tell_nothing(
    flowers: Any, caddy: Any, target: Any, site_of: Any, trail: Any
) -> None:
    port = flowers("2.2.0", BASIC, "--debug=True").port
    site = site_of(
        caddy(f"handle /static/flower-audit* {{\n respond 404\n}}\nreverse_proxy 127.0.0.1:{port}").https, "https"
    )
    visited = routes(target, site, trail)
    with pytest.raises(NotAsked, match=r"flower-connection.*in front of Flower"):
        debug_mode(target, trail, site, visited)
    with pytest.raises(Unobservable, match="in front of Flower"):
        debug_mode(HOST, trail, site, visited)
    assert debug_mode(target, trail, site, visited, flower("--debug")).on
    assert not debug_mode(target, trail, site, visited, flower()).on


def test_another_program_of_tornado_is_not_flower(raw_server: Any, target: Any, site_of: Any, trail: Any) -> None:
    body = b"<html><title>404: Not Found</title><body>404: Not Found</body></html>"

    def answer(connection: Any) -> None:
        connection.recv(65_536)
        connection.sendall(
            b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
        )

    site = site_of(raw_server(answer))
    with pytest.raises(NotAsked, match="not Flower"):
        debug_mode(target, trail, site, routes(target, site, trail))


@pytest.mark.parametrize(
    "options", [flower("--debug"), flower("--debug=no"), flower(FLOWER_DEBUG="1"), flower(config="debug = True")]
)
def test_the_options_tell_where_nothing_answers(options: Options, target: Any, trail: Any) -> None:
    assert debug_mode(target, trail, SILENT, SILENT, options).observed == "debug is on"
    assert debug_mode(target, trail, SILENT, None, flower("--debug=false", "--logging=debug")) == DebugMode(on=False)


def test_neither_is_known(trail: Any) -> None:
    with pytest.raises(Unobservable, match="option debug"):
        debug_mode(HOST, trail, SILENT, None, flower(config="from settings import debug"))
    with pytest.raises(Unobservable, match="nobody answers"):
        debug_mode(HOST, trail, SILENT, None)
    with pytest.raises(Unreachable):
        debug_mode(Target(name="t"), trail, Unreachable("url", "refused"))
    with pytest.raises(NotAsked):
        debug_mode(Target(name="t"), trail)
