"""A first configuration: written from a real Flower, and good for a second run."""

import re
from pathlib import Path

import pytest
import yaml

from flower_audit.cli.first_configuration import Seen, write
from flower_audit.configuration import Configuration, parse
from flower_audit.model import AuditedTarget, Outcome
from flower_audit.policy import Policy
from flower_audit.target import Target

HOSTILE = "x\n    sudo: true\n\x1b[2J\u202e: #{}[]'\""


def uncommented(text: str) -> str:
    """With every setting that is only suggested in force."""
    return re.sub(r"^(\s*)#(?! |$)", r"\1", text, flags=re.MULTILINE)


def test_the_file_gives_a_clean_second_run(run, audit, demo, tmp_path: Path) -> None:
    path = tmp_path / "flower-audit.yml"
    done = run("init", demo.url, "--ca", demo.ca_file, "--http-url", demo.http_url, "--name", "shop", "-o", path)
    assert done.exit_code == 0, done.output
    assert done.stderr == f"Wrote {path}. Audit with: pytest --flower-host=shop\n"
    text = path.read_text()
    shop = parse(text, "f").targets["shop"]
    assert (shop.url, shop.http_url, shop.ca) == (demo.url, demo.http_url, str(demo.ca_file))

    second = audit("-k", "https.served or https.trusted or https.http-redirects", configuration=text, host="shop")
    assert second.status == 0, second.text
    assert {one.outcome for one in second.report.results} == {Outcome.PASS}
    assert second.report.targets[0].name == "shop"


def test_it_says_what_was_found(run, demo) -> None:
    text = run("init", demo.url, "--ca", demo.ca_file).stdout
    assert re.search(r"^# Found:\n#   Flower \d+\.\d", text, re.MULTILINE)


def test_a_host_is_looked_at_too(run, demo) -> None:
    done = run("init", demo.url, "--ca", demo.ca_file, "--connection", "local://", "--name", "here")
    assert done.exit_code == 0, done.output
    assert parse(done.stdout, "f").targets["here"].connection == "local://"
    assert re.search(r"^# Looked as (root|.* with(out)? root)", done.stdout, re.MULTILINE)


def test_a_file_that_exists_is_left_as_it_is(run, demo, tmp_path: Path) -> None:
    path = tmp_path / "flower-audit.yml"
    path.write_text("fail_on: low\n")
    done = run("init", demo.url, "--ca", demo.ca_file, "-o", path)
    assert done.exit_code == 2
    assert done.stderr == f"Error: {path} exists and is left as it is; name another file with --output\n"
    assert path.read_text() == "fail_on: low\n"


def test_where_nothing_answers_nothing_is_written(run, tmp_path: Path) -> None:
    path = tmp_path / "flower-audit.yml"
    done = run("init", "http://127.0.0.1:1/", "-o", path)
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: nothing could be looked at: http://127.0.0.1:1/")
    assert not path.exists()


def seen(**more: object) -> Seen:
    told = {"url": "https://f.example/", "unit": "", "is_root": False, "head": AuditedTarget(name="t")}
    return Seen(**{**told, **more})


def test_every_suggested_setting_is_one() -> None:
    text = write("shop", Target(name="shop", url="https://f.example/"), seen())
    assert parse(text, "f") == Configuration.model_validate({"targets": {"shop": {"url": "https://f.example/"}}})
    full = parse(uncommented(text), "f")
    assert full.policy == Policy()
    shop = full.targets["shop"]
    assert shop.sudo
    assert shop.active
    assert [one.may for one in shop.accounts] == ["all", "read"]
    assert shop.attestations[0].check == "people.restore-tested"
    assert shop.prometheus == "http://prometheus.internal:9090"
    assert full.waivers[0].covers("https.hsts", "shop")


def test_what_was_given_is_in_force() -> None:
    given = {"connection": "ssh://audit@flower1", "sudo": True, "ca": "/etc/ca with space.pem", "timeout_s": 30.0}
    target = Target(name="x", url="https://f.example/", unit="flower@prod.service", **given)
    shop = parse(write("shop", target, seen(unit="flower@prod.service", is_root=True)), "f").targets["shop"]
    assert (shop.connection, shop.sudo, shop.ca, shop.timeout_s) == tuple(given.values())
    assert shop.unit == "flower@prod.service"


@pytest.mark.parametrize("name", ["shop", "true", "1.5", "a: b", "#x", "*", HOSTILE])
def test_hostile_text_stays_text(name: str) -> None:
    head = AuditedTarget(name="t", found={HOSTILE: HOSTILE}, looked_as=HOSTILE)
    text = write(name, Target(name="t"), seen(url=HOSTILE, unit=HOSTILE, head=head, problems=(HOSTILE,)))
    target = yaml.safe_load(text)["targets"]
    assert target == {name: {"url": HOSTILE, "unit": HOSTILE}}
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_target_without_root_is_told_what_it_misses() -> None:
    here = Target(name="x", connection="ssh://audit@flower1")
    assert re.search(r"Without root \d+ checks cannot be answered", write("x", here, seen()))
    assert "Without root" not in write("x", here, seen(is_root=True))
