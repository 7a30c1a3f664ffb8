"""Command lines that start Flower, in the forms people and service managers write them."""

import pytest
from packaging.version import Version

from flower_audit.parsers.flower_command import Flag, read_command
from flower_audit.parsers.flower_options import options_of

NAMES = options_of(Version("2.2.0"))


def flags(line: list[str]) -> list[tuple[str, str | None]]:
    return [(flag.name, flag.text) for flag in read_command(line).flags(NAMES)]


@pytest.mark.parametrize(
    ("line", "form", "expected"),
    [
        ("/v/bin/python3 /v/bin/celery -A app flower --port=1", "celery", [("port", "1")]),
        ("/v/bin/celery --app=flower flower --url-prefix=/f", "celery", [("url_prefix", "/f")]),
        ("celery -A flower flower -port=1", "celery", [("port", "1")]),
        ("celery --broker redis://h/0 --workdir /srv flower --persistent", "celery", [("persistent", None)]),
        ("python3.11 -m celery -A app flower --max_tasks=5", "celery", [("max_tasks", "5")]),
        ("python -u -m flower -b redis://h flower --debug", "python -m flower", [("debug", None)]),
        ("/usr/bin/python3 /usr/local/bin/flower --port=1 --broker=redis://h", "flower", [("port", "1")]),
        ("env FLOWER_PORT=1 celery flower", "celery", []),
        ("ddtrace-run celery -A app flower --port=1", "celery", [("port", "1")]),
        ("poetry run celery flower --port=1", "celery", [("port", "1")]),
        ("celery -A app worker -l info", "unknown", []),
        ("celery -A flower worker", "unknown", []),
        ("celery multi start flower", "unknown", []),
        ("nginx -g daemon off;", "unknown", []),
        ("", "unknown", []),
    ],
)
def test_forms(line: str, form: str, expected: list[tuple[str, str | None]]) -> None:
    assert read_command(line.split()).form == form
    assert flags(line.split()) == expected


@pytest.mark.parametrize(
    ("script", "port", "sources"),
    [
        ("celery -A app flower --port=7", "7", ()),
        (". /etc/flower.env && exec celery flower --port=7", "7", ("/etc/flower.env",)),
        ("cd /srv; source venv/bin/activate; celery flower --port=7 >> /var/log/x 2>&1", "7", ("venv/bin/activate",)),
        ("set -a\n. ./.env\nset +a\nFLOWER_DB=x celery flower '--port=7'", "7", ("./.env",)),
        ("until celery inspect ping; do sleep 1; done; celery flower --port=7", "7", ()),
    ],
)
def test_shell_wrappers(script: str, port: str, sources: tuple[str, ...]) -> None:
    found = read_command(["/bin/sh", "-c", script])
    assert found.form == "celery"
    assert Flag(name="port", text=port) in found.flags(NAMES)
    assert found.sources == sources


def test_what_a_wrapper_assigns() -> None:
    found = read_command(["bash", "-lc", "export FLOWER_PORT=9; CELERY_BROKER_URL=redis://h celery flower"])
    assert dict(found.assigned) == {"FLOWER_PORT": "9", "CELERY_BROKER_URL": "redis://h"}


def test_an_unfinished_script_is_unknown() -> None:
    assert read_command(["sh", "-c", "celery flower 'oops"]).form == "unknown"


def test_what_flower_drops_is_named_without_its_value() -> None:
    found = read_command(
        ["celery", "flower", "--broker=redis://:pw@h", "-bredis://:pw@h", "-A", "app", "--nonsense=pw", "--port=1"]
    )
    assert found.dropped(NAMES) == ("--broker", "-b", "-A", "--nonsense")


def test_where_reading_stops() -> None:
    assert read_command(["celery", "flower", "port=1", "--debug"]).stopped_at(NAMES) == "port=1"
    assert read_command(["celery", "flower", "nothing", "--debug"]).stopped_at(NAMES) == ""
    assert read_command(["celery", "flower", "--debug", "port=1"]).stopped_at(NAMES) == ""
