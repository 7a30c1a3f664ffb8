"""logrotate's configuration in the styles of distributions and of people, checked against logrotate itself."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from flower_audit.parsers.logrotate import Rule, parse

MAIN = """
# see "man logrotate" for details
weekly
rotate 4
create
include /etc/logrotate.d
"""

CASES = {
    "guide's folder, copytruncate": (
        "/var/log/flower/*.log {\n  daily\n  rotate 14\n  missingok\n  copytruncate\n  su celery celery\n}\n",
        {"frequency": "daily", "keep": 14, "copytruncate": True, "user": "celery"},
    ),
    "defaults of the main file": ("/var/log/flower/flower.log {\n missingok\n}\n", {"frequency": "weekly", "keep": 4}),
    "several patterns over several lines, brace on its own": (
        '"/var/log/flower/a b.log"\n/var/log/flower/flower.log\n{\n\tsize=100M\n\tnocopytruncate\n}\n',
        {"frequency": "size", "size_bytes": 100 * 1024**2, "copytruncate": False},
    ),
    "a script with braces and a comment": (
        "/var/log/flower/flower.log {\n # copytruncate\n postrotate\n  { systemctl restart flower; } || true\n # }\n"
        " endscript\n compress\n}\n",
        {"acts": True, "copytruncate": False, "compress": True},
    ),
    "a limit beside the period": ("/var/log/flower/*.log {\n monthly\n maxsize 10k\n}\n", {"max_size_bytes": 10240}),
    "one line": ("/var/log/flower/flower.log { copytruncate }\n", {"copytruncate": True}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_rule_for_flower_is_read(name: str) -> None:
    text, expected = CASES[name]
    rules = parse([("/etc/logrotate.conf", MAIN), ("/etc/logrotate.d/flower", text)])
    rule = next(rule for rule in rules if rule.covers("/var/log/flower/flower.log"))
    assert {key: getattr(rule, key) for key in expected} == expected
    assert rule.file == "/etc/logrotate.d/flower"


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/var/log/flower/*.log", "/var/log/flower/flower.log", True),
        ("/var/log/*.log", "/var/log/flower/flower.log", False),
        ("/var/log/*/*.log", "/var/log/flower/flower.log", True),
        ("/var/log/flower/flower.log", "/var/log/flower/flower.log.1", False),
        ("/var/log/flower/*", "/var/log/flower/.hidden", False),
        ("/var/log/flower", "/var/log/flower/flower.log", False),
    ],
)
def test_a_wildcard_stands_for_no_slash(pattern: str, path: str, covered: bool) -> None:
    assert Rule(patterns=(pattern,)).covers(path) is covered


def test_a_brace_begins_the_block_even_inside_a_path() -> None:
    """logrotate knows no alternatives: it takes the path up to the brace, and so refuses the rule."""
    rules = parse([("main", "/var/log/{flower,celery}/*.log {\n daily\n}\n")])
    assert not any(rule.covers("/var/log/flower/flower.log") for rule in rules)


def test_files_that_logrotate_passes_over_hold_no_rules() -> None:
    rule = "/var/log/flower/flower.log {\n copytruncate\n}\n"
    names = ["flower.dpkg-old", "flower~", "flower.rpmsave", "flower.disabled"]
    assert parse([("/etc/logrotate.conf", MAIN), *((f"/etc/logrotate.d/{name}", rule) for name in names)]) == ()


def test_settings_of_one_file_do_not_leak_into_the_next() -> None:
    rules = parse(
        [
            ("/etc/logrotate.conf", MAIN),
            ("/etc/logrotate.d/a", "daily\n/a.log {\n}\n"),
            ("/etc/logrotate.d/b", "/b.log {\n}\n"),
        ]
    )
    assert [rule.frequency for rule in rules] == ["daily", "weekly"]


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="needs logrotate")
@pytest.mark.parametrize("name", ["guide's folder, copytruncate", "a script with braces and a comment", "one line"])
def test_logrotate_itself_agrees(name: str, tmp_path: Path) -> None:
    """What the parser says of copytruncate is what a real, forced run does to the file's inode."""
    text = CASES[name][0].replace("/var/log/flower", str(tmp_path)).replace("  su celery celery\n", "")
    (rule,) = [rule for rule in parse([("main", text)]) if rule.covers(f"{tmp_path}/flower.log")]
    log, configuration = tmp_path / "flower.log", tmp_path / "rotate.conf"
    log.write_text("line\n")
    configuration.write_text(text.replace("systemctl restart flower", "true"))
    for path in (configuration, tmp_path):
        path.chmod(0o644 if path.is_file() else 0o755)
    before = log.stat().st_ino
    program = ["logrotate", "-f", "-s", str(tmp_path / "state"), str(configuration)]
    subprocess.run(
        program, check=True, capture_output=True, env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    )
    kept = log.exists() and log.stat().st_ino == before
    assert kept is rule.copytruncate
