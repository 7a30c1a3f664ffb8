"""Accepts and rejects of config.*."""

from dataclasses import replace

import pytest
from flower_audit.checks import test_config as checks
from packaging.version import Version

from flower_audit.check import Finding
from flower_audit.errors import NotApplicable, Unobservable
from flower_audit.facts.debug_mode import DebugMode
from flower_audit.facts.options import Options, options_of_start
from flower_audit.parsers.flower_start import Start
from flower_audit.parsers.systemd_unit import read_unit

UNIT = """# /etc/systemd/system/flower.service
[Service]
User=celery
Environment=FLOWER_PORT=5555 "FLOWER_DB=/var/lib/flower/flower.db"
EnvironmentFile=-/etc/flower.env
ExecStart=/opt/venv/bin/celery -b ${CELERY_BROKER_URL} flower --max_tasks=5000
"""
ENVIRONMENT = "FLOWER_BASIC_AUTH='a:b'\nCELERY_BROKER_URL=redis://:pw@h/0\n"
START = Start(
    argv=("/opt/venv/bin/python3", "/opt/venv/bin/celery", "-b", "redis://:pw@h/0", "flower", "--max_tasks=5000"),
    environ={
        "FLOWER_PORT": "5555",
        "FLOWER_DB": "/var/lib/flower/flower.db",
        "FLOWER_BASIC_AUTH": "a:b",
        "CELERY_BROKER_URL": "redis://:pw@h/0",
        "PATH": "/usr/bin",
    },
    workdir="/opt/app",
    started=1000,
    unit=read_unit(UNIT),
    unit_files={"/etc/flower.env": ENVIRONMENT},
)


def flower(*flags: str, config: str | None = None, release: str = "2.2.0", **environ: str) -> Options:
    start = Start(
        argv=("celery", "flower", *flags), environ=environ, workdir="/a", config=config, config_path="/a/f.py"
    )
    return options_of_start(start, Version(release))


def running(start: Start) -> Options:
    return options_of_start(start, Version("2.2.0"))


def test_running_matches_files_accepts() -> None:
    checks.test_running_options_match_the_files(running(START))
    checks.test_running_options_match_the_files(running(replace(START, config="port = 1", config_changed=999)))
    checks.test_running_options_match_the_files(running(replace(START, unit=None)))


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (replace(START, config="port = 5555", config_changed=2000), "changed after Flower started"),
        (replace(START, unit_files={"/etc/flower.env": ENVIRONMENT.replace("a:b", "a:c")}), "basic_auth"),
        (replace(START, unit_files={"/etc/flower.env": ENVIRONMENT.replace("h/0", "h/1")}), "CELERY_BROKER_URL"),
        (replace(START, config="port = 'x'"), "the next start will fail: port must be a number"),
        (replace(START, config="import logging"), "logging is a module"),
        (replace(START, unit=read_unit(UNIT.replace("5000", "6000"))), "max_tasks"),
        (replace(START, unit=read_unit(UNIT.replace("FLOWER_PORT=5555", "FLOWER_PORT=5556"))), "port"),
    ],
)  # fmt: skip
def test_running_matches_files_rejects(start: Start, said: str) -> None:
    with pytest.raises(AssertionError) as error:
        checks.test_running_options_match_the_files(running(start))
    assert said in error.value.args[0].observed
    assert ":pw@" not in str(error.value.args[0])


@pytest.mark.parametrize(
    "unit",
    [
        UNIT.replace("ExecStart=", "ExecStart=/bin/sh -c '. /etc/x; exec ") + "'",
        UNIT.replace("5000", "%i"),
        UNIT + "PassEnvironment=FLOWER_PORT\n",
    ],
)
def test_running_matches_files_says_nothing_of_what_a_text_does_not_tell(unit: str) -> None:
    checks.test_running_options_match_the_files(running(replace(START, unit=read_unit(unit))))


def test_options_known() -> None:
    checks.test_every_option_is_known(flower("--port=1", FLOWER_PASSWORD="x", FLOWER_VERSION="2", config="USERS = 1"))
    checks.test_every_option_is_known(flower(config="import os\nPORT = 5\nport = PORT\nx = os.getenv('FLOWER_PORTS')"))
    checks.test_every_option_is_known(flower("--auth=a@b.c", FLOWER_AUTH_REGEX="a@b.c"))
    for options, said in (
        (flower("--basicauth=a:b"), "--basic_auth"),
        (flower("--ip=127.0.0.1"), "--ip"),
        (flower("--loglevel=info"), "--loglevel"),
        (flower(FLOWER_AUTH_REGEX="a@b.c"), "FLOWER_AUTH"),
        (flower(FLOWER_MAX_TASK="5"), "FLOWER_MAX_TASKS"),
        (flower(config="PORT = 5"), "lower case"),
        (flower(config="max_task = 5"), "max_tasks"),
        (flower("--read_only", release="2.0.1"), "read_only"),
    ):
        with pytest.raises(AssertionError) as error:
            checks.test_every_option_is_known(options)
        assert said in error.value.args[0].observed


