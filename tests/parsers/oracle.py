"""Ask a real Flower what its options are: run by the interpreter of the release, it serves nothing.

Each case is a JSON line on stdin, `{argv, environ, config}`; each answer a JSON line `{options, broker}`, or `{exit}`
where Flower refuses to start.  The real `celery` command parses everything; only the web application itself is
replaced, at the moment it would be made.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def main():
    """Answer every case in a child of its own, because Flower's options are global."""
    from celery.__main__ import main as celery
    from flower import command

    for line in sys.stdin:
        case = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            answer(case, celery, command, writing)
        os.close(writing)
        with os.fdopen(reading) as stream:
            text = stream.read()
        os.waitpid(child, 0)
        print(text or json.dumps({"exit": True}), flush=True)


def answer(case, celery, command, writing):
    """Become the Flower of one case, as far as the options, and never return."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if case.get("config") is not None:
            Path("flowerconfig.py").write_text(case["config"])
        for name in list(os.environ):
            if name.startswith(("FLOWER_", "CELERY_", "BROKER")):
                del os.environ[name]
        os.environ.update(case.get("environ", {}))

        def web(capp, options, **settings):
            found = {name: options[name] for name in options if name not in ("cookie_secret", "help")}
            broker = capp.connection().as_uri(include_password=True)
            oauth = settings.get("oauth")
            text = json.dumps({"options": found, "broker": broker, "oauth": oauth}, default=str)
            os.write(writing, text.encode())
            os.chdir("/")
            os._exit(0)

        command.Flower = web
        sys.argv = case["argv"]
        try:
            celery()
        finally:
            os.chdir("/")
            os._exit(1)


if __name__ == "__main__":
    main()
