"""What the command that makes a container gives it."""

import posixpath
from collections.abc import Mapping, Sequence


def given_to_container(command: Sequence[str], files: Mapping[str, str]) -> dict[str, str]:
    """The variables that `podman run` or `docker run` gives a container; empty for any other command.

    Their files hold plain lines: quotes belong to the value.  What the image itself sets is not known here.
    Source: podman-run(1), `--env-file`; https://docs.docker.com/reference/cli/docker/container/run/#env
    """
    if not command or posixpath.basename(command[0]) not in {"podman", "docker", "nerdctl"}:
        return {}
    from_files: dict[str, str] = {}
    given: dict[str, str] = {}
    for place, word in enumerate(command):
        name, equals, value = word.partition("=")
        value = value if equals else "".join(command[place + 1 : place + 2])
        variable, told, text = value.partition("=")
        if name == "--env-file":
            lines = [line.lstrip() for line in files.get(value, "").split("\n")]
            pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
            from_files |= {pair[0]: pair[2] for pair in pairs}
        elif name in {"-e", "--env"} and told:
            given[variable] = text
    return from_files | given
