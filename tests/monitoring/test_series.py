"""The same answers over loopback, by the programs that are sent to a host."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flower_audit.facts.alertmanager import alertmanager
from flower_audit.facts.local_prometheus import local_prometheus
from flower_audit.facts.local_series import local_series
from flower_audit.facts.prometheus import prometheus
from flower_audit.facts.prometheus_targets import prometheus_targets
from flower_audit.facts.rules import rules
from flower_audit.facts.series import series
from flower_audit.parsers import local_prometheus as program
from flower_audit.parsers.series_questions import questions
from flower_audit.probe import Output
from flower_audit.target import Target


def test_the_same_over_loopback_on_the_host(stack: Any) -> None:
    local = stack.on_host()
    assert local.server is not None
    remote, judged = stack.asked()
    target = Target(name="t", connection="local://")
    server = prometheus(target, stack.notes(), local)
    assert server.url == stack.url
    assert [one.rule for one in server.alerts] == [one.rule for one in remote.alerts]
    paths = list(questions(server))
    answered = local_series(Output(rc=0, stdout=json.dumps(program.ask(stack.url, paths))))
    again = rules(server, series(target, stack.notes(), server, answered))
    assert {one.name: one.dead for one in again.judged} == {one.name: one.dead for one in judged.judged}
    assert dict(alertmanager(target, stack.notes(), server, again, local).told)["NoWorkers"][0].name == "pager"
    assert {
        one.job
        for one in prometheus_targets(server, series(target, stack.notes(), server, answered), target, local).chosen
    } == {
        "flower",
        "celery-exporter",
    }


def test_the_programs_that_are_sent_run_as_they_stand(stack: Any) -> None:
    """The very commands of both rounds, run by the host's own python3."""
    from flower_audit.facts.local_prometheus import PROGRAM as FIND
    from flower_audit.facts.local_series import PROGRAM as ASK

    if not Path("/usr/bin/python3").exists():
        pytest.skip("the host has no /usr/bin/python3")
    found = subprocess.run(["dash", "-c", FIND], capture_output=True, text=True, timeout=60, check=True)
    assert local_prometheus(Output(rc=0, stdout=found.stdout)).url
    question = "/api/v1/query?query=up"
    asked_again = subprocess.run(
        ["dash", "-c", ASK],
        env={**os.environ, "questions": f"{stack.url}\n{question}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert local_series(Output(rc=0, stdout=asked_again.stdout)).replies[question].status == 200
