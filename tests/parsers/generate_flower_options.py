"""Write `flower_audit/parsers/flower_options.json` from real Flower releases.

Usage: generate_flower_options.py RELEASE=PYTHON[:FOLDER] …   where PYTHON is an interpreter that can import Flower's
dependencies, and FOLDER (optional) holds the release itself.  Nothing is started: only `flower.options` is imported.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "flower_audit" / "parsers" / "flower_options.json"

DUMP = """
import json, flower
from flower.options import options
table = {}
for option in options._options.values():
    # Random at every start, a function, and numbers that JSON cannot write (infinity): none of them is ever compared.
    told = option.name not in ("cookie_secret", "format_task", "task_runtime_metric_buckets")
    default = option.default if told else None
    kind = "function" if option.name == "format_task" else option.type.__name__
    table[option.name] = {"type": kind, "multiple": option.multiple, "default": default}
assert "port" in table
table.pop("help")
print(json.dumps({"release": flower.__version__, "options": table}))
"""


def main(arguments: list[str]) -> None:
    """Ask each release, refuse an interpreter that has another one, and write the table."""
    releases = {}
    for argument in arguments:
        release, _, rest = argument.partition("=")
        python, _, folder = rest.partition(":")
        environment = os.environ | ({"PYTHONPATH": folder} if folder else {})
        answer = subprocess.run(
            [python, "-W", "ignore", "-c", DUMP], env=environment, check=True, capture_output=True, text=True
        )
        found = json.loads(answer.stdout)
        if found["release"] != release:
            raise SystemExit(f"{python} has Flower {found['release']}, not {release}")
        releases[release] = dict(sorted(found["options"].items()))
    lines = ",\n".join(
        f' "{release}": {{\n'
        + ",\n".join(f'  "{name}": {json.dumps(option)}' for name, option in options.items())
        + "\n }"
        for release, options in releases.items()
    )
    TABLE.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
