"""The command as people use it, on the real catalogue and on real reports."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from flower_audit import catalogue
from flower_audit.cli import COMMANDS
from flower_audit.model import Severity
from flower_audit.report import FORMATS

GOLDEN = Path(__file__).parents[1] / "report" / "golden"
PROGRAM = [sys.executable, "-m", "flower_audit.cli"]


@pytest.mark.parametrize("name", [*COMMANDS, ""])
def test_help_teaches_and_fits(run, name: str) -> None:
    done = run(*filter(None, [name]), "--help")
    assert done.exit_code == 0
    assert max(map(len, done.output.splitlines())) <= 80
    about = done.output.partition("\n\n")[2].partition("Options:")[0]
    assert len(about.split()) >= 15, "a help text that says nothing"


def test_list_shows_every_check_on_one_line(run) -> None:
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == [check.id for check in catalogue.published()]
    assert all(check.title in line for line, check in zip(lines, catalogue.published(), strict=True))


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        (["--area", "https"], lambda one: one["area"] == "https"),
        (["--area", "https", "--area", "auth"], lambda one: one["area"] in {"https", "auth"}),
        (["--severity", "critical"], lambda one: one["severity"] == "critical"),
        (["--way", "url"], lambda one: "url" in one["ways"]),
        (
            ["--area", "https", "--severity", "critical", "--way", "url"],
            lambda one: one["area"] == "https" and one["severity"] == "critical" and "url" in one["ways"],
        ),
    ],
)
def test_filters_choose_exactly(run, options: list[str], holds) -> None:
    everything = json.loads(run("list", "--json").output)
    chosen = json.loads(run("list", "--json", *options).output)
    assert chosen == [one for one in everything if holds(one)]
    assert 0 < len(chosen) < len(everything)


def test_the_guide_with_its_answers(run) -> None:
    lines = run("list", "--guide").output.splitlines()
    assert "  With URL Prefix: proxy.prefix-consistent" in lines
    assert "  Documentation updated: people.documentation" in lines
    narrowed = json.loads(run("list", "--guide", "--json", "--area", "people").output)
    assert narrowed["The production checklist"]["Documentation updated"] == ["people.documentation"]
    assert narrowed["Configuration"]["With URL Prefix"] == []


def test_the_list_for_programs_holds_what_is_known(run) -> None:
    first = json.loads(run("list", "--json").output)[0]
    assert set(first) == {
        *("id", "area", "severity", "section", "covers", "title", "why", "fix", "source", "facts", "ways", "privilege")
    }
    assert first["severity"] in list(Severity)


def test_explain_says_all_of_it(run) -> None:
    done = run("explain", "https.hsts")
    assert done.exit_code == 0
    check = next(one for one in catalogue.published() if one.id == "https.hsts")
    flat = " ".join(done.output.split())
    for told in (check.id, check.severity, check.title, check.why, check.fix, check.source, check.section):
        assert told in flat
    assert "checklist: Security headers enabled" in flat
    assert "--flower-url" in flat
    assert max(map(len, done.output.splitlines())) <= 80


@pytest.mark.parametrize("check", catalogue.published(), ids=lambda check: check.id)
def test_every_check_can_be_explained(run, check) -> None:
    done = run("explain", check.id, "--commands")
    assert done.exit_code == 0
    assert "Needs" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "https.hst"], "Error: there is no check 'https.hst'; did you mean 'https.hsts'?"),
        (["explain", "hsts"], "Error: there is no check 'hsts'; did you mean 'https.hsts'?"),
        (["explain", "https"], "Error: 'https' is an area; list its checks with `flower-audit list --area https`"),
        (["explain", "connection.host"], "Error: 'connection.host' is no check: the audit reports it when a way in is"),
        (["explain", "zzz"], "Error: there is no check 'zzz'; `flower-audit list` shows them all"),
        (["list", "--area", "htps"], "Error: there is no area 'htps'; did you mean 'https'?"),
        (["list", "--area", "people", "--severity", "critical"], "Error: no check is all of that; leave one of the"),
        (["init", "demo"], "Error: the demo lives only during its audit and needs no file: flower-audit demo"),
        (["init", "ftp://x"], "Error: --flower-host=ftp://x: ftp:// is not spoken here"),
        (["diff", "a.json", "b.json"], "Error: there is no report a.json; a baseline is"),
        (["render", "a.json"], "Error: there is no report a.json"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lst"], "there is no command 'lst'; did you mean 'list'?"),
        (["list", "--severty", "high"], "Did you mean '--severity'?"),
        (["render", "r.json", "--format", "pdf"], "'pdf' is not one of"),
    ],
)
def test_mistyped_names_and_options_are_named(run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_color_is_for_terminals_and_no_color_is_heard(run, monkeypatch) -> None:
    assert "\x1b[" in run("list", color=True).output
    assert "\x1b[" not in run("list").output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("list", color=True).output


def test_diff_of_a_report_with_itself_is_quiet(run, audited) -> None:
    done = run("diff", audited.path, audited.path)
    assert done.exit_code == 0
    assert f"{len(audited.report.results)} as before\n" in " ".join(done.output.split(" "))
    assert "GATE PASS: nothing high or worse newly failed since" in done.output


def test_diff_ends_with_1_when_something_became_worse(run, audited, tmp_path: Path) -> None:
    document = json.loads(audited.path.read_text())
    fate = {"https.expires-later": "pass", "https.headers": "pass", "https.served": "fail", "https.trusted": "unknown"}
    for one in document["results"]:
        one["outcome"] = fate.get(one["check"], one["outcome"])
    better = tmp_path / "better.json"
    better.write_text(json.dumps(document))

    worse = run("diff", better, audited.path)
    assert worse.exit_code == 1
    flat = " ".join(worse.output.split())
    assert "2 newly failed, 1 fixed, 1 otherwise changed" in flat
    assert "NEWLY FAILED high https.expires-later: " in flat
    assert "fixed critical https.served: " in flat
    assert "otherwise changed critical https.trusted: " in flat
    assert "(was could not be checked, now passed)" in flat
    assert "GATE FAIL: 1 high newly failed since" in flat

    assert run("diff", better, audited.path, "--fail-on", "critical").exit_code == 0
    back = run("diff", audited.path, better)
    assert back.exit_code == 1
    assert "NEWLY COULD NOT BE CHECKED critical https.trusted" in " ".join(back.output.split())

    told = json.loads(run("diff", better, audited.path, "--json").output)
    assert [one["check"] for one in told["new_failures"]] == ["https.expires-later", "https.headers"]


@pytest.mark.parametrize(
    "arguments", [["diff", GOLDEN / "healthy.exit0.json"], ["diff", GOLDEN / "hostile.exit1.json"], ["render"]]
)
def test_hostile_text_of_a_report_is_shown_and_not_obeyed(run, arguments: list[str]) -> None:
    done = run(*arguments, GOLDEN / "hostile.exit1.json")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]", done.output)


def test_diff_of_different_targets_is_refused(run, audited, tmp_path: Path) -> None:
    document = json.loads(audited.path.read_text().replace(audited.report.targets[0].name, "another"))
    other = tmp_path / "other.json"
    other.write_text(json.dumps(document))
    done = run("diff", other, audited.path)
    assert done.exit_code == 2
    assert f"{other} has no target in common with this audit: it tells of another, this one is of " in done.stderr


@pytest.mark.parametrize("name", list(FORMATS))
def test_render_gives_what_the_format_gives(run, audited, tmp_path: Path, name: str) -> None:
    printed = run("render", audited.path, "--format", name)
    assert printed.exit_code == 0
    assert printed.stdout_bytes == FORMATS[name].render(audited.report).encode()
    assert printed.stderr == ""
    done = run("render", audited.path, "-f", name, "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert (tmp_path / "out").read_bytes() == printed.stdout_bytes


def test_render_for_people_is_the_default(run, audited) -> None:
    text = run("render", audited.path).output
    assert text.startswith("GATE FAIL: 1 high failed")
    assert max(map(len, text.splitlines())) <= 80


def test_render_says_where_it_cannot_write(run, audited, tmp_path: Path) -> None:
    done = run("render", audited.path, "-f", "json", "-o", tmp_path / "no" / "folder.json")
    assert done.exit_code == 2
    assert re.fullmatch(r"Error: cannot write .*folder.json: No such file or directory\n", done.stderr)


@pytest.mark.parametrize("name", ["config", "report"])
def test_schemas_are_schemas(run, name: str) -> None:
    schema = json.loads(run("schema", name).output)
    Draft202012Validator.check_schema(schema)


def test_the_schema_of_the_configuration_knows_a_good_one_from_a_bad_one(run) -> None:
    check = Draft202012Validator(json.loads(run("schema", "config").output))
    good = "targets: {a: {url: 'https://f/', accounts: [{name: a, password_env: B}]}}\npolicy: {workers_min: 2}"
    assert check.is_valid(yaml.safe_load(good))
    assert not check.is_valid(yaml.safe_load("targets: {a: {conection: 'ssh://x'}}"))
    assert not check.is_valid(yaml.safe_load("policy: {workers_min: 0}"))


def test_the_report_fits_its_schema(run, audited) -> None:
    Draft202012Validator(json.loads(run("schema").output)).validate(json.loads(audited.path.read_text()))


def test_demo_becomes_pytest_with_further_options(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "demo", "-p", "no:cacheprovider", "--junit-xml=own.xml", "-k", "https.served"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GATE PASS" in done.stdout
    assert ET.parse(tmp_path / "own.xml").getroot()[0].get("tests") == "1"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_there_for_each_shell(shell: str) -> None:
    environment = {**os.environ, "_FLOWER_AUDIT_COMPLETE": f"{shell}_source"}
    done = subprocess.run(
        [Path(sys.executable).with_name("flower-audit")], env=environment, check=False, capture_output=True, text=True
    )
    assert "_FLOWER_AUDIT_COMPLETE" in done.stdout


def test_completion_knows_the_checks() -> None:
    asked = {
        "_FLOWER_AUDIT_COMPLETE": "bash_complete",
        "COMP_WORDS": "flower-audit explain https.hs",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("flower-audit")],
        env={**os.environ, **asked},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "plain,https.hsts\n"


def test_a_closed_pipe_ends_quietly() -> None:
    done = subprocess.run(
        f"{sys.executable} -m flower_audit.cli list | head -n 1",
        shell=True,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
