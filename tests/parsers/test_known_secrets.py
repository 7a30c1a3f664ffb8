"""Which secrets a Flower holds, and which files have one written out."""

import pytest

from flower_audit.parsers.flower_start import Start
from flower_audit.parsers.known_secrets import known_secrets, names_with_secrets


def test_secrets_of_a_running_flower() -> None:
    start = Start(
        argv=("celery", "-b", "redis://:from-argv@h", "flower", "--cookie_secret=c00kie-secret"),
        environ={
            "CELERY_BROKER_URL": "redis://:pw%40broker@h/0",
            "FLOWER_BASIC_AUTH": "ops:Zk3-vq9Lp2,admin:changeme,dev:abc",
            "FLOWER_OAUTH2_SECRET": "GOCSPX-8Jk2nM4pQ7rT",
            "HOME": "/root-of-something",
        },
        workdir="/",
        config="oauth2_secret = 'written-in-file'\nimport os\nbasic_auth = ['x:' + os.environ['MISSING']]",
    )
    assert known_secrets(start) == {
        "pw%40broker",
        "pw@broker",
        "Zk3-vq9Lp2",
        "GOCSPX-8Jk2nM4pQ7rT",
        "c00kie-secret",
        "written-in-file",
    }


@pytest.mark.parametrize(
    ("text", "python", "names"),
    [
        ("basic_auth = ['a:b']\nport = 1", True, ("basic_auth",)),
        ("cookie_secret = 'x'\noauth2_secret = 'y'", True, ("cookie_secret", "oauth2_secret")),
        ("broker_api = 'http://u:p@h:15672/api/'", True, ("broker_api",)),
        ("broker_url = 'redis://:pw@h'", True, ("broker_url",)),
        ("DB_PASSWORD = 'x'", True, ("DB_PASSWORD",)),
        ("import os\nbasic_auth = os.environ['A']\nport = 1\nbroker_api = 'http://h:15672/api/'", True, ()),
        ("basic_auth = []", True, ()),
        ("FLOWER_BASIC_AUTH=a:b\nFLOWER_PORT=1", False, ("FLOWER_BASIC_AUTH",)),
        ("# FLOWER_BASIC_AUTH=a:b\nFLOWER_PORT=1", False, ()),
    ],
)
def test_files_that_hold_one(text: str, python: bool, names: tuple[str, ...]) -> None:
    assert names_with_secrets(text, python=python) == names
