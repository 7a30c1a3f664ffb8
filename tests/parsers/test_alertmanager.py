"""Where alerts go, in the ways people write it; amtool has the last word."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from flower_audit.json_api import Reply
from flower_audit.parsers.alertmanager import Routing, read_configuration, read_matcher, read_silences, read_status

TREE = """\
global: {smtp_smarthost: 'localhost:25', smtp_from: 'a@b.example'}
route:
  receiver: fallback
  group_by: [alertname]
  routes:
    - match: {severity: page}
      receiver: pager
      routes:
        - matchers: [team="celery", severity=~"page|critical"]
          receiver: celery-team
    - match_re: {alertname: 'Celery.*|Flower.*'}
      receiver: audit-log
      continue: true
    - matchers:
        - alertname=~"Celery.+"
        - severity!="info"
      receiver: chat
    - matchers: ['severity = "info"']
      receiver: nobody
receivers:
  - {name: fallback, email_configs: [{to: 'ops@acme.test'}]}
  - {name: pager, pagerduty_configs: [{service_key: secret}]}
  - {name: celery-team, webhook_configs: [{url: 'http://u:pw@bot.acme.test/hook'}]}
  - {name: audit-log, webhook_configs: [{url: 'http://log.acme.test/'}]}
  - {name: chat, slack_configs: [{api_url: 'https://hooks.slack.com/x', channel: '#ops'}]}
  - {name: nobody}
"""

LABELS = [
    {"alertname": "DiskFull"},
    {"alertname": "DiskFull", "severity": "page"},
    {"alertname": "CeleryNoWorkers", "severity": "page", "team": "celery"},
    {"alertname": "CeleryNoWorkers", "severity": "warning"},
    {"alertname": "FlowerDown", "severity": "info"},
    {"alertname": "CeleryNoWorkers"},
]
NAMES = [
    ["fallback"],
    ["pager"],
    ["celery-team"],
    ["audit-log", "chat"],
    ["audit-log", "nobody"],
    ["audit-log", "chat"],
]


def routing(text: str) -> Routing:
    found = read_configuration(text)
    assert found is not None
    return Routing(url="http://am", root=found[0], receivers=found[1])


@pytest.mark.parametrize(
    ("labels", "names"),
    list(zip(LABELS, NAMES, strict=True)),
    ids=str,
)
def test_routes(labels: dict[str, str], names: list[str]) -> None:
    assert [one.name for one in routing(TREE).receivers_of(labels)] == names


@pytest.mark.skipif(shutil.which("amtool") is None, reason="amtool is not installed")
@pytest.mark.parametrize("labels", LABELS, ids=str)
def test_amtool_agrees(labels: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(TREE)
    words = [f"{name}={value}" for name, value in labels.items()]
    run = subprocess.run(
        ["amtool", "config", "routes", "test", f"--config.file={file}", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip().split(",") == [one.name for one in routing(TREE).receivers_of(labels)]


def test_who_sends() -> None:
    receivers = routing(TREE).receivers
    assert {name for name, one in receivers.items() if not one.sends} == {"nobody"}
    assert receivers["celery-team"].kinds == ("webhook",)
    assert "pw" not in repr(receivers)


@pytest.mark.parametrize(
    ("receiver", "sends"),
    [
        ("email_configs: [{to: 'team-X+alerts@example.org'}]", False),  # as Debian ships it
        ("slack_configs: [{api_url: 'https://hooks.slack.com/services/YOUR-WEBHOOK'}]", False),
        ("slack_configs: [{api_url: <secret>, channel: '#x'}]", True),
        ("email_configs: [{to: 'team@example.org'}, {to: 'ops@acme.test'}]", True),
        ("email_configs: []", False),
        ("opsgenie_configs: [{api_key: <secret>}]", True),
    ],
)
def test_placeholders_send_nowhere(receiver: str, sends: bool) -> None:
    found = routing(f"route: {{receiver: x}}\nreceivers:\n  - name: x\n    {receiver}\n")
    assert found.receivers_of({"alertname": "A"})[0].sends is sends


@pytest.mark.parametrize("text", ["", "[]", "receivers: []", "route: x", "a: [", "null"])
def test_what_is_no_configuration(text: str) -> None:
    assert read_configuration(text) is None


@pytest.mark.parametrize(
    "reply", [Reply(200, "<html>"), Reply(404, "{}"), Reply(200, '{"config": 1}'), Reply(0, "refused")]
)
def test_what_is_no_status(reply: Reply) -> None:
    assert read_status("http://am/api/v2/alerts", reply) is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('severity="page"', 'severity="page"'),
        ("severity=page", 'severity="page"'),
        ('team =~ "a|b"', 'team=~"a|b"'),
        ("x!~y", 'x!~"y"'),
        ("nonsense", "None"),
    ],
)
def test_matchers(text: str, read: str) -> None:
    assert str(read_matcher(text)) == read


def test_an_endless_tree_is_bounded() -> None:
    layers = "".join(f"r{n}: &r{n} {{receiver: x, routes: [*r{n - 1}, *r{n - 1}]}}\n" for n in range(1, 40))
    found = read_configuration("r0: &r0 {receiver: x}\n" + layers + "route: *r39\nreceivers: [{name: x}]\n")
    assert found is not None
    assert list(found[1]) == ["x"]


def test_silences_in_force() -> None:
    matchers = [
        {"name": "alertname", "value": "Celery.*", "isRegex": True},
        {"name": "env", "value": "", "isEqual": True},
    ]
    times = {"startsAt": "2026-01-01T00:00:00.000Z", "endsAt": "2027-01-01T00:00:00.000Z"}
    one = {"status": {"state": "active"}, "matchers": matchers, **times}
    odd = [{**one, "status": {"state": "expired"}}, {**one, "endsAt": "soon"}, {**one, "endsAt": "2027-01-01"}, 7, {}]
    (found,) = read_silences(Reply(200, json.dumps([one, *odd])))
    assert found.lasts.days == 365
    assert found.mutes({"alertname": "CeleryNoWorkers"})
    assert not found.mutes({"alertname": "CeleryNoWorkers", "env": "test"})
    assert not found.mutes({"alertname": "FlowerDown"})
    assert read_silences(Reply(200, '{"error": 1}')) == read_silences(Reply(404, "[]")) == ()
    (nothing,) = read_silences(Reply(200, json.dumps([{**one, "matchers": "x"}])))
    assert not nothing.mutes({"alertname": "CeleryNoWorkers"})
