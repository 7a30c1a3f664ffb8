"""The plugin as users meet it: pytest's command line in, verdicts, reports and exit status out."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

FACTS = """
import os
import sys
from dataclasses import dataclass
from types import ModuleType

from flower_audit.errors import Absent, Manual, NotAsked, Unobservable
from flower_audit.probe import Output, fact, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    count: int = 1


def install(provider):
    module = ModuleType(f"flower_audit.facts.{provider.__name__}")
    setattr(module, provider.__name__, provider)
    sys.modules[module.__name__] = module
    return provider


@install
@fact(way="url")
def good() -> Thing:
    return Thing()


@install
@fact(way="url")
def absent() -> Thing:
    raise Absent("there is none")


@install
@fact(way="url")
def hidden() -> Thing:
    raise Unobservable("permission denied")


@install
@fact(way="url")
def broken() -> Thing:
    raise KeyError("a mistake in a parser")


@install
@fact(way="url")
def account() -> Thing:
    raise NotAsked("needs --flower-user")


@install
@fact(way="statement")
def stated() -> Thing:
    raise Manual("nobody has stated it")


@install
@probe("echo 3")
def on_host(out: Output) -> Thing:
    return Thing(count=int(out.succeeded()))


@install
@probe("echo 4")
def on_host_too(out: Output) -> Thing:
    return Thing(count=int(out.succeeded()))


@install
@fact(way="url")
def deadly() -> Thing:
    os._exit(3)
"""

CHECK = '''
@check("try.{slug}", severity=Severity.{severity}, section="Troubleshooting")
def test_{name}({fact}):
    """It is as it should be.

    Why: because.
    Fix: mend it.
    Source: here.
    """
    assert {condition}, Finding("seen", wanted="better", where="a place", fix="mend this one")
'''


def write_checks(pytester: pytest.Pytester, *rows: tuple[str, str, str, str]) -> None:
    """Each row is slug, severity, fact, condition."""
    pytester.makeconftest(FACTS)
    text = '"PYTEST_DONT_REWRITE"\n'
    text += "from flower_audit.check import Finding, check\nfrom flower_audit.model import Severity\n"
    for slug, severity, fact, condition in rows:
        name = slug.replace("-", "_")
        text += CHECK.format(slug=slug, severity=severity, fact=fact, condition=condition, name=name)
    pytester.makepyfile(checks_here=text)


def run(pytester: pytest.Pytester, *options: str, host: str = "https://127.0.0.1:1/") -> pytest.RunResult:
    return pytester.runpytest_subprocess("checks_here.py", f"--flower-host={host}", "-p", "no:cacheprovider", *options)


def report(pytester: pytest.Pytester, folder: str = "reports") -> dict[str, Any]:
    read: dict[str, Any] = json.loads((pytester.path / folder / "flower-audit.json").read_text())
    return read


def outcomes(pytester: pytest.Pytester) -> dict[str, str]:
    return {one["check"]: one["outcome"] for one in report(pytester)["results"]}


PASSES = ("pass", "HIGH", "good", "good.count == 1")
FAILS = ("fail", "HIGH", "good", "good.count == 2")


def test_it_is_inert_until_asked(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            heavy = {"flower_audit.audit", "flower_audit.gather", "pydantic", "httpx"}
            assert not heavy & set(sys.modules)
        """
    )
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(passed=1)
    assert not (pytester.path / "reports").exists()


def test_every_outcome_is_what_happened(pytester: pytest.Pytester) -> None:
    write_checks(
        pytester,
        PASSES,
        FAILS,
        ("absent", "HIGH", "absent", "absent"),
        ("hidden", "HIGH", "hidden", "hidden"),
        ("broken", "HIGH", "broken", "broken"),
        ("stated", "LOW", "stated", "stated"),
        ("account", "HIGH", "account", "account"),
        ("crash", "HIGH", "good", "good.no_such_field"),
        ("host", "HIGH", "on_host", "on_host.count"),
    )
    done = run(pytester)
    assert outcomes(pytester) == {
        "try.pass": "pass",
        "try.fail": "fail",
        "try.absent": "not_applicable",
        "try.hidden": "unknown",
        "try.broken": "bug",
        "try.stated": "manual",
        "try.account": "not_run",
        "try.crash": "bug",
        "try.host": "not_run",
    }
    assert done.ret == 1
    results = {one["check"]: one for one in report(pytester)["results"]}
    failed = results["try.fail"]
    assert (failed["observed"], failed["wanted"], failed["where"]) == ("seen", "better", "a place")
    assert failed["fix"] == "mend this one"
    assert "--flower-connection" in results["try.host"]["message"]
    assert "permission denied" in results["try.hidden"]["message"]
    assert "KeyError" in results["try.broken"]["message"]
    output = done.stdout.str()
    assert "Traceback" not in output
    assert "mend this one" in output
    assert (pytester.path / "reports" / "flower-audit.html").stat().st_size > 1000


