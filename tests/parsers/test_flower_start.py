"""What the unit says beside the process."""

from dataclasses import replace

import pytest
from packaging.version import Version

from flower_audit.parsers.flower_start import Start, changed_since, read_start, resolve
from flower_audit.parsers.systemd_unit import read_unit

RELEASE = Version("2.2.0")
UNIT = """# /etc/systemd/system/flower.service
[Service]
EnvironmentFile=/etc/flower/flower.env
ExecStart=/opt/flower/bin/celery flower
# /etc/systemd/system/flower.service.d/override.conf
[Service]
Environment=FLOWER_MAX_TASKS=5000
"""


def started(file: str, **environ: str) -> Start:
    return Start(
        argv=("/opt/flower/bin/celery", "flower"),
        environ=environ,
        workdir="/opt/flower",
        unit=read_unit(UNIT),
        unit_files={"/etc/flower/flower.env": file},
    )


def test_a_variable_that_an_environment_file_overrides() -> None:
    (problem,) = resolve(started("FLOWER_MAX_TASKS=10000\n", FLOWER_MAX_TASKS="10000"), RELEASE).problems
    assert problem.kind == "shadowed"
    assert "override.conf:2" in problem.text
    assert problem.where == "/etc/flower/flower.env"
    for file in ("FLOWER_MAX_TASKS=5000\n", "export FLOWER_MAX_TASKS=1\n", "FLOWER_PORT=5555\n"):
        assert not resolve(started(file, FLOWER_MAX_TASKS="5000"), RELEASE).problems


@pytest.mark.parametrize(
    ("file", "running"),
    [
        ('FLOWER_BASIC_AUTH="a:1","b:2"\n', 'a:1,"b:2"'),
        ("FLOWER_BASIC_AUTH=a:1 # of May\n", "a:1 # of May"),
        ("export FLOWER_BASIC_AUTH=a:1\n", None),
    ],
)
def test_a_process_that_took_its_file_as_systemd_reads_it(file: str, running: str | None) -> None:
    environ = {"FLOWER_MAX_TASKS": "5000"} | ({"FLOWER_BASIC_AUTH": running} if running else {})
    assert changed_since(started(file, **environ), RELEASE) == ()
    assert changed_since(started(file, **environ, FLOWER_PORT="5556"), RELEASE) != ()


def test_a_file_that_was_put_in_place_later_with_its_old_time() -> None:
    text = "== started 2000\n== workdir /a\n== argv\n celery\n== config 1000 f.py\n port = 5555\n"
    assert not read_start(text).config_is_newer
    for made, newer in (("1000 1000", False), ("3000 1000", True), ("0 1000", False), ("- 1000", False)):
        start = read_start(f"{text}== config-made {made}\n")
        assert start.config_is_newer is newer
        assert (start.config, start.config_path) == ("port = 5555", "/a/f.py")


def test_variables_that_env_sets_in_the_command() -> None:
    unit = UNIT.replace("ExecStart=", "ExecStart=/usr/bin/env FLOWER_PORT=5556 ")
    start = replace(started("", FLOWER_MAX_TASKS="5000", FLOWER_PORT="5556"), unit=read_unit(unit))
    assert changed_since(start, RELEASE) == ()
    assert changed_since(replace(start, environ={"FLOWER_MAX_TASKS": "5000", "FLOWER_PORT": "5557"}), RELEASE) != ()
