"""The site that is proposed: a real nginx takes it, and the audit's own parser finds nothing wrong with it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from flower_audit.parsers.nginx import frontends
from flower_audit.parsers.nginx_advice import site
from flower_audit.parsers.nginx_tree import parse

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [
        ("1.22.1", "listen 443 ssl http2;", "http2 on;"),
        ("1.25.0", "listen 443 ssl http2;", "http2 on;"),
        ("1.25.1", "http2 on;", "ssl http2;"),
        ("1.30.0", "http2 on;", "ssl http2;"),
        ("", "listen 443 ssl http2;", "http2 on;"),
    ],
)
def test_http2_as_this_release_has_it(version: str, has: str, lacks: str) -> None:
    text = site("flower.example.com", "127.0.0.1:5555", version=version)
    assert has in text
    assert lacks not in text


@pytest.mark.parametrize("upstream", ["127.0.0.1:5555", "unix:/run/flower/flower.sock"])
@pytest.mark.parametrize("prefix", ["", "/flower"])
def test_the_prefix_reaches_flower(prefix: str, upstream: str) -> None:
    text = site("flower.example.com", upstream, prefix)
    place = frontends(parse(text), prefix)[0]
    assert place.tasks_path == f"{prefix}/tasks"
    assert place.upstreams == (upstream,)
    assert [limit.counts for limit in place.rate_limits] == [True]
    assert {"host", "x-real-ip", "x-forwarded-for", "x-forwarded-proto"} <= set(place.request_headers)


@pytest.mark.skipif(NGINX is None, reason="needs nginx")
@pytest.mark.parametrize("upstream", ["127.0.0.1:5555", "unix:/run/flower/flower.sock"])
def test_nginx_takes_it(upstream: str, tmp_path: Path) -> None:
    assert NGINX
    key = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=x",
    ]
    subprocess.run([*key, "-out", f"{tmp_path}/c", "-keyout", f"{tmp_path}/k"], check=True, capture_output=True)
    text = site("flower.example.com", upstream, "/flower", "1.22.1")
    text = re.sub(r"ssl_certificate [^;]+", f"ssl_certificate {tmp_path}/c", text)
    text = re.sub(r"ssl_certificate_key [^;]+", f"ssl_certificate_key {tmp_path}/k", text)
    paths = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid; events {{}} http {{ {paths}\n{text}\n}}")
    command = [NGINX, "-t", "-c", f"{tmp_path}/nginx.conf", "-e", f"{tmp_path}/error.log"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert "[warn]" not in made.stderr or "root" in made.stderr
