"""What Prometheus would take, and what it would refuse, of an answer of /metrics."""

import shutil
import subprocess

import pytest

from flower_audit.parsers.exposition import read_exposition

FLOWER = """\
# HELP flower_events_total Number of events
# TYPE flower_events_total counter
flower_events_total{task="shop.sell",type="task-received",worker="w1@box"} 3.0
flower_events_total{task="shop.sell",type="task-succeeded",worker="w1@box"} 3.0
# HELP flower_worker_online Worker online status
# TYPE flower_worker_online gauge
flower_worker_online{worker="w1@box"} 1.0
"""


def test_flowers_own() -> None:
    found = read_exposition(FLOWER)
    assert found.samples == {"flower_events_total": 2, "flower_worker_online": 1}
    assert found.defects == ()
    assert found.holds("flower_")
    assert not found.holds("celery_")


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("", "holds no sample"),
        ("# HELP a b\n", "holds no sample"),
        ("<html><body>502 Bad Gateway</body></html>\n", "no Prometheus exposition"),
        ('{"status": "ok"}\n', "no Prometheus exposition"),
        ("flower_worker_online{worker=} 1\n", "no Prometheus exposition"),
        ("flower_worker_online one\n", "no Prometheus exposition"),
        (FLOWER + 'flower_worker_online{worker="w1@box"} 0.0\n', "stands there twice"),
        (FLOWER[:-1], "may be cut"),
    ],
)
def test_what_prometheus_refuses(text: str, defect: str) -> None:
    assert defect in read_exposition(text).defects[0]


ODD_NAMES = [FLOWER.replace("shop.sell", f"shop{odd}sell") for odd in ("\r", "\x0b", "\x1e", "\x85", "\u2028", "\x00")]
"""Whoever sends a task names it; Prometheus takes all of these."""


@pytest.mark.parametrize("text", ODD_NAMES)
def test_a_name_ends_no_line(text: str) -> None:
    assert read_exposition(text).defects == ()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("text", [FLOWER, "<html>\n", "a{b=} 1\n", *ODD_NAMES])
def test_promtool_agrees(text: str) -> None:
    run = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, check=False)
    refused = run.returncode != 0 and b"error while linting" in run.stderr + run.stdout
    assert bool(read_exposition(text).defects) is refused