def test_no_shadowing() -> None:
    checks.test_no_option_is_set_twice(flower("--port=1", FLOWER_PORT="1", config="port = 1"))
    with pytest.raises(AssertionError, match=r"port from FLOWER_PORT is overridden by /a/f.py:1 \(2 there, 3 here\)"):
        checks.test_no_option_is_set_twice(flower(FLOWER_PORT="2", config="port = 3"))
    with pytest.raises(AssertionError) as error:
        checks.test_no_option_is_set_twice(flower("--basic_auth=u:secret1", FLOWER_BASIC_AUTH="u:secret2"))
    assert "secret" not in str(error.value.args[0])


def test_booleans_honoured() -> None:
    checks.test_booleans_mean_what_they_say(flower(FLOWER_PERSISTENT="True", release="1.2.0"))
    with pytest.raises(AssertionError, match="turns persistent ON"):
        checks.test_booleans_mean_what_they_say(flower(FLOWER_PERSISTENT="False", release="1.2.0"))
    with pytest.raises(NotApplicable):
        checks.test_booleans_mean_what_they_say(flower(FLOWER_PERSISTENT="False"))


def test_cli_form() -> None:
    checks.test_command_line_is_honoured(flower("--port=1", "--persistent"))
    checks.test_command_line_is_honoured(flower("--broker=redis://h", release="0.9.7"))
    checks.test_command_line_is_honoured(flower(FLOWER_BROKER="redis://h", CELERY_BROKER_URL="redis://h"))
    for options in (
        flower("--broker=redis://:pw@h"),
        flower("-A", "proj"),
        flower("port=1", "--persistent"),
        flower(FLOWER_BROKER_URL="redis://:pw@h"),
        flower(config="broker_url = 'redis://:pw@h'"),
    ):
        with pytest.raises(AssertionError) as error:
            checks.test_command_line_is_honoured(options)
        assert "pw" not in str(error.value.args[0])


def test_debug_off() -> None:
    checks.test_debug_mode_is_off(DebugMode(on=False))
    with pytest.raises(AssertionError) as error:
        checks.test_debug_mode_is_off(DebugMode(on=True, observed="debug is on", where="/a/f.py:1"))
    assert error.value.args[0] == Finding("debug is on", wanted="off", where="/a/f.py:1")


def test_not_read_only_missing() -> None:
    checks.test_read_only_is_in_force_where_asked_for(flower("--read_only"))
    with pytest.raises(AssertionError, match=r"Flower 2\.0\.1 ignores it"):
        checks.test_read_only_is_in_force_where_asked_for(flower("--read_only=True", release="2.0.1"))
    with pytest.raises(AssertionError, match=r"Flower 1\.2\.0 ignores it"):
        checks.test_read_only_is_in_force_where_asked_for(flower(FLOWER_READ_ONLY="True", release="1.2.0"))
    with pytest.raises(AssertionError, match="ignores it"):
        checks.test_read_only_is_in_force_where_asked_for(flower(config="read_only = True", release="2.0.1"))
    for nobody_asks in (
        flower(),
        flower(FLOWER_READ_ONLY="False"),
        flower(FLOWER_READ_ONLY="False", release="2.0.1"),
        flower("--read_only=False", config="read_only = True"),
    ):
        with pytest.raises(NotApplicable):
            checks.test_read_only_is_in_force_where_asked_for(nobody_asks)


def test_read_only_that_was_asked_for_after_the_start() -> None:
    files = {"/etc/flower.env": f"{ENVIRONMENT}FLOWER_READ_ONLY=true\n"}
    with pytest.raises(AssertionError, match="Flower runs without it"):
        checks.test_read_only_is_in_force_where_asked_for(running(replace(START, unit_files=files)))
    newer = replace(START, config="read_only = True", config_changed=2000)
    with pytest.raises(Unobservable, match="changed after Flower had read it"):
        checks.test_read_only_is_in_force_where_asked_for(running(newer))
    checks.test_read_only_is_in_force_where_asked_for(running(replace(newer, config_changed=999)))
    with pytest.raises(NotApplicable):
        checks.test_read_only_is_in_force_where_asked_for(running(replace(newer, config="max_tasks = 5")))
