"""Effective options, held against what real Flower releases make of the same command line, environment and file.

The Flower of this environment is always asked.  FLOWER_RELEASES="2.0.1=/path/to/python 1.2.0=…" asks others too.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from flower_audit.parsers.celery_command_line import broker_given
from flower_audit.parsers.effective_options import effective_options
from flower_audit.parsers.flower_command import read_command
from flower_audit.parsers.flowerconfig import read_config

flower = pytest.importorskip("flower")

C = ["celery", "flower"]
CASES: list[dict[str, Any]] = [
    {"argv": C},
    {"argv": ["celery", "-b", "redis://h/1", "flower", "-port=5556"]},
    {"argv": ["celery", "-bredis://h/1", "--workdir", "/", "flower", "--port=5556"]},
    {"argv": [*C, "--port", "5556"]},
    {"argv": [*C, "--basic-auth=a:b", "--max_tasks=5"]},
    {"argv": [*C, "port=5557", "--basic-auth=a:b"]},
    {"argv": [*C, "foo", "--basic-auth=a:b"]},
    {"argv": [*C, "--broker=redis://x", "--basic-auth=a:b"]},
    {"argv": [*C, "--broker", "redis://x", "--basic_auth=a:b,c:d"]},
    {"argv": [*C, "-A", "proj", "-basic_auth=a:b"]},
    {"argv": [*C, "--persistent", "--debug=no", "--xheaders=0"]},
    {"argv": [*C, "--persistent", "True", "--basic_auth=a:b"]},
    {"argv": [*C, "--basic_auth="]},
    {"argv": [*C, "--basic_auth=a:b,c:d", "--basic_auth=e:f"]},
    {"argv": [*C, "-q", "-l", "info", "--loglevel=info", "--logging=debug", "--logfile=x"]},
    {"argv": ["celery", "-q", "flower", "--", "--port=4"]},
    {"argv": [*C, "--port=4", "--", "--address=4"]},
    {"argv": [*C, "--port=abc"]},
    {"argv": [*C, "---port=44"]},
    {"argv": [*C, "auth", "--port=4"]},
    {"argv": [*C, "--url-prefix=/f/", "--purge_offline_workers=60", "--inspect_timeout=5"]},
    {"argv": C, "environ": {"FLOWER_PERSISTENT": "False", "BROKER_URL": "redis://q", "FLOWER_port": "7"}},
    {"argv": C, "environ": {"FLOWER_PERSISTENT": "", "CELERY_BROKER_URL": "redis://w/3"}},
    {"argv": C, "environ": {"FLOWER_PERSISTENT": "maybe"}},
    {"argv": C, "environ": {"FLOWER_XHEADERS": "on", "FLOWER_LOGGING": "debug", "FLOWER_LOG_FILE_PREFIX": "/x"}},
    {"argv": C, "environ": {"FLOWER_BASIC_AUTH": ""}},
    {"argv": C, "environ": {"FLOWER_BASIC_AUTH": "a:b,c:d", "FLOWER_BASICAUTH": "e:f"}},
    {"argv": C, "environ": {"FLOWER_PORT": "x"}},
    {"argv": [*C, "--port=1"], "environ": {"FLOWER_PORT": "2"}, "config": "port = 3"},
    {"argv": C, "environ": {"FLOWER_PORT": "2", "FLOWER_DB": "d"}, "config": "port = 3"},
    {"argv": C, "config": "BASIC_AUTH = ['a:b']\nPort = 4\npersistent = 'false'\nport = '77'"},
    {"argv": C, "config": "persistent = 1"},
    {"argv": C, "config": "max_tasks = 5.0"},
    {"argv": C, "config": "basic_auth = ('a:b',)"},
    {"argv": C, "config": "basic_auth = 'a:b,c:d'"},
    {"argv": C, "config": "basic_auth = None"},
    {"argv": C, "config": "port = None\nbroker_url = 'redis://z'\naddress = None"},
    {"argv": C, "config": "import os\nport = int(os.getenv('P', '1')) + 1\ndb = '%s/f' % os.environ['D']",
     "environ": {"D": "/d"}},
    {"argv": C, "config": "import os\nbasic_auth = [p.strip() for p in os.environ.get('U', '').split(';') if p]",
     "environ": {"U": "a:b; c:d;"}},
    {"argv": C, "config": "from os import environ as e, getenv\nu = e.get('U')\n"
     "basic_auth = [f'{u}:{getenv(\"P\")}']\nurl_prefix = 'x' if u == 'a' else 'y'",
     "environ": {"U": "a", "P": "b"}},
    {"argv": C, "config": "db = 'a'\nif db == 'a':\n    port = 8\nelse:\n    port = 9\n"
     "db += '.db'\nmax_tasks: int = 4"},
    {"argv": C, "config": "from os.path import join\ndb = join('/var', 'lib', 'f.db')\nxheaders = not False\n"
     "debug = 'x' in ('y', 'z')\naddress = '{}.{b}'.format('a', b=1)\nurl_prefix = '//x//'.strip('/')"},
    {"argv": C, "config": "try:\n    port = int('x')\nexcept ValueError:\n    port = 5\n"},
    {"argv": C, "config": "import logging\n"},
    {"argv": C, "config": "import os\ndef debug():\n    pass\n"},
    {"argv": C, "config": "import logging\nlogging = 'debug'\ndef format_task(task):\n    return task\n"},
    {"argv": C, "config": "for port in (1, 2, 3):\n    pass\n"},
    {"argv": C, "config": "basic_auth = ['a:b']\nbasic_auth.append('c:d')\nport = max(1, 2)"},
    {"argv": C, "config": "def port():\n    pass\nport = 9\ndel port"},
    {"argv": C, "config": "a, b = 'x:y', 'z:w'\nbasic_auth = [a, b]\nport = [1, 2][1]\ndb = 'abc'[1:]"},
    {"argv": C, "config": "import os\nos.environ['Z'] = 'db1'\ndb = os.environ['Z']"},
]  # fmt: skip

RELEASES = {flower.__version__: sys.executable} | dict(
    item.split("=", 1) for item in os.environ.get("FLOWER_RELEASES", "").split()
)


@pytest.fixture(scope="module", params=sorted(RELEASES), ids=lambda release: f"flower-{release}")
def answers(request: pytest.FixtureRequest) -> tuple[Version, list[dict[str, Any]]]:
    lines = "\n".join(json.dumps(case) for case in CASES)
    asked = subprocess.run(
        [RELEASES[request.param], "-W", "ignore", str(Path(__file__).parent / "oracle.py")],
        input=lines, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return Version(request.param), [json.loads(line) for line in asked.stdout.splitlines()]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_options_are_what_the_real_flower_makes_of_them(
    number: int, answers: tuple[Version, list[dict[str, Any]]]
) -> None:
    release, all_answers = answers
    case, answer = CASES[number], all_answers[number]
    environ = case.get("environ", {})
    config = read_config(case["config"], environ) if "config" in case else None
    found = effective_options(read_command(case["argv"]), environ, config, release)
    if "exit" in answer:
        assert [problem.kind for problem in found.problems if problem.kind == "refused"], "Flower refuses to start"
        return
    assert not [problem for problem in found.problems if problem.kind == "refused"]
    known = {name: given.value for name, given in found.options.items() if not given.unknown}
    real = {name: tuple(value) if isinstance(value, list) else value for name, value in answer["options"].items()}
    untold = {"cookie_secret", "format_task", "task_runtime_metric_buckets"}
    if known["debug"] and known["logging"] == "info":
        untold.add("logging")  # Flower raises it itself after reading its options
    assert {name: value for name, value in known.items() if name not in untold} == {
        name: real[name] for name in known if name not in untold
    }
    undecidable = {name for name, given in found.options.items() if given.unknown}
    assert len(undecidable) <= (2 if "append" in case.get("config", "") else 1), undecidable


def test_the_broker_is_the_one_the_real_celery_uses(answers: tuple[Version, list[dict[str, Any]]]) -> None:
    release, all_answers = answers
    compared = 0
    for case, answer in zip(CASES, all_answers, strict=True):
        if "-A" in case["argv"] or "exit" in answer or release < Version("1.0"):
            continue  # the application decides, or Flower refuses to start with these options
        url, _ = broker_given(case["argv"], case.get("environ", {}), "flower", legacy=False)
        real = answer["broker"]
        assert url.partition("://")[0] == real.partition("://")[0], case
        assert (url.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost") in real, case
        compared += 1
    assert compared > 20 or release < Version("1.0")
