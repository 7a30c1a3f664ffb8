"""From what was typed after `--flower-host` to targets; every mistake is found here, before anything runs."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flower_audit.configuration import Configuration, nearest
from flower_audit.connection import Connection, safe_spec
from flower_audit.errors import UsageError
from flower_audit.target import Account, Target
from flower_audit.trust import verifying_context

CONNECTIONS = (
    "ssh",
    "paramiko",
    "docker",
    "podman",
    "kubectl",
    "openshift",
    "lxc",
    "local",
    "ansible",
    "salt",
    "chroot",
)
"""testinfra's transports that this audit speaks: all with a POSIX shell that write nothing on the target."""

PASSWORD_VARIABLE = "FLOWER_AUDIT_PASSWORD"  # noqa: S105 - the name of a variable
DEMO = "demo"

HOST_NAME = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)(?::\d{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """The `--flower-…` options that change a target.

    Shape: `single` may be given for one target only, for they name one thing; `every` hold for all targets.
    """

    single: Mapping[str, Any] = field(default_factory=dict)
    every: Mapping[str, Any] = field(default_factory=dict)
    user: str | None = None


def resolve(hosts: Sequence[str], configuration: Configuration, overrides: Overrides) -> tuple[Target, ...]:
    """The targets that were asked for, `demo` among them as a name without ways in.

    Raises UsageError for whatever cannot be a target.
    """
    if overrides.single and len(set(hosts)) > 1:
        options = ", ".join(f"--flower-{name}" for name in overrides.single)
        raise UsageError(
            f"{options} would hold for {len(set(hosts))} targets; write them into flower-audit.yml, one target each"
        )
    targets = [_with_overrides(_target(host, configuration), overrides) for host in dict.fromkeys(hosts)]
    names = [target.name for target in targets]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UsageError(f"the target {sorted(twice)[0]!r} was named twice")
    for target in targets:
        if target.name != DEMO or target.ways() - {"statement"}:
            _check(target)
    return tuple(targets)


def _target(host: str, configuration: Configuration) -> Target:
    if access := configuration.targets.get(host):
        return Target(name=host, **access.model_dump())
    if host == DEMO:
        return Target(name=DEMO)
    scheme, separator, _ = host.partition("://")
    if separator:
        if scheme in {"http", "https"}:
            return Target(name=_url_name(host), url=host)
        if scheme in CONNECTIONS:
            return Target(name=_spec_name(host), connection=host)
        known = [f"{name}://" for name in ("https", "http", *CONNECTIONS)]
        raise UsageError(
            f"--flower-host={safe_spec(host)}: {scheme}:// is not spoken here{nearest(scheme + '://', known)}"
        )
    if configuration.targets and "." not in host and ":" not in host and host != "localhost":
        raise UsageError(f"--flower-host={host}: no target of that name{nearest(host, list(configuration.targets))}")
    if HOST_NAME.fullmatch(host) and ("." in host or ":" in host or host == "localhost"):
        return Target(name=host, url=f"https://{host}/")
    raise UsageError(
        f"--flower-host={host}: neither a URL, nor a host spec such as ssh://user@host, nor a host name with a domain, "
        f"nor a target of flower-audit.yml{nearest(host, [*configuration.targets, DEMO])}"
    )


def _with_overrides(target: Target, overrides: Overrides) -> Target:
    changes = {**overrides.every, **overrides.single}
    if overrides.user:
        changes["accounts"] = (*target.accounts, Account(name=overrides.user, password_env=PASSWORD_VARIABLE))
    return target.model_copy(update={name: value for name, value in changes.items() if value is not None})


def _check(target: Target) -> None:
    for name in ("url", "http_url", "prometheus", "rules", "alertmanager", "grafana"):
        if value := getattr(target, name):
            _check_url(target.name, name, value)
    if target.connection:
        scheme = target.connection.partition("://")[0]
        if "://" not in target.connection or scheme not in CONNECTIONS:
            known = [f"{name}://" for name in CONNECTIONS]
            raise UsageError(
                f"{target.name}: connection {safe_spec(target.connection)!r} is no host spec"
                f"{nearest(scheme + '://', known)}"
            )
        if urlsplit(target.connection).password is not None:
            raise UsageError(
                f"{target.name}: connection {safe_spec(target.connection)!r} holds a password, which every user "
                "of this machine could read from the process list; log in with a key"
            )
        if scheme not in {"local", "ansible"} and not urlsplit(target.connection).netloc:
            raise UsageError(f"{target.name}: connection {target.connection!r} names no host")
        Connection(target)  # opens nothing yet, but says when the transport is not installed
    if not target.ways() & {"host", "url", "prometheus"}:
        raise UsageError(f"{target.name}: there is no way in; give a url or a connection")
    for name in ("ca", "ssh_config", "ssh_identity_file"):
        if value := getattr(target, name):
            _check_readable(target.name, name, Path(value).expanduser())
    for account in target.accounts:
        if not os.environ.get(account.password_env):
            raise UsageError(
                f"{target.name}: the password of account {account.name!r} is read from the environment variable "
                f"{account.password_env}, which is not set"
            )


def _check_url(target: str, name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{target}: {name} {_without_password(url)!r}: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise UsageError(f"{target}: {name} {_without_password(url)!r} is no http(s) URL with a host")
    if parts.password is not None:
        raise UsageError(
            f"{target}: {name} holds a password; name the account with --flower-user (or accounts:) and put the "
            "password into an environment variable"
        )


def _check_readable(target: str, name: str, path: Path) -> None:
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise UsageError(f"{target}: cannot read {name} {path}: {error.strerror}") from error
    if name == "ca":
        verifying_context(str(path))


def _url_name(url: str) -> str:
    parts = urlsplit(url)
    return (parts.netloc.rpartition("@")[2] + parts.path.rstrip("/")) or url


def _spec_name(spec: str) -> str:
    parts = urlsplit(spec)
    return parts.netloc.rpartition("@")[2] or parts.scheme


def _without_password(url: str) -> str:
    return re.sub(r"(//[^:/@]*):[^@/]*@", r"\1:[redacted]@", url)
