"""What holds a secret, and what only looks as if it did."""

import pytest

from flower_audit.parsers.environment_file import read_environment_file
from flower_audit.parsers.secret_names import holds_secret, secrets_in_words, url_holds_password


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLOWER_BASIC_AUTH", "a:b"),
        ("FLOWER_OAUTH2_SECRET", "GOCSPX-1"),
        ("FLOWER_COOKIE_SECRET", "'abc'"),
        ("CELERY_BROKER_URL", "redis://:pw@h/0"),
        ("BROKER_URL", "sentinel://h:1;sentinel://:pw@h:2"),
        ("DB_PASSWORD", "x"),
        ("SECRET_KEY", "x"),
        ("API_TOKEN", "x"),
        ("ANYTHING", "amqp://u:p%40w@h//"),
    ],
)
def test_secrets(name: str, value: str) -> None:
    assert holds_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLOWER_PORT", "5555"),
        ("CELERY_BROKER_URL", "redis://h/0"),
        ("CELERY_BROKER_URL", "redis://user@h/0"),
        ("DB_PASSWORD_FILE", "/run/secrets/db"),
        ("DB_PASSWORD", "/run/secrets/db"),
        ("DB_PASSWORD", "${DB_PASSWORD}"),
        ("DB_PASSWORD", ""),
        ("USE_TOKEN", "true"),
        ("OLDPWD", "/root"),
        ("PASSENGER", "yes please"),
        ("CELERY_BROKER_URL", "redis://:${PW}@h/0"),
    ],
)
def test_no_secrets(name: str, value: str) -> None:
    assert not holds_secret(name, value)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (["celery", "flower", "--basic_auth=a:b"], ("--basic_auth",)),
        (["celery", "flower", "--basic-auth", "a:b"], ("--basic-auth",)),
        (["celery", "-b", "redis://:pw@h", "flower"], ("a URL that holds a password",)),
        (["celery", "--broker=redis://:pw@h", "flower"], ("--broker= with a URL that holds a password",)),
        (["sh", "-c", "exec celery -b amqp://a:b@h flower"], ("a URL that holds a password",)),
        (["env", "FLOWER_BASIC_AUTH=a:b", "celery", "flower"], ("FLOWER_BASIC_AUTH=",)),
        (["redis-cli", "-a", "pw", "ping"], ("redis-cli -a",)),
        (["/usr/bin/valkey-cli", "-a", "pw", "ping"], ("valkey-cli -a",)),
        (["curl", "-u", "a:b", "http://h"], ("curl -u",)),
        (["app", "--password", "pw"], ("--password",)),
        (["app", "--password-file=/x", "--password", "/run/secrets/x", "--token=$TOKEN"], ()),
        (["app", "--basic_auth=", "--secret", "--verbose"], ()),
        (["celery", "-b", "redis://h", "flower"], ()),
        (["sshd: audit@pts/0"], ()),
        (["nginx: worker process"], ()),
        ([], ()),
    ],
)
def test_command_lines(line: list[str], found: tuple[str, ...]) -> None:
    assert secrets_in_words(line) == found
    assert not any("pw" in name for name in secrets_in_words(line) if "password" not in name)


def test_urls_that_are_none() -> None:
    assert not url_holds_password("http://[::1")
    assert not url_holds_password("a@b:c")


def test_environment_files() -> None:
    text = """# comment
; another
FLOWER_PORT=5555
export FLOWER_DB = "/var/lib/flower db"
QUOTED='a "b" $c'
ESCAPED="a\\"b"
LONG=one\\
two
  INDENTED=x
not a variable
=empty
FLOWER_PORT=5556
EMPTY=
"""
    assert read_environment_file(text) == {
        "FLOWER_PORT": "5556",
        "FLOWER_DB": "/var/lib/flower db",
        "QUOTED": 'a "b" $c',
        "ESCAPED": 'a"b',
        "LONG": "onetwo",
        "INDENTED": "x",
        "EMPTY": "",
    }
