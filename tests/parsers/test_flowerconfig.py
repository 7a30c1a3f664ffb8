"""flowerconfig.py in the styles people write them, none of them run: what names hold, or that it cannot be known."""

import time
from typing import Any

import pytest

from flower_audit.parsers.expression import Unknown
from flower_audit.parsers.flowerconfig import read_config

UNKNOWN = object()

FILES: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "guide": (
        '''
import os

# Broker configuration
broker_url = os.getenv("CELERY_BROKER_URL", "redis://localhost:6379/0")
port = 5555
address = "0.0.0.0"
persistent = True
db = "flower.db"
max_tasks = 10000
basic_auth = os.getenv("FLOWER_BASIC_AUTH")
''',
        {"FLOWER_BASIC_AUTH": "a:b"},
        {"broker_url": "redis://localhost:6379/0", "port": 5555, "persistent": True, "basic_auth": "a:b"},
    ),
    "environment with conversions": (
        '''
from os import environ, getenv as env
PORT = int(env("FLOWER_HTTP_PORT", 5555))
port = PORT
persistent = environ.get("PERSIST", "false").lower() in ("1", "true", "yes")
xheaders = bool(int(environ.get("BEHIND_PROXY", "1")))
basic_auth = ["%s:%s" % (environ["FLOWER_USER"], environ["FLOWER_PASS"])]
url_prefix = environ.get("SCRIPT_NAME", "").strip("/") or None
broker_api = "http://{user}:{password}@{}:15672/api/".format("rabbit", user="u", password=env("RABBIT_PW"))
''',
        {"FLOWER_USER": "u", "FLOWER_PASS": "p", "PERSIST": "TRUE", "RABBIT_PW": "x"},
        {"port": 5555, "persistent": True, "xheaders": True, "basic_auth": ["u:p"], "url_prefix": None,
         "broker_api": "http://u:x@rabbit:15672/api/"},
    ),
    "upper case, as in Django": (
        '''
BASIC_AUTH = ["admin:secret"]
PORT = 8888
ADDRESS = "127.0.0.1"
''',
        {},
        {"BASIC_AUTH": ["admin:secret"], "PORT": 8888, "port": None, "basic_auth": None},
    ),
    "the application's settings": (
        '''
import sys
sys.path.insert(0, "/srv/app")
from app.settings import FLOWER_USERS, REDIS_URL
from app import celery_app

basic_auth = ["{}:{}".format(u["name"], u["password"]) for u in FLOWER_USERS]
broker_api = celery_app.conf.broker_url.replace("amqp", "http")
max_tasks = 20000
''',
        {},
        {"basic_auth": UNKNOWN, "broker_api": UNKNOWN, "max_tasks": 20000},
    ),
    "everything imported": (
        '''
port = 5555
from local_settings import *
max_tasks = 100
''',
        {},
        {"port": UNKNOWN, "basic_auth": UNKNOWN, "max_tasks": 100},
    ),
    "per environment": (
        '''
import os
ENV = os.environ.get("APP_ENV", "dev")
if ENV == "production":
    basic_auth = [x.strip() for x in os.environ["FLOWER_USERS"].split(",") if x.strip()]
    address = "127.0.0.1"
elif ENV == "staging":
    basic_auth = ["staging:staging"]
else:
    debug = True
''',
        {"APP_ENV": "production", "FLOWER_USERS": "a:b, c:d,"},
        {"basic_auth": ["a:b", "c:d"], "address": "127.0.0.1", "debug": None},
    ),
    "on a condition of the host": (
        '''
import socket
port = 5555
if socket.gethostname().startswith("prod"):
    basic_auth = ["a:b"]
    port = 5555
else:
    debug = True
''',
        {},
        {"basic_auth": UNKNOWN, "debug": UNKNOWN, "port": 5555},
    ),
    "a secret from a file": (
        '''
from pathlib import Path
with open("/run/secrets/flower") as f:
    basic_auth = [f.read().strip()]
cookie_secret = Path("/run/secrets/cookie").read_text()
db = "/var/lib/flower/" + "flower.db"
''',
        {},
        {"basic_auth": UNKNOWN, "cookie_secret": UNKNOWN, "db": "/var/lib/flower/flower.db"},
    ),
    "dotenv and decouple": (
        '''
import os
from dotenv import load_dotenv
from decouple import config
load_dotenv()
basic_auth = os.getenv("FLOWER_BASIC_AUTH", "").split(",")
auth = os.getenv("NOT_THERE", "")
port = config("PORT", default=5555, cast=int)
''',
        {"FLOWER_BASIC_AUTH": "a:b,c:d"},
        {"basic_auth": ["a:b", "c:d"], "auth": UNKNOWN, "port": UNKNOWN},
    ),
    "local overrides": (
        '''
basic_auth = ["a:b"]
try:
    from flowerconfig_local import basic_auth, port
except ImportError:
    pass
max_tasks = 5
''',
        {},
        {"basic_auth": UNKNOWN, "port": UNKNOWN, "max_tasks": 5},
    ),
    "Python 2": (
        '''
# -*- coding: utf-8 -*-
import os
print "loading flower config"
port = 5555
try:
    basic_auth = [os.environ['FLOWER_AUTH']]
except KeyError, e:
    print e
oauth2_key = ur"key"
max_tasks = 010
persistent = True
''',
        {},
        {"port": 5555, "persistent": True, "basic_auth": UNKNOWN, "oauth2_key": UNKNOWN, "max_tasks": UNKNOWN},
    ),
    "built up": (
        '''
import os.path
BASE_DIR = os.path.dirname(os.path.abspath(__file__))
db = os.path.join(BASE_DIR, "data", "flower")
users = {"ops": "x1", "dev": "x2"}
basic_auth = []
basic_auth += ["ops:" + users["ops"]]
address, port = "127.0.0.1", 5555 + 1
auth = "|".join(["a@example.com", "b@example.com"])
tasks_columns = "name,uuid" if port > 5000 else "name"
certfile = keyfile = None
''',
        {},
        {"db": "/opt/app/data/flower", "basic_auth": ["ops:x1"], "port": 5556, "auth": "a@example.com|b@example.com",
         "tasks_columns": "name,uuid", "certfile": None},
    ),
    "changed behind its back": (
        '''
import os
os.environ["MODE"] = "x"
basic_auth = ["a:b"]
basic_auth.append(os.environ["EXTRA"])
globals()["port"] = 6000
address = os.environ["MODE"]

def helper():
    global debug
    debug = True
''',
        {"EXTRA": "c:d"},
        {"basic_auth": UNKNOWN, "port": UNKNOWN, "debug": UNKNOWN, "address": "x"},
    ),
    "functions, classes, loops": (
        '''
import json, time
time.sleep(1)

def format_task(task):
    return task

class Config:
    port = 1

for name in ("port", "address"):
    max_workers = 1
with open("x") as stream:
    data = json.load(stream)
while False:
    max_tasks = 1
port = Config.port
''',
        {},
        {"format_task": UNKNOWN, "max_workers": UNKNOWN, "data": UNKNOWN, "max_tasks": UNKNOWN, "port": UNKNOWN},
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", FILES)
def test_styles_found_in_the_wild(style: str) -> None:
    text, environ, expected = FILES[style]
    config = read_config(text, environ, "/opt/app/flowerconfig.py")
    for name, value in expected.items():
        assigned = config.get(name)
        held = assigned.value if assigned else None
        if value is UNKNOWN:
            assert isinstance(held, Unknown), f"{name} was guessed as {held!r}"
            assert held.reason
        else:
            assert held == value, name
            assert type(held) is type(value), name


def test_lines_are_told() -> None:
    assert read_config("\n\nport = 1\n", {}).names["port"].line == 3


def test_python2_is_noticed() -> None:
    assert read_config('port = 1\nprint "x"\n', {}).not_python3 == 2
    assert read_config("port = 1\n", {}).not_python3 == 0


@pytest.mark.parametrize(
    "text",
    [
        "x = 'a' * 10**9\nport = 1",
        "a = 'xxxxxxxxxxxxxxxx'\n" + "a = a + a\n" * 60 + "port = 1",
        "b = [[x for x in range(9)] for y in ()]\nport = 1",
        "a = '%1000000000d' % 1\nb = f'{1:>1000000000}'\nc = '{:>1000000000}'.format(1)\nport = 1",
        "a = ['x'] * 10\nb = " + "[z for z in [y for y in " * 20 + "a" + "]]" * 20 + "\nport = 1",
        "a = " + "-" * 500 + "1\nport = 1",
        "a = ''.join(['x' * 8])\nb = a.replace('', a)\nport = 1",
        "a = '{0.__class__}'.format(1)\nport = 1",
        "a = 2 ** 10 ** 10\nport = 1",
        "a = int('9' * 5000)\nport = 1",
    ],
)
def test_hostile_text_costs_nothing(text: str) -> None:
    began = time.monotonic()
    config = read_config(text, {})
    assert time.monotonic() - began < 10  # each would take hours or all memory
    port = config.get("port")
    assert port is not None
    assert port.value == 1
    assert all(len(str(held.value)) < 20_000 for held in config.names.values())


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "\x00", "if True:\n", "a = 'unclosed", "\ufeff= = =", "x" * 70_000 + " =", "a" + ".b" * 3000 + " = 1"],
)
def test_what_is_not_python_makes_everything_unknown_or_nothing(text: str) -> None:
    config = read_config(text, {})
    port = config.get("port")
    assert port is None or isinstance(port.value, Unknown)


def test_nothing_is_executed(tmp_path: Any) -> None:
    witness = tmp_path / "witness"
    read_config(f"open({str(witness)!r}, 'w').write('x')\n__import__('os').system('touch {witness}')\nport = 1", {})
    assert not witness.exists()
