"""Unit files in the styles people write them, and what systemd 252 made of each when it started them."""

from pathlib import Path

import pytest

from flower_audit.parsers.systemd_unit import command_words, environment_at_start, read_unit

UNITS = Path(__file__).parent / "units"

EXPECTED: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "guide": (
        {
            "CELERY_BROKER_URL": "redis://your_redis_password_here@localhost:6379/0",
            "FLOWER_BASIC_AUTH": "admin:your_secure_password_here",
        },
        "celery",
        [
            "/opt/yourproject/venv/bin/flower",
            "--broker=redis://your_redis_password_here@localhost:6379/0",
        ],
    ),
    "continued": (
        {"A": "1", "B": "two words", "C": "three", "D": "4"},
        "app",
        ["/srv/venv/bin/celery", "-A", "proj", "flower", "--port=5555", "--basic_auth=ops:pa ss"],
    ),
    "shell": ({}, "", ["/bin/sh", "-c", ". /etc/flower.env && exec /srv/venv/bin/celery flower --port=${PORT}"]),
    "reset": (
        {"FLOWER_PORT": "2", "FLOWER_DB": "x"},
        "",
        ["/new/bin/celery", "flower", "--db=$FLOWER_DB"],
    ),
    "escapes": (
        {"P": "100%", "Q": 'a"b', "R": "its", "S": "A", "T": "tab\tx"},
        "",
        ["/v/bin/celery", "flower", "--db=/a b/c", "--auth=a|b", "--url_prefix=%x"],
    ),
    "user-variable": (
        {"User": "celery", "GROUP": "x"},
        "",
        ["/v/bin/celery", "-A", "app", "flower"],
    ),
    "module": (
        {},
        "",
        [
            "/usr/bin/env",
            "FLOWER_PORT=7",
            "/v/bin/python3",
            "-m",
            "flower",
            "-b",
            "redis://h",
            "flower",
            "--max_tasks=5",
        ],
    ),
    "spaces": ({"X": "1"}, "celery", ["/v/bin/celery", "flower", "--port=5"]),
    "split": (
        {"OPTS": "--port=5 --debug", "ONE": "1", "MORE": "--port=6 --persistent"},
        "",
        ["/v/bin/celery", "flower", "--port=6", "--persistent", "--port=6 --persistent", "x1y"],
    ),
    "credentials": ({"A": "2"}, "", ["/v/bin/celery", "flower"]),
}
"""Environment, User= and the words started, as `systemctl show` and the started program told them.

The first word is the file that is run; `spaces` was not started (its user does not exist there) but shown.
"""


@pytest.mark.parametrize("style", EXPECTED)
def test_styles_found_in_the_wild(style: str) -> None:
    environment, user, words = EXPECTED[style]
    unit = read_unit((UNITS / f"{style}.service").read_text())
    assert unit.environment() == environment
    assert unit.last("User") == user
    assert command_words(unit.all("ExecStart")[-1].value, unit.environment()) == words


def test_every_style_is_expected() -> None:
    assert {path.stem for path in UNITS.glob("*.service")} == set(EXPECTED)


def test_lines_that_are_none_are_told() -> None:
    assert read_unit((UNITS / "spaces.service").read_text()).malformed == (":5",)


def test_drop_ins_follow_the_fragment() -> None:
    unit = read_unit(
        "# /etc/systemd/system/flower.service\n[Service]\nUser=a\nExecStart=/a flower\nEnvironment=A=1\n\n"
        "# /etc/systemd/system/flower.service.d/x.conf\n# a comment\n[Service]\nUser=b\nExecStart=\n"
        "ExecStart=/b flower\nEnvironment=B=2\n"
    )
    assert unit.files == ("/etc/systemd/system/flower.service", "/etc/systemd/system/flower.service.d/x.conf")
    assert unit.last("User") == "b"
    assert [directive.value for directive in unit.all("ExecStart")] == ["/b flower"]
    assert unit.environment() == {"A": "1", "B": "2"}
    last = unit.all("Environment")[-1]
    assert (last.file, last.line) == ("/etc/systemd/system/flower.service.d/x.conf", 6)


def test_environment_files_stand_above_the_unit() -> None:
    unit = read_unit("[Service]\nEnvironment=A=1 B=1\nEnvironmentFile=-/etc/x\nEnvironmentFile=/etc/y\n")
    files = {"/etc/x": "A=2\nC='3 4'\n", "/etc/y": "C=5\n"}
    assert environment_at_start(unit, files) == {"A": "2", "B": "1", "C": "5"}


def test_environment_file_of_an_instance() -> None:
    unit = read_unit("[Service]\nEnvironmentFile=/etc/flower/common.env\nEnvironmentFile=-/etc/flower/%i.env\n")
    files = {"/etc/flower/common.env": "A=1\nB=1\n", "/etc/flower/prod.env": "B=2\n"}
    assert environment_at_start(unit, files) == {"A": "1", "B": "2"}


def test_variables_with_specifiers_are_named() -> None:
    unit = read_unit("[Service]\nEnvironment=A=%h/x\nEnvironment=B=100%%\n")
    assert unit.specifiers() == {"A"}


def test_other_sections_are_not_the_services() -> None:
    unit = read_unit("[Unit]\nUser=x\nAfter=a.service\n[Service]\nType=simple\n[Install]\nWantedBy=default.target\n")
    assert unit.last("User") == ""
    assert unit.last("WantedBy", "Install") == "default.target"


@pytest.mark.parametrize("text", ["", "\x00\x01", "[Service\nUser", "=x\n===", "[Service]\nExecStart=" + '"' * 999])
def test_hostile_text_is_read_to_its_end(text: str) -> None:
    unit = read_unit(text)
    assert unit.environment() == {}
