"""Prometheus' answers about rules, targets and delivery, from here and over loopback on the host."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flower_audit.errors import Absent, NotAsked, Unobservable, Unreachable
from flower_audit.facts.alertmanager import Alertmanager, alertmanager
from flower_audit.facts.local_prometheus import local_prometheus
from flower_audit.facts.local_series import local_series
from flower_audit.facts.prometheus import prometheus
from flower_audit.facts.prometheus_targets import PrometheusTargets, prometheus_targets
from flower_audit.facts.rule_files import rule_files
from flower_audit.facts.rules import rules
from flower_audit.facts.series import series
from flower_audit.parsers import local_prometheus as program
from flower_audit.parsers.prometheus_api import PrometheusServer
from flower_audit.parsers.series_questions import questions
from flower_audit.probe import Output
from flower_audit.target import Target

WILD = Path(__file__).parent.parent / "parsers" / "alert_rules"


def test_what_it_says_of_itself(stack: Any) -> None:
    server, _ = stack.asked()
    assert server.version.startswith("2.")
    assert server.alertmanagers == (f"{stack.alertmanager}/api/v2/alerts",)
    assert server.rule_patterns[0].endswith("rules/*.yml")
    assert abs(server.now_s - time.time()) < 60
    assert {one.rule.name for one in server.alerts} >= {"CeleryNoWorkers", "NoWorkers", "CeleryWorkerDown"}
    assert {one.job: one.health for one in server.targets} == {"flower": "up", "celery-exporter": "up", "node": "down"}


def test_dead_and_alive_rules(stack: Any) -> None:
    _, found = stack.asked()
    dead = {one.name: one.dead for one in found.judged}
    assert dead["TasksFail"] == dead["NoWorkers"] == dead["CeleryFailureRatio"] == ()
    assert dead["CeleryTaskHighFailRate"] == dead["CeleryWorkerDown"] == dead["CeleryHighQueueLength"] == ()
    assert "no series called celery_tasks_total" in dead["CeleryHighFailureRate"][0]
    assert "no series called celery_workers_online" in dead["CeleryNoWorkers"][0]
    assert 'job="flwer" (seen: flower)' in dead["Misspelt"][0]
    assert "seen: task-" in dead["WrongType"][0]
    assert found.uncovered == ()
    assert found.unhealthy == ()
    assert [text.partition(":")[0] for text in found.meaningless] == ["CeleryHighFailureRate", "CeleryFailureRatio"]
    assert found.exporters >= {"Flower", "danihodovic/celery-exporter"}


def test_a_failure_that_has_not_happened_yet_is_not_dead(stack: Any) -> None:
    """No task was rejected, so that series is not there; the rule is right all the same."""
    assert "task-rejected" not in stack.get(f"http://127.0.0.1:{stack.flower_port}/metrics")
    _, found = stack.asked()
    assert next(one for one in found.judged if one.name == "CeleryFailureRatio").dead == ()


def test_targets_of_this_flower(stack: Any) -> None:
    notes = stack.notes()
    target = stack.target(url=f"http://127.0.0.1:{stack.flower_port}/")
    server = prometheus(target, notes)
    found = prometheus_targets(server, series(target, notes, server), target)
    assert {one.job for one in found.chosen} == {"flower", "celery-exporter"}
    assert found.down == found.stale == ()
    assert found.slowest.interval_s == 1
    assert found.online == {"w1@box"}
    assert found.difference_from(["w1@box"]) == ""
    assert found.difference_from([]) == "shows w1@box online, which is not"
    assert found.difference_from(["w1@box", "w2@box"]) == "does not show w2@box"


def test_who_is_told(stack: Any) -> None:
    notes = stack.notes()
    target = stack.target(alertmanager=stack.alertmanager)
    server, judged = stack.asked()
    found = alertmanager(target, notes, server, judged)
    told = dict(found.told)
    assert found.version
    assert [receiver.name for receiver in told["NoWorkers"]] == ["pager"]
    assert told["NoWorkers"][0].sends
    assert any(text == "CeleryNoWorkers ends at nobody" for text in found.untold)
    assert not any("NoWorkers ends" in text and text.startswith("NoWorkers") for text in found.untold)
    assert "hunter2hunter2" not in repr(found)


def test_an_alertmanager_that_was_not_named(stack: Any) -> None:
    server, judged = stack.asked()
    with pytest.raises(NotAsked, match="needs --flower-alertmanager"):
        alertmanager(stack.target(), stack.notes(), server, judged)
    assert alertmanager(stack.target(), stack.notes(), replace(server, alertmanagers=()), judged) == Alertmanager(
        connected=()
    )
    dead = stack.target(alertmanager=f"http://127.0.0.1:{stack.free_port()}")
    assert "refuses the connection" in alertmanager(dead, stack.notes(), server, judged).problem
    wrong = stack.target(alertmanager=stack.url)
    with pytest.raises(Unobservable, match="no status of an Alertmanager"):
        alertmanager(wrong, stack.notes(), server, judged)


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


def test_an_alertmanager_on_the_host_that_gives_no_status(stack: Any) -> None:
    target = Target(name="t", connection="local://")
    server, judged = stack.asked()
    down = replace(stack.on_host(), routing=None, alertmanager_status=0)
    assert "does not answer on this host" in alertmanager(target, stack.notes(), server, judged, down).problem
    with pytest.raises(Unobservable, match="gives no status"):
        alertmanager(target, stack.notes(), server, judged, replace(down, alertmanager_status=401))
    with pytest.raises(NotAsked):
        alertmanager(target, stack.notes(), server, judged, replace(down, alertmanager_status=None))


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


def test_files_and_what_is_in_force(stack: Any) -> None:
    assert rule_files(stack.on_host()).different == ()
    assert len(rule_files(stack.on_host()).files) == 3
    edited = stack.folder / "rules" / "guide.yml"
    before = edited.read_text()
    edited.write_text(before.replace("> 1000", "> 50"))
    found = rule_files(stack.on_host())
    edited.write_text(before)
    assert [text.partition(" ")[0] for text in found.different] == ["CeleryHighQueueDepth", "CeleryHighQueueDepth"]
    local = stack.on_host()
    configuration = stack.folder / "prometheus.yml"
    written = configuration.read_text()
    configuration.write_text("rule_files:\n  - rules/*.yml\n  - more/*.yml\nscrape_configs: []\n")
    (unloaded,) = rule_files(stack.on_host()).different
    configuration.write_text(written)
    assert "more/*.yml" in unloaded
    with pytest.raises(Unobservable, match="cannot be read"):
        rule_files(replace(local, rule_texts={"/etc/x.yml": None}))
    with pytest.raises(Absent):
        rule_files(replace(local, rule_texts={}))


def test_no_prometheus_at_all(stack: Any) -> None:
    with pytest.raises(NotAsked, match=r"needs --flower-prometheus \(none runs on the host\)"):
        prometheus(Target(name="t", connection="local://"), stack.notes(), None)
    with pytest.raises(NotAsked, match=r"needs --flower-prometheus$"):
        prometheus(Target(name="t", url="https://flower.example.com/"), stack.notes(), None)
    with pytest.raises(Unobservable, match="too long"):
        prometheus(Target(name="t"), stack.notes(), local_prometheus(Output(rc=124, stdout="")))
    with pytest.raises(Absent):
        local_prometheus(Output(rc=0, stdout="{}"))


def test_a_prometheus_that_cannot_be_asked(stack: Any) -> None:
    with pytest.raises(Unreachable, match="refuses") as caught:
        prometheus(stack.target(prometheus=f"http://127.0.0.1:{stack.free_port()}"), stack.notes())
    assert caught.value.way == "prometheus"
    with pytest.raises(Unobservable, match="no answer of Prometheus' API"):
        prometheus(stack.target(prometheus=f"http://127.0.0.1:{stack.flower_port}"), stack.notes())


def test_a_login_in_the_url_is_not_shown(stack: Any) -> None:
    notes = stack.notes()
    secret = stack.url.replace("http://", "http://me:hunter2hunter2@")
    server = prometheus(stack.target(prometheus=secret), notes)
    assert "hunter2" not in repr(server) + repr(notes)


def test_the_guides_rules_over_fitting_metrics(stack: Any) -> None:
    """The names that the guide takes for granted, served by an exporter of its own: alive, and one is misnamed."""
    port = stack.free_port()
    folder = stack.folder / "fitting"
    (folder / "rules").mkdir(parents=True)
    shutil.copy(WILD / "guide.yaml", folder / "rules" / "guide.yml")
    scrape = {"job_name": "celery", "static_configs": [{"targets": [f"127.0.0.1:{stack.ports[2]}"]}]}
    (folder / "p.yml").write_text(
        json.dumps({"global": {"scrape_interval": "1s"}, "rule_files": ["rules/*.yml"], "scrape_configs": [scrape]})
    )
    server = subprocess.Popen(
        ["prometheus", "--config.file=p.yml", f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.path=data"],
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        stack.await_true("a scrape", lambda: '"value"' in stack.get(url + "/api/v1/query?query=celery_workers_online"))
        found = replace(stack, url=url).asked()[1]
    finally:
        server.terminate()
        server.wait()
    assert found.dead == ()
    assert found.uncovered == ()
    assert [text.partition(":")[0] for text in found.meaningless] == ["CeleryHighFailureRate"]
    assert not any(one.judgement.fires_when_vanished for one in found.judged)


def test_targets_without_names_are_told_apart_or_not_at_all() -> None:
    from flower_audit.parsers.prometheus_api import ScrapeTarget
    from flower_audit.parsers.series_questions import Seen

    def scraped(*hosts: str) -> PrometheusTargets:
        targets = tuple(
            ScrapeTarget(job="flower", instance=f"{host}:5555", url=f"http://{host}:5555/metrics", health="up")
            for host in hosts
        )
        server = PrometheusServer(url="http://p", targets=targets, records={})
        nothing = Seen(selections={}, values={}, online={}, hosts_up={}, counted={})
        return prometheus_targets(server, nothing, Target(name="t", url="https://flower.example.com/"))

    assert len(scraped("10.0.0.1").chosen) == 1
    assert [one.instance for one in scraped("10.0.0.1", "flower.internal").chosen] == ["flower.internal:5555"]
    assert scraped().chosen == ()
    with pytest.raises(Unobservable, match="cannot be told"):
        scraped("10.0.0.1", "10.0.0.2")
