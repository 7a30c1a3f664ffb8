"""What bounds the log, from the rules, the open files and the options."""

from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from flower_audit.errors import Unobservable
from flower_audit.facts.journald import Journald
from flower_audit.facts.log_rotation import LogRotation, log_rotation
from flower_audit.facts.logrotate import Logrotate
from flower_audit.facts.logs import LogFile, Logs
from flower_audit.facts.options import Options, Setting
from flower_audit.parsers.logrotate import parse

PATH = "/var/log/flower/flower.log"
DAY = 86_400.0
JOURNALD = Journald(storage="persistent", persistent=True, max_use=1024**3)


def rule(directives: str = "daily\ncopytruncate") -> Logrotate:
    text = f"/var/log/flower/*.log {{\n{directives}\n}}\n"
    rules = parse([("/etc/logrotate.conf", "weekly\n"), ("/etc/logrotate.d/flower", text)])
    return Logrotate(
        rules=rules, scheduled=True, schedule="logrotate.timer", rotated={PATH: 100 * DAY}, now=100.5 * DAY
    )


NO_RULE = replace(rule(), rules=())
STDOUT = Logs(files=(LogFile(path=PATH, size=1000, first_line_age_s=50 * DAY),), streams=("file", "file"))


def of(logs: Logs, logrotate: Logrotate, *, log_file: str = "", journald: Journald | None = JOURNALD) -> LogRotation:
    settings = {"log_file_prefix": Setting(value=log_file or None)}
    options = Options(release=Version("2.2.0"), settings=settings, workdir="/opt/flower")
    return log_rotation(logs, options, logrotate, journald)


def test_a_rule_that_works() -> None:
    found = of(STDOUT, rule())
    assert (found.unbounded, found.defects, found.rules) == ((), (), ("/etc/logrotate.d/flower",))


def test_the_fix_of_a_schedule() -> None:
    assert "enable --now logrotate.timer" in of(STDOUT, replace(rule(), scheduled=False, schedule="")).fix
    assert "OnCalendar=daily" in of(STDOUT, replace(rule(), scheduled=False)).fix
    assert of(STDOUT, replace(rule(), last_result="exit-code")).fix == ""


@pytest.mark.parametrize(
    ("logs", "logrotate", "defect"),
    [
        (STDOUT, rule("daily\ncreate"), "restarts nothing"),
        (STDOUT, rule("daily\npostrotate\n kill -USR1 1\nendscript"), "restarts nothing"),
        (STDOUT, rule("daily\ncopy"), "as long as it is"),
        (STDOUT, replace(rule(), scheduled=False, schedule=""), "neither"),
        (STDOUT, replace(rule(), scheduled=False), "logrotate.timer has run out"),
        (STDOUT, replace(rule(), last_result="exit-code"), "exit-code"),
        (STDOUT, replace(rule(), errors=(f'error: skipping "{PATH}" because parent directory',)), "parent directory"),
        (STDOUT, replace(rule(), errors=("error: flower:3 unknown option 'dialy'",)), "dialy"),
        (STDOUT, replace(rule(), now=104 * DAY), "waits 4 days"),
        (replace(STDOUT, files=(replace(STDOUT.files[0], current=False),)), rule(), "renamed or deleted"),
        (replace(STDOUT, files=(replace(STDOUT.files[0], path=PATH + ".1"),)), rule(), "renamed or deleted"),
        (replace(STDOUT, files=(replace(STDOUT.files[0], appends=False, size=10**7),)), rule(), "jumps back"),
    ],
)
def test_a_rule_that_does_not(logs: Logs, logrotate: Logrotate, defect: str) -> None:
    assert defect in " ".join(of(logs, logrotate).defects)


@pytest.mark.parametrize(
    ("logs", "logrotate"),
    [
        (STDOUT, rule("daily\npostrotate\n systemctl try-restart flower\nendscript")),
        (STDOUT, replace(rule(), errors=("error: nginx:3 unknown option",))),
        (STDOUT, replace(rule(), rotated={})),
        (STDOUT, replace(rule("size 1M\ncopytruncate"), now=400 * DAY)),
        (replace(STDOUT, files=(replace(STDOUT.files[0], size=0),)), replace(rule(), now=400 * DAY)),
        (replace(STDOUT, files=(replace(STDOUT.files[0], first_line_age_s=100),)), replace(rule(), now=400 * DAY)),
        (replace(STDOUT, files=(replace(STDOUT.files[0], first_line_age_s=None),)), replace(rule(), now=400 * DAY)),
        (STDOUT, replace(rule("daily\nminsize 10M\ncopytruncate"), now=400 * DAY)),
    ],
)
def test_what_is_no_defect(logs: Logs, logrotate: Logrotate) -> None:
    assert of(logs, logrotate).defects == ()


def test_flower_rotates_its_own_file() -> None:
    found = of(STDOUT, NO_RULE, log_file=PATH)
    assert "by Flower itself" in found.bounded[0]
    assert of(replace(STDOUT, files=()), NO_RULE, log_file=PATH).bounded == found.bounded


def test_a_file_that_nothing_bounds() -> None:
    assert of(STDOUT, NO_RULE).unbounded == (PATH,)
    assert of(STDOUT, Logrotate(installed=False, rules=(), rotated={})).unbounded == (PATH,)


def test_the_journal_bounds_itself() -> None:
    found = of(Logs(streams=("journal", "journal")), NO_RULE)
    assert found.bounded == ("the journal by journald",)


def test_a_pipe_ends_where_nothing_is_seen() -> None:
    logs: Any = Logs(streams=("pipe", "pipe"))
    with pytest.raises(Unobservable, match="pipe"):
        of(logs, NO_RULE)
