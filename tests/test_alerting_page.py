"""The rules that docs/alerting.md recommends: judged right, advised the same by the checks, and run by promtool."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from flower_audit.parsers.alert_rules import AlertRule, judge, read_rule_file
from flower_audit.parsers.promql import parse
from flower_audit.parsers.rule_advice import ADVICE

PAGE = (Path(__file__).parent.parent / "docs" / "alerting.md").read_text()
FILES = re.findall(r"```yaml\n(groups:.*?)```", PAGE, re.DOTALL)
SITUATION = {
    "CeleryTasksFail": "failure rate",
    "CeleryNoWorkers": "no workers",
    "CeleryQueueLong": "queue depth",
}
RULES = [alert for text in FILES for alert in read_rule_file(text).alerts]

SERIES = {
    # metric with labels: (values while all is well, values in trouble)
    'flower_events_total{type="task-failed",task="t",worker="a"}': ("0+1x60", "0+90x60"),
    'flower_events_total{type="task-succeeded",task="t",worker="a"}': ("0+99x60", "0+10x60"),
    'celery_task_failed_total{name="t",hostname="a"}': ("0+1x60", "0+90x60"),
    'celery_task_succeeded_total{name="t",hostname="a"}': ("0+99x60", "0+10x60"),
    'celery_tasks_total{name="t",state="FAILURE"}': ("0+1x60", "0+90x60"),
    'celery_tasks_total{name="t",state="SUCCESS"}': ("0+99x60", "0+10x60"),
    'flower_worker_online{worker="a"}': ("1x60", "0x60"),
    'flower_worker_online{worker="b"}': ("1x60", "0x60"),
    'celery_worker_up{hostname="a"}': ("1x60", "0x60"),
    'celery_workers{namespace="celery"}': ("2x60", "0x60"),
    'redis_key_size{db="db0",key="celery"}': ("5x60", "5000x60"),
    'rabbitmq_queue_messages_ready{queue="celery"}': ("5x60", "5000x60"),
    'celery_queue_length{queue_name="celery"}': ("5x60", "5000x60"),
}


def test_the_page_has_all_of_them() -> None:
    assert len(FILES) == 4
    assert {alert.name for alert in RULES} == set(SITUATION)


@pytest.mark.parametrize("alert", RULES, ids=lambda alert: f"{alert.name} {alert.expression[:30]}")
def test_judged_right(alert: AlertRule) -> None:
    found = judge(alert)
    assert found.covers == {SITUATION[alert.name]}
    assert found.defects == ()
    assert found.undecided == ""
    assert found.fires_when_vanished is (alert.name == "CeleryNoWorkers")


def test_the_checks_advise_the_same() -> None:
    advised = {parse(text).prettify() for by_exporter in ADVICE.values() for text in by_exporter.values()}
    assert advised == {parse(alert.expression).prettify() for alert in RULES}


def test_the_usual_ones_are_wrong() -> None:
    """Every rule in the table of what is wrong is found wrong here, each in its way."""
    share = judge(
        AlertRule(name="CeleryHighFailureRate", expression='rate(celery_tasks_total{state="FAILURE"}[5m]) > 0.1')
    )
    assert "number of failures" in share.defects[0]
    wrong = {
        'celery_tasks_total{state="FAILURE"} / celery_tasks_total > 0.1': "divides a series by itself",
        "sum(flower_worker_online) == 0 or vector(0)": "every situation",
        "celery_task_failed_total > 10": "every situation",
    }
    for expression, reason in wrong.items():
        assert reason in judge(AlertRule(name="x", expression=expression)).defects[0]
    silent = ("count(flower_worker_online == 1) < 3", 'rate(flower_events_total{type="worker-heartbeat"}[2m]) == 0')
    for expression in silent:
        assert judge(AlertRule(name="x", expression=expression)).covers == frozenset()
    assert not judge(AlertRule(name="x", expression="celery_workers_online == 0")).fires_when_vanished


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_promtool_runs_them(text: str, tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(text)
    alerts = read_rule_file(text).alerts

    def group(name: str, series: dict[str, str], firing: set[str]) -> dict[str, object]:
        values = [{"series": key, "values": value} for key, value in series.items()]
        counts = [
            {
                "expr": f'count(ALERTS{{alertname="{alert.name}",alertstate="firing"}}) or vector(0)',
                "eval_time": "40m",
                "exp_samples": [{"labels": "{}", "value": int(alert.name in firing)}],
            }
            for alert in alerts
        ]
        return {"name": name, "interval": "1m", "input_series": values, "promql_expr_test": counts}

    well = {name: values[0] for name, values in SERIES.items()}
    ill = {name: values[1] for name, values in SERIES.items()}
    gone = {name: values for name, values in well.items() if "worker" not in name}
    groups = [
        group("all is well", well, set()),
        group("trouble", ill, set(SITUATION)),
        group("workers gone", gone, {"CeleryNoWorkers"}),
    ]
    (tmp_path / "tests.yml").write_text(
        json.dumps({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": groups})
    )
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "tests.yml"]):
        run = subprocess.run(["promtool", *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
