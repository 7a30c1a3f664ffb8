"""The way to a host: testinfra's transports, with a deadline that testinfra itself does not have."""

import contextlib
import os
import re
import selectors
import shlex
import signal
import subprocess
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from flower_audit.errors import Unobservable, Unreachable, UsageError
from flower_audit.target import Target

SSH_ARGUMENTS = "-o BatchMode=yes -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlMaster=no"
"""Never ask, notice a dead peer, leave no master process behind: one round is one session anyway."""

ANSWER_CAP = 64_000_000
"""More than all commands of a round may say together; a target that says more is not believed, and not stored."""

SSH_COMPLAINTS = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "its SSH host key has changed; check why, then `ssh-keygen -R` the old key",
    ),
    (
        "Host key verification failed",
        "its SSH host key is not known; connect once with ssh and compare the fingerprint",
    ),
    ("Permission denied", "SSH refused the login; name a key with --ssh-identity-file or a config with --ssh-config"),
    ("Could not resolve hostname", "its name does not resolve"),
    ("Connection refused", "SSH is refused on that port"),
    ("No route to host", "there is no route to it"),
    ("Network is unreachable", "the network is unreachable"),
    ("timed out", "it does not answer"),
    ("No such container", "there is no such container"),
    ("command not found", "the client program is not installed on this machine"),
    (": not found", "the client program is not installed on this machine"),
)


class Connection:
    """One host reached through testinfra; counts its calls, and ends its children when it is closed."""

    def __init__(self, target: Target) -> None:
        from testinfra.backend import get_backend  # noqa: PLC0415 - an audit from outside never needs it
        from testinfra.host import Host  # noqa: PLC0415

        if not target.connection:
            raise UsageError(f"target {target.name} has no host connection")
        self.spec = target.connection
        self.calls = 0
        self._children: set[subprocess.Popen[bytes]] = set()
        try:
            # Not testinfra.get_host: its cache would hand out the same backend again, as we left it below.
            backend: Any = get_backend(
                target.connection,
                sudo=target.sudo,
                sudo_user=target.sudo_user,
                ssh_config=target.ssh_config,
                ssh_identity_file=target.ssh_identity_file,
                ssh_extra_args=" ".join(filter(None, [target.ssh_extra_args, SSH_ARGUMENTS])),
                timeout=max(1, int(target.timeout_s)),
            )
        except (RuntimeError, ImportError, ValueError) as error:
            raise UsageError(f"{target.name}: connection {safe_spec(target.connection)!r}: {error}") from error
        self._host = Host(backend)
        backend.set_host(self._host)
        self.sudo: bool = backend.sudo
        self.sudo_user: str | None = backend.sudo_user
        backend.sudo = False  # the script asks sudo itself, so that a refusal costs the facts that need it and no more
        backend.run_local = self._run_local
        self._backend = backend
        self._deadline = time.monotonic()

    def run(self, command: str, limit_s: float) -> tuple[bytes, bytes]:
        """Standard output and error of one command line.

        Unreachable: the transport failed, or gave no answer within `limit_s` seconds.
        """
        self.calls += 1
        self._deadline = time.monotonic() + limit_s
        answer: list[Any] = []

        def ask() -> None:
            try:
                answer.append(self._host.run(command))
            except Exception as error:  # noqa: BLE001 - carried over to the thread that asked
                answer.append(error)

        thread = threading.Thread(target=ask, daemon=True, name=f"flower-audit {safe_spec(self.spec)}")
        thread.start()
        thread.join(limit_s + 2)
        if not answer:
            raise Unreachable("host", f"{safe_spec(self.spec)} gave no answer within {limit_s:.0f} s")
        result = answer[0]
        if isinstance(result, Exception):
            foreign = type(result).__module__.partition(".")[0] not in {"builtins", "flower_audit"}
            if not foreign and not isinstance(result, RuntimeError | OSError | EOFError | Unobservable):
                raise result  # our own mistake, and no verdict about the host
            raise Unreachable("host", self._explain(str(result))) from result
        if result.rc != 0 and not result.stdout_bytes:
            raise Unreachable("host", self._explain(result.stderr_bytes.decode("utf-8", "replace")))
        return result.stdout_bytes, result.stderr_bytes

    def close(self) -> None:
        """End the children that still run; whoever waits for one reads the end of its output."""
        for child in list(self._children):
            _kill(child)

    def _run_local(self, command: str, *args: str) -> Any:
        line = self._backend.encode(self._backend.quote(command, *args))
        child = subprocess.Popen(  # noqa: S602 - testinfra's own command line, quoted by it
            line,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._children.add(child)
        try:
            stdout, stderr = _read_bounded(child, self._deadline)
        finally:
            _end(child)
            self._children.discard(child)
        return self._backend.result(child.returncode, line, stdout, stderr)

    def _explain(self, complaint: str) -> str:
        for sign, meaning in SSH_COMPLAINTS:
            if sign in complaint:
                return f"{safe_spec(self.spec)} could not be reached: {meaning}"
        if "no answer in time" in complaint or "longer than" in complaint:
            return f"{safe_spec(self.spec)} was given up: {complaint}"
        stderr = re.search(r"_?stderr=b?['\"](.*?)['\"][,)]", complaint)
        lines = [
            line for line in (stderr[1] if stderr else complaint).replace("\\n", "\n").splitlines() if line.strip()
        ]
        reason = lines[-1].strip()[:200] if lines else "no reason was given"
        return f"{safe_spec(self.spec)} could not be reached: {reason}"


def ssh_host_name(target: Target) -> str:
    """The name or address to which ssh connects for a target, as its configuration says.

    Shape: empty where the connection is not ssh's, where ssh is not installed, or where it goes over another host, from
    which a name may mean another machine than from here.
    """
    backend, _, rest = (target.connection or "").rpartition("://")
    host = urlsplit(f"ssh://{rest}").hostname
    if backend not in {"", "ssh"} or not host or host.startswith("-"):
        return ""
    command = ["ssh", *(["-F", target.ssh_config] if target.ssh_config else [])]
    try:
        command += [*shlex.split(target.ssh_extra_args or ""), "-G", host]
        done = subprocess.run(  # noqa: S603 - ssh as the auditor set it up; -G connects to nothing
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    told = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
    jumps = any(told.get(way, "none") != "none" for way in ("proxyjump", "proxycommand"))
    return "" if done.returncode or jumps else told.get("hostname", "")


def safe_spec(spec: str) -> str:
    """A host spec without the password it may carry."""
    return re.sub(r"//([^:@/]*):[^@/]*@", r"//\1:[redacted]@", spec)


def _read_bounded(child: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bytes]:
    """Both outputs of a child.  Unobservable: it did not end in time, or said more than a host has to say."""
    chunks: dict[Any, list[bytes]] = {child.stdout: [], child.stderr: []}
    total = 0
    with selectors.DefaultSelector() as selector:
        for pipe in chunks:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise Unobservable("no answer in time")
            for key, _ in ready:
                data = os.read(key.fd, 65_536)
                chunks[key.fileobj].append(data)
                total += len(data)
                if not data:
                    selector.unregister(key.fileobj)
            if total > ANSWER_CAP:
                raise Unobservable(f"the answer is longer than {ANSWER_CAP} bytes")
    try:
        child.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise Unobservable("no answer in time") from None
    return b"".join(chunks[child.stdout]), b"".join(chunks[child.stderr])


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _end(child: subprocess.Popen[bytes]) -> None:
    _kill(child)
    child.wait()
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()
