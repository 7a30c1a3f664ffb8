"""What the audit's own machinery costs, as ratios measured side by side in one run: `python -m bench [HOST-SPEC]`.

Absolute times differ from machine to machine; a ratio of two things done in turn does not.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import testinfra

from flower_audit.connection import Connection
from flower_audit.script import Command, read, wrap, write
from flower_audit.target import Target

ROUNDS = 7
COMMANDS = [f"cat /proc/{name}" for name in ("uptime", "loadavg", "version", "meminfo", "stat")] * 8
NONCE = "0" * 24
SPEC = sys.argv[1] if len(sys.argv) > 1 else "local://"
"""The difference is a handshake for each command where this is `ssh://…`."""


def main() -> None:
    """Print a line for each pair."""
    compare(f"{len(COMMANDS)} commands, one host.run each", one_by_one, "in one script", in_one_script)
    compare("pytest with the plugin, not asked to audit", with_plugin, "pytest without it", without_plugin)


def compare(first_name: str, first: Callable[[], None], second_name: str, second: Callable[[], None]) -> None:
    """Run two things in turn and print the median of the ratios of each pair."""
    pairs = []
    for _ in range(ROUNDS):
        pairs.append((seconds(first), seconds(second)))
    ratio = statistics.median(one / other for one, other in pairs)
    medians = [statistics.median(column) for column in zip(*pairs, strict=True)]
    print(f"{first_name} / {second_name}: {ratio:.2f}  ({medians[0]:.3f} s / {medians[1]:.3f} s, median of {ROUNDS})")


def seconds(action: Callable[[], None]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def one_by_one() -> None:
    """The usual way with testinfra."""
    host = testinfra.get_host(SPEC)
    for command in COMMANDS:
        host.run(command)


def in_one_script() -> None:
    """The audit's way, with its time limits, caps and markers."""
    commands = [
        Command(name=f"c{index}", text=text, limit_s=5, cap=10_000, needs="nothing", variables={})
        for index, text in enumerate(COMMANDS)
    ]
    line = wrap(write(commands, NONCE, {"unit": "", "pid": "1"}, find=False), NONCE, sudo=False)
    stdout, stderr = Connection(Target(name="bench", connection=SPEC)).run(line, 60)
    if len(read(stdout, stderr, NONCE, commands).outputs) != len(commands):
        raise SystemExit("the script lost an answer")


def with_plugin() -> None:
    """A run that has nothing to do with Flower."""
    run_pytest()


def without_plugin() -> None:
    """The same run, as if flower-audit were not installed."""
    run_pytest("-p", "no:flower_audit")


def run_pytest(*options: str) -> None:
    """Run one empty test in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            folder,
            *options,
            folder,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)


if __name__ == "__main__":
    main()
