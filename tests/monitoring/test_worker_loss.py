"""Which rules tell of killed workers: against a real Flower whose worker is killed, and its real gauge."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from flower_audit.errors import Absent, NotAsked
from flower_audit.facts.options import Options, Setting
from flower_audit.facts.rules import JudgedRule, Rules
from flower_audit.facts.worker_loss import WorkerLoss, worker_loss
from flower_audit.parsers.alert_rules import AlertRule, judge
from flower_audit.parsers.celery_metrics import KILLED, NO_WORKERS, CeleryWorld
from flower_audit.parsers.prometheus_api import LoadedAlert
from flower_audit.parsers.promql import Selector


def loss(expression: str, options: Options | None) -> WorkerLoss:
    rule = AlertRule(name="NoWorkers", expression=expression)
    one = JudgedRule(alert=LoadedAlert(rule=rule), judgement=judge(rule))
    return worker_loss(Rules(prometheus="http://p", total=1, judged=(one,)), options)


def options(release: str, purge_s: int | None) -> Options:
    return Options(release=Version(release), settings={"purge_offline_workers": Setting(value=purge_s)}, workdir="/")


RIGHT = "sum(flower_worker_online) == 0 or absent(flower_worker_online)"


def test_purging_makes_the_difference() -> None:
    assert loss(RIGHT, options("2.2.0", 60)).killed_problem == ""
    assert "is not set" in loss(RIGHT, options("2.2.0", None)).killed_problem
    assert "Flower 2.0.1" in loss(RIGHT, options("2.0.1", 60)).killed_problem
    with pytest.raises(NotAsked):
        loss(RIGHT, None)


def test_exporters_time_workers_out() -> None:
    found = loss("sum(celery_active_worker_count) == 0 or absent(celery_active_worker_count)", None)
    assert (found.seen_when_vanished, found.killed_problem) == (True, "")
    assert not loss("celery_worker_up == 0", None).seen_when_vanished
    with pytest.raises(Absent):
        loss("celery_queue_length > 5", None)


def test_the_gauge_of_a_killed_worker_is_as_we_say(redis_url: str, flowers: Any, tmp_path: Path, stack: Any) -> None:
    """What the made-up world says of stopped and killed workers is what a real Flower shows."""
    broker = redis_url.removesuffix("/0") + "/6"
    flower = flowers("2.2.0", broker=broker)
    gauge = re.compile(r'^flower_worker_online\{worker="(.*)"\} (\S+)$', re.MULTILINE)
    (tmp_path / "quiet.py").write_text(f"from celery import Celery\napp = Celery('quiet', broker='{broker}')\n")

    def shown() -> dict[str, str]:
        return dict(gauge.findall(stack.get(f"{flower.url}/metrics")))

    ended = {}
    for name, end in (("stopped", signal.SIGTERM), ("killed", signal.SIGKILL)):
        worker = (
            sys.executable,
            "-m",
            "celery",
            "-A",
            "quiet",
            "worker",
            "--pool=solo",
            "-n",
            f"{name}@box",
            "-l",
            "error",
        )
        ended[f"{name}@box"] = subprocess.Popen(worker, cwd=tmp_path, env=os.environ, stderr=subprocess.DEVNULL)
        stack.await_true(f"{name} online", lambda name=name: shown().get(f"{name}@box") == "1.0")
        ended[f"{name}@box"].send_signal(end)
        ended[f"{name}@box"].wait(10)
    stack.await_true("the stopped one to be seen", lambda: shown()["stopped@box"] == "0.0")
    assert shown()["killed@box"] == "1.0"
    world = {situation.name: CeleryWorld(situation, {}) for situation in (NO_WORKERS, KILLED)}
    online = {name: {one.level for one in of(Selector("flower_worker_online"), 0.0)} for name, of in world.items()}
    assert online == {"no workers": {0.0}, "workers killed": {1.0}}
