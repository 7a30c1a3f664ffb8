"""The script of a round, run by real shells."""

import os
import secrets
import shutil
import subprocess
import sys

import pytest

from flower_audit import script
from flower_audit.errors import Unreachable
from flower_audit.script import Answer, Command

SHELLS = [shell for shell in ("sh", "bash", "dash", "busybox") if shutil.which(shell)]


def command(text: str, name: str = "one", **changes: object) -> Command:
    values = {"name": name, "text": text, "limit_s": 5, "cap": 1000, "needs": "nothing", "variables": {}}
    return Command(**{**values, **changes})  # type: ignore[arg-type]


def run(*commands: Command, variables: dict[str, str] | None = None, shell: str = "sh", cut: int = 0) -> Answer:
    nonce = secrets.token_hex(12)
    line = script.wrap(
        script.write(commands, nonce, variables or {"unit": "", "pid": ""}, find=True), nonce, sudo=False
    )
    done = subprocess.run([shell, "-c", line], capture_output=True, check=False, timeout=60)
    return script.read(done.stdout[: len(done.stdout) - cut], done.stderr, nonce, commands)


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "busybox"])
def test_each_command_gets_its_own_answer(shell: str) -> None:
    answer = run(
        command("echo out; echo err >&2", "first"),
        command("exit 3", "second"),
        command("printf 'no newline, a NUL \\0 and \\303\\244'", "third"),
        command("nosuchtool", "fourth"),
        shell=shell,
    )
    first, second, third, fourth = (answer.outputs[name] for name in ("first", "second", "third", "fourth"))
    assert (first.rc, first.stdout, first.stderr) == (0, "out\n", "err\n")
    assert (second.rc, second.stdout, second.stderr) == (3, "", "")
    assert third.stdout == "no newline, a NUL \0 and ä"
    assert fourth.rc == 127


def test_a_command_ends_at_its_limit_and_the_next_one_runs() -> None:
    answer = run(command("sleep 30", "slow", limit_s=1), command("echo next", "next"))
    assert answer.outputs["slow"].rc == 124
    assert 0.9 <= answer.outputs["slow"].duration_s < 15
    assert answer.outputs["next"].stdout == "next\n"


def test_endless_output_is_cut_at_the_cap_and_said_so() -> None:
    answer = run(command("yes", "loud", cap=100), command("head -c 100 /dev/zero | tr '\\0' x", "exact", cap=100))
    assert answer.outputs["loud"].truncated
    assert len(answer.outputs["loud"].stdout) == 100
    assert not answer.outputs["exact"].truncated


def test_a_command_cannot_read_the_script_or_wait_for_input() -> None:
    assert run(command("cat", "cat"), command("echo on", "on")).outputs["on"].stdout == "on\n"


def test_variables_are_quoted_and_only_data() -> None:
    hostile = "'; touch /tmp/flower-audit-was-here; echo $(id) \"`id`"
    answer = run(command('printf %s "$path"', variables={"path": hostile}))
    assert answer.outputs["one"].stdout == hostile


def test_output_that_imitates_the_markers_stays_output() -> None:
    fake = "\n" + "0" * 24 + " 0 1.0 1.0\n"
    answer = run(command(f"printf '%s' '{fake}'", "fake"), command("echo real", "real"))
    assert answer.outputs["fake"].stdout == fake
    assert answer.outputs["real"].stdout == "real\n"


def test_a_lost_connection_leaves_the_rest_unanswered() -> None:
    answer = run(command("echo kept", "kept"), command("echo lost", "lost"), cut=60)
    assert answer.outputs["kept"].stdout == "kept\n"
    assert "lost" not in answer.outputs


def test_a_host_without_a_shell_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="no answer that the audit understands"):
        script.read(b"This account is currently not available.\n", b"", "0" * 24, [])


def test_a_long_script_stays_below_the_limit_of_one_argument() -> None:
    many = [command("# " + secrets.token_hex(2) * 500 + f"\necho {index}", f"c{index}") for index in range(120)]
    assert run(*many).outputs["c119"].stdout == "119\n"


def as_nobody(nonce: str, *commands: Command) -> Answer:
    line = script.wrap(script.write(commands, nonce, {"unit": "", "pid": ""}, find=False), nonce, sudo=False)
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*drop, "sh", "-c", line],
        capture_output=True,
        check=False,
        timeout=60,
    )
    return script.read(done.stdout, done.stderr, nonce, commands)


def test_what_needs_root_is_not_run_without_it() -> None:
    answer = as_nobody("a" * 24, command("echo half", "root", needs="root"), command("echo all", "any"))
    assert answer.refused == {"root"}
    assert "root" not in answer.outputs
    assert answer.outputs["any"].stdout == "all\n"


def test_sudo_that_refuses_is_said_and_the_rest_is_still_read(tmp_path, monkeypatch) -> None:
    sudo = tmp_path / "sudo"
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    sudo.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    nonce = "b" * 24
    one = command("echo read")
    line = script.wrap(script.write([one], nonce, {"unit": "", "pid": ""}, find=False), nonce, sudo=True)
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=False, timeout=60)
    answer = script.read(done.stdout, done.stderr, nonce, [one])
    assert answer.sudo_error == "sudo: a password is required"
    assert answer.outputs["one"].stdout == "read\n"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("celery -A shop flower --port=5", True),
        ("celery flower", True),
        ("/opt/venv/bin/celery -b redis://x flower --conf=/etc/x.py", True),
        ("celery -A flower flower", True),
        ("-m celery -A shop flower", True),
        ("celery -A flower worker -E", False),
        ("-m pip install celery flower", False),
        ("tail -f flower", False),
    ],
)
def test_flower_is_told_from_what_only_names_it(arguments: str, found: bool) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", *arguments.split()])
    try:
        variables = run(command("true")).variables
        seen = {variables["pid"], *variables["others"].split()}
        assert (str(sleeper.pid) in seen) is found
    finally:
        sleeper.kill()
        sleeper.wait()
