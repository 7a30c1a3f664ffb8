"""The variables that `podman run` gives a container, from its command line and the files named there."""

from dataclasses import replace

import pytest
from packaging.version import Version

from flower_audit.parsers.container_run import given_to_container
from flower_audit.parsers.flower_start import Start, changed_since
from flower_audit.parsers.systemd_unit import read_unit, words

FILES = {"/etc/flower.env": '# of Flower\nA=1\n  B="quoted"\nHOME\nC=x=y\n'}


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("/usr/bin/podman run --env-file=/etc/flower.env flower", {"A": "1", "B": '"quoted"', "C": "x=y"}),
        ("/usr/bin/docker run --env-file /etc/flower.env -e A=2 flower", {"A": "2", "B": '"quoted"', "C": "x=y"}),
        ("docker run -e A --env=D=4 flower", {"D": "4"}),
        ("/usr/bin/podman run --env-file=/not/read flower", {}),
        ("/opt/flower/venv/bin/celery flower -e A=1", {}),
        ("", {}),
    ],
)
def test_given(command: str, given: dict[str, str]) -> None:
    assert given_to_container(words(command), FILES) == given


def test_a_file_that_was_changed_after_the_container_was_made() -> None:
    unit = read_unit("[Service]\nExecStart=/usr/bin/podman run --cidfile=%t/x --env-file=/e flower celery flower\n")
    start = Start(
        argv=("/usr/bin/python3", "/usr/local/bin/celery", "flower"),
        environ={"FLOWER_BASIC_AUTH": "ops:first", "FLOWER_PORT": "5555", "PATH": "/bin"},
        workdir="/data",
        unit=unit,
        unit_files={"/e": "FLOWER_BASIC_AUTH=ops:first\n"},
    )
    release = Version("2.2.0")
    assert changed_since(start, release) == ()
    second = replace(start, unit_files={"/e": "FLOWER_BASIC_AUTH=ops:second\n"})
    assert any("basic_auth" in sentence for sentence in changed_since(second, release))
