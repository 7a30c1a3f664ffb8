"""The broker that Celery itself would use, for command lines as people write them."""

import pytest

from flower_audit.parsers.celery_command_line import DEFAULT_BROKER, broker_given, environment_of, split_url, words_of

URL = "redis://:pw@a/1"


@pytest.mark.parametrize(
    ("words", "environ", "expected"),
    [
        ("celery -b redis://:pw@a/1 flower", {}, (URL, "-b")),
        ("celery -bredis://:pw@a/1 flower", {}, (URL, "-b")),
        ("celery --broker=redis://:pw@a/1 -A proj flower", {"CELERY_BROKER_URL": "redis://other"}, (URL, "-b")),
        ("celery flower --broker=redis://dropped", {}, (DEFAULT_BROKER, "default")),
        ("celery flower --broker=redis://dropped", {"CELERY_BROKER_URL": URL}, (URL, "CELERY_BROKER_URL")),
        ("celery -A proj flower", {"BROKER_URL": URL, "CELERY_BROKER_URL": "redis://other"}, (URL, "BROKER_URL")),
        ("celery -A proj flower", {}, ("", "the application")),
        ("celery flower", {"APP": "proj"}, ("", "the application")),
    ],
)
def test_which_broker_flower_uses(words: str, environ: dict[str, str], expected: tuple[str, str]) -> None:
    assert broker_given(words.split(), environ, "flower", legacy=False) == expected


def test_celery_4_takes_its_options_after_the_subcommand() -> None:
    words = ["celery", "flower", "--broker=redis://:pw@a/1"]
    assert broker_given(words, {}, "flower", legacy=True) == (URL, "-b")


def test_the_old_flower_script_takes_them_everywhere() -> None:
    words = ["/venv/bin/python", "/venv/bin/flower", "--broker=redis://:pw@a/1"]
    assert broker_given(words, {}, "flower", legacy=False) == (URL, "-b")


@pytest.mark.parametrize(
    ("url", "host", "port", "database", "path", "defect"),
    [
        ("redis://:pw@h:6380/3", "h", 6380, "3", "", ""),
        ("redis://localhost", "localhost", 6379, "0", "", ""),
        ("rediss://:p%23w@[::1]:6390/0?ssl_cert_reqs=required", "::1", 6390, "0", "", ""),
        ("redis+socket:///run/redis/redis.sock?virtual_host=2", "localhost", 0, "2", "/run/redis/redis.sock", ""),
        ("amqp://u:p@h//", "h", 5672, "/", "", ""),
        ("amqp://u:p@h", "h", 5672, "/", "", ""),
        ("amqp://u:p@h/celery", "h", 5672, "celery", "", ""),
        ("redis://secret@h:6379/0", "h", 6379, "0", "", "in the place of the user name"),
        ("redis://:a/b@h:6379/0", "localhost", 6379, "b@h:6379/0", "", "port is no number"),
        ("redis://:${REDIS_PASSWORD}@h/0", "h", 6379, "0", "", "variable"),
        ('"redis://h/0"', "localhost", 0, "", "", "quotes"),
        ("redsi://h/0", "h", 0, "0", "", "no transport of kombu"),
    ],
)
def test_a_url_is_taken_apart_as_kombu_does(
    url: str, host: str, port: int, database: str, path: str, defect: str
) -> None:
    broker = split_url(url)
    if not defect:
        assert (broker.host, broker.port, broker.database, broker.path) == (host, port, database, path)
        assert broker.defects == []
    else:
        assert defect in " ".join(broker.defects)
        assert "secret" not in " ".join(broker.defects)


def test_a_password_is_decoded_and_stays_out_of_the_defects() -> None:
    assert split_url("redis://:p%40%2Fw@h/0").password == "p@/w"


def test_a_title_set_by_setproctitle_is_taken_apart() -> None:
    words = words_of(b"[celeryd: celery@shop:MainProcess] -active- (-A proj worker -E -b redis://h/0)\0\0\0")
    assert words[-1] == "redis://h/0"
    assert "worker" in words


def test_an_environment_may_hold_anything() -> None:
    assert environment_of(b"A=1\0B=x=y\0=odd\0\xff=z\0")["B"] == "x=y"
