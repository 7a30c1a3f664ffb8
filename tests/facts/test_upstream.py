"""Whose addresses the proxy's upstreams are."""

import os
import subprocess
from dataclasses import replace

import pytest

from flower_audit.errors import Unobservable
from flower_audit.facts.upstream import COMMAND, upstream
from flower_audit.probe import Output, observation_of

from .test_proxy import GOOD


def answered(text: str) -> Output:
    return Output(rc=0, stdout=f"{text}@@end\n")


@pytest.mark.parametrize(
    ("name", "routes", "elsewhere"),
    [
        ("10.213.77.10", "10.213.77.10 dev host0 src 10.213.77.12 uid 0 \\    cache\n", True),
        ("flower1.internal", "10.0.0.7 via 10.0.0.1 dev ens3 src 10.0.0.9 uid 0 \\    cache\n", True),
        ("flower1.internal", "local 10.0.0.9 dev lo src 10.0.0.9 uid 0 \\    cache <local>\n", False),
        ("flower1.internal", "2001:db8::7 from :: dev eth0 src 2001:db8::9 metric 256 pref medium\n", True),
        ("flower", "172.17.0.2 dev docker0 src 172.17.0.1 uid 0 \\    cache\n", False),
        ("flower", "10.88.0.3 dev podman0 src 10.88.0.1 uid 0 \\    cache\n", False),
        ("flower", "172.18.0.3 dev br-4f0e2b7c9d11 src 172.18.0.1 uid 0 \\    cache\n", False),
        ("localhost", "local ::1 from :: dev lo src ::1 \n10.0.0.7 dev eth0 src 10.0.0.9\n", False),
    ],
)
def test_routes_tell_whose_address_it_is(name: str, routes: str, elsewhere: bool) -> None:
    site = replace(GOOD, upstreams=(f"{name}:5555",))
    found = upstream(answered(f"@@name {name}\n{routes}"), site)
    assert found.elsewhere == (site.upstreams if elsewhere else ())


def test_one_upstream_here_is_enough() -> None:
    site = replace(GOOD, upstreams=("10.2.0.7:5555", "127.0.0.1:5555"))
    routes = "@@name 10.2.0.7\n10.2.0.7 dev eth0\n@@name 127.0.0.1\nlocal 127.0.0.1 dev lo\n"
    assert upstream(answered(routes), site).elsewhere == ()
    assert upstream(answered(""), replace(GOOD, upstreams=("unix:/run/f.sock",))).elsewhere == ()


def test_a_name_that_resolves_to_nothing() -> None:
    with pytest.raises(Unobservable, match=r"flower1\.internal:5555"):
        upstream(answered("@@name flower1.internal\n"), replace(GOOD, upstreams=("flower1.internal:5555",)))


def test_only_host_names_are_asked_for() -> None:
    declared = observation_of(upstream)
    assert declared is not None
    assert declared.variables is not None
    odd = ("-x:1", "*:2", "$x:3", "[fd00::7]:5555", "[::1]:5555", "a-b.c:5", "a-b.c:6", "unix:/run/f.sock")
    assert declared.variables(replace(GOOD, upstreams=odd)) == {"names": "fd00::7 ::1 a-b.c"}


def test_the_command_on_this_very_machine() -> None:
    names = "127.0.0.1 localhost no-such-name.invalid"
    done = subprocess.run(
        ["sh", "-c", COMMAND], env={**os.environ, "names": names}, capture_output=True, text=True, check=True
    )
    said = Output(rc=0, stdout=done.stdout)
    assert upstream(said, replace(GOOD, upstreams=("127.0.0.1:5555",))).elsewhere == ()
    assert upstream(said, replace(GOOD, upstreams=("localhost:5555",))).elsewhere == ()
    with pytest.raises(Unobservable):
        upstream(said, replace(GOOD, upstreams=("no-such-name.invalid:5555",)))
