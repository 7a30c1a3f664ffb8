"""Which rules of a real Prometheus are alive, over real series."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

WILD = Path(__file__).parent.parent / "parsers" / "alert_rules"


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