@pytest.mark.parametrize(
    ("rows", "options", "status"),
    [
        ((PASSES,), (), 0),
        ((FAILS,), (), 1),
        ((("medium", "MEDIUM", "good", "False"), PASSES), (), 0),
        ((("medium", "MEDIUM", "good", "False"), PASSES), ("--flower-fail-on=medium",), 1),
        ((("hidden", "CRITICAL", "hidden", "hidden"), PASSES), (), 1),
        ((("broken", "LOW", "broken", "broken"), PASSES), (), 1),
        ((("absent", "HIGH", "absent", "absent"),), (), 1),
        ((PASSES,), ("-k", "nothing_like_it"), 5),
        ((("host", "HIGH", "on_host", "on_host.count"),), (), 5),
        ((PASSES, FAILS), ("-k", "try.pass"), 0),
    ],
)
def test_exit_status(pytester: pytest.Pytester, rows: Any, options: tuple[str, ...], status: int) -> None:
    write_checks(pytester, *rows)
    assert run(pytester, *options).ret == status


@pytest.mark.parametrize("options", [("-x",), ("--maxfail=1",), ("-x", "-n", "1")])
def test_an_audit_that_stops_at_the_first_finding_does_not_pass(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    write_checks(pytester, PASSES, ("medium", "MEDIUM", "good", "False"), FAILS)
    assert run(pytester, *options).ret != 0
    gate = report(pytester)["gate"]
    assert not gate["passed"]
    assert gate["reason"] == "FAIL: stopped before all checks were run"


def test_an_unknown_that_is_allowed_by_name_lets_the_gate_pass(pytester: pytest.Pytester) -> None:
    write_checks(pytester, PASSES, ("hidden", "CRITICAL", "hidden", "hidden"))
    (pytester.path / "flower-audit.yml").write_text("allow_unknown: [try.hidden]\n")
    assert run(pytester).ret == 0
    assert outcomes(pytester) == {"try.pass": "pass", "try.hidden": "unknown"}
    assert report(pytester)["policy"]["allow_unknown"] == "try.hidden"


def test_an_unreachable_host_is_one_verdict(pytester: pytest.Pytester) -> None:
    write_checks(
        pytester,
        PASSES,
        ("one", "HIGH", "on_host", "on_host.count"),
        ("two", "LOW", "on_host_too", "on_host_too.count"),
    )
    done = run(pytester, "--flower-connection=ssh://nobody@127.0.0.1:1")
    assert outcomes(pytester) == {
        "connection.host": "unknown",
        "try.one": "not_run",
        "try.two": "not_run",
        "try.pass": "pass",
    }
    assert done.ret == 1
    assert done.stdout.str().count("SSH is refused") == 1


def test_facts_of_a_host_are_read_in_one_call(pytester: pytest.Pytester) -> None:
    write_checks(
        pytester,
        ("one", "HIGH", "on_host", "on_host.count == 3"),
        ("two", "LOW", "on_host_too", "on_host_too.count == 4"),
    )
    done = run(pytester, host="local://")
    assert done.ret == 0
    (target,) = report(pytester)["targets"]
    assert sorted(one["source"] for one in target["requests"]) == ["echo 3", "echo 4"]
    assert target["looked_as"]


def test_several_targets_are_told_apart(pytester: pytest.Pytester) -> None:
    write_checks(pytester, PASSES, FAILS)
    run(pytester, "--flower-host=https://127.0.0.1:2/")
    results = report(pytester)["results"]
    assert {(one["target"], one["check"]) for one in results} == {
        (target, check) for target in ("127.0.0.1:1", "127.0.0.1:2") for check in ("try.pass", "try.fail")
    }


def test_xdist_gives_the_same_verdicts_and_looks_at_a_target_once(pytester: pytest.Pytester) -> None:
    rows = [
        ("one", "HIGH", "on_host", "on_host.count == 3"),
        ("two", "LOW", "on_host_too", "on_host_too.count == 5"),
        PASSES,
    ]
    write_checks(pytester, *rows)
    run(pytester, host="local://")
    plain = report(pytester)
    run(pytester, "-n", "2", host="local://")
    spread = report(pytester)
    assert outcomes(pytester) == {"try.one": "pass", "try.two": "fail", "try.pass": "pass"}
    assert [(one["check"], one["outcome"], one["message"]) for one in spread["results"]] == [
        (one["check"], one["outcome"], one["message"]) for one in plain["results"]
    ]
    assert len(spread["targets"][0]["requests"]) == len(plain["targets"][0]["requests"]) == 2


def test_a_worker_that_dies_loses_its_check_by_name_only(pytester: pytest.Pytester) -> None:
    write_checks(pytester, ("deadly", "HIGH", "deadly", "deadly"), PASSES)
    done = run(pytester, "-n", "2", "--flower-host=https://127.0.0.1:2/", "-k", "deadly and 127.0.0.1:1 or pass")
    results = {(one["target"], one["check"]): one["outcome"] for one in report(pytester)["results"]}
    assert results["127.0.0.1:1", "try.deadly"] == "bug"
    assert results["127.0.0.1:2", "try.pass"] == "pass"
    assert done.ret == 1


def test_the_users_own_ini_does_not_hide_a_check(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npython_functions = should_*\npython_files = spec_*.py\ntestpaths = nowhere\n")
    write_checks(pytester, PASSES)
    assert run(pytester).ret == 0
    assert outcomes(pytester) == {"try.pass": "pass"}


def test_without_a_path_the_checks_of_the_package_are_collected(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npython_functions = should_*\npython_files = spec_*.py\ntestpaths = nowhere\n")
    done = pytester.runpytest_subprocess("--flower-host=https://127.0.0.1:1/", "--collect-only", "-q")
    assert len([line for line in done.outlines if "::" in line and "[127.0.0.1:1]" in line]) >= 10
    assert done.ret == 0


def test_the_users_own_failing_test_fails_the_run_and_keeps_its_traceback(pytester: pytest.Pytester) -> None:
    write_checks(pytester, PASSES)
    pytester.makepyfile(test_own="def test_own():\n    assert 1 == 2\n")
    done = run(pytester, "test_own.py")
    assert done.ret == 1
    done.stdout.fnmatch_lines(["*assert 1 == 2*"])
    assert outcomes(pytester) == {"try.pass": "pass"}


def test_a_live_waiver_lets_the_gate_pass_and_an_ended_one_does_not(pytester: pytest.Pytester) -> None:
    write_checks(pytester, FAILS, PASSES)
    waiver = "waivers:\n- {{check: try.fail, reason: known, approver: Kim, granted: 2020-01-01, until: {until}}}\n"
    config = pytester.path / "flower-audit.yml"
    config.write_text(waiver.format(until="2999-12-31"))
    assert run(pytester).ret == 0
    assert outcomes(pytester) == {"try.fail": "waived", "try.pass": "pass"}
    config.write_text(waiver.format(until="2020-12-31"))
    assert run(pytester).ret == 1
    assert outcomes(pytester)["try.fail"] == "fail"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--flower-config=none.yml",), "cannot read*none.yml*"),
        (("--flower-report=in-the-way",), "cannot write reports to*in-the-way*"),
        (("--flower-format=jsno",), "*no such format; did you mean 'json'*"),
        (("--flower-format=json:-,csv:-",), "*cannot both go to standard output*"),
        (("--flower-timeout=0",), "*give seconds between 0 and 600*"),
        (("--flower-ca=none.pem",), "*cannot read ca none.pem*"),
        (("--flower-user=admin",), "*FLOWER_AUDIT_PASSWORD, which is not set*"),
        (("--flower-prometheus=prometheus:9090",), "*no http(s) URL with a host*"),
    ],
)
def test_wrong_usage_is_one_line_before_anything_runs(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    monkeypatch.delenv("FLOWER_AUDIT_PASSWORD", raising=False)
    write_checks(pytester, PASSES)
    Path(pytester.path, "in-the-way").write_text("a file")
    done = run(pytester, *options)
    assert done.ret == 4
    done.stderr.fnmatch_lines([f"*{message}"])
    assert "Traceback" not in done.stderr.str() + done.stdout.str()


def test_optimised_python_is_refused(pytester: pytest.Pytester) -> None:
    write_checks(pytester, FAILS)
    done = pytester.run(sys.executable, "-O", "-m", "pytest", "checks_here.py", "--flower-host=https://127.0.0.1:1/")
    assert done.ret == 4
    done.stderr.fnmatch_lines(["*judges with assert*"])


@pytest.mark.parametrize("options", [(), ("-v",), ("-n", "2"), ("-W", "error")])
def test_a_printed_format_has_standard_output_for_itself(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    write_checks(pytester, PASSES)
    done = run(pytester, "--flower-format=json:-", "--flower-format=csv", *options)
    printed = json.loads(done.stdout.str())
    assert [one["outcome"] for one in printed["results"]] == ["pass"]
    done.stderr.fnmatch_lines(["GATE PASS*"])
    assert (pytester.path / "reports" / "flower-audit.csv").exists()


def test_a_renderer_that_crashes_loses_only_itself(pytester: pytest.Pytester) -> None:
    write_checks(pytester, PASSES)
    conftest = pytester.path / "conftest.py"
    conftest.write_text(
        conftest.read_text()
        + "\nimport flower_audit.report.html_page\n"
        + "def crash(report):\n    raise ZeroDivisionError\n"
        + "flower_audit.report.html_page.render = crash\n"
    )
    done = run(pytester)
    assert done.ret == 1
    assert outcomes(pytester) == {"try.pass": "pass"}
    done.stdout.fnmatch_lines(["*No report: the html report could not be made*"])


def test_a_file_of_checks_that_cannot_be_imported_loses_only_itself(pytester: pytest.Pytester) -> None:
    write_checks(pytester, PASSES)
    pytester.makepyfile(checks_there="import nothing_like_it\n")
    done = run(pytester, "checks_there.py")
    assert outcomes(pytester) == {"try.pass": "pass", "collection.checks-there": "bug"}
    assert done.ret == 1


def test_somebodys_own_check_needs_no_marker_to_be_readable(pytester: pytest.Pytester) -> None:
    write_checks(pytester, FAILS)
    module = pytester.path / "checks_here.py"
    module.write_text(module.read_text().replace("PYTEST_DONT_REWRITE", ""))
    run(pytester)
    (result,) = report(pytester)["results"]
    assert result["message"] == "a place: seen (wanted: better)"


def test_ctrl_c_does_not_wait_for_a_silent_host(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checks(pytester, ("one", "HIGH", "on_host", "on_host.count == 3"))
    silent = pytester.path / "bin" / "ssh"
    silent.parent.mkdir()
    silent.write_text(f"#!/bin/sh\necho $$ >{pytester.path}/pid\nexec sleep 300\n")
    silent.chmod(0o755)
    monkeypatch.setenv("PATH", f"{silent.parent}:{os.environ['PATH']}")
    command = [sys.executable, "-m", "pytest", "checks_here.py", "--flower-host=ssh://silent", "-p", "no:cacheprovider"]
    with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        deadline = time.monotonic() + 30
        while not (pytester.path / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        interrupted = time.monotonic()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)
    assert running.returncode == pytest.ExitCode.INTERRUPTED
    assert time.monotonic() - interrupted < 10
    child = Path("/proc", (pytester.path / "pid").read_text().strip(), "stat")
    assert not child.exists() or child.read_text().split()[2] == "Z"


def test_warnings_as_errors_change_nothing(pytester: pytest.Pytester) -> None:
    write_checks(pytester, PASSES, ("one", "HIGH", "on_host", "on_host.count == 3"))
    assert run(pytester, "-W", "error", host="local://").ret == 0


def test_evidence_that_a_finding_speaks_of_comes_first() -> None:
    from flower_audit.check import Finding
    from flower_audit.items import EVIDENCE_KEPT, most_telling
    from flower_audit.model import Evidence

    requests = [Evidence(kind="request", source=f"GET https://f.example/{number}") for number in range(20)]
    direct = Evidence(kind="request", source="GET http://f.example:5555/workers (at 192.0.2.1)")
    kept = most_telling([*requests, direct], Finding("shown", where="http://f.example:5555/workers"))
    assert kept[0] == direct
    assert kept[1:] == tuple(requests[: EVIDENCE_KEPT - 1])
