"""What was asked for on the command line and in the file: read, completed and refused before anything runs."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flower_audit import baseline
from flower_audit import configuration as configuration_file
from flower_audit.configuration import Configuration, nearest
from flower_audit.errors import UsageError
from flower_audit.model import Report, Severity
from flower_audit.report import FORMATS, prepare_folder
from flower_audit.resolve import DEMO, Overrides, resolve
from flower_audit.target import Account, Target

ALWAYS = ("json", "html")
"""The formats written into the folder whatever else is asked for."""

SINGLE = ("url", "connection", "prometheus", "rules", "alertmanager", "grafana", "unit", "ca")
DEMO_PASSWORD_VARIABLE = "FLOWER_AUDIT_DEMO_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that decides an audit.

    Shape: `formats` are names in FORMATS, written into `folder`; `printed` is one that goes to standard output, alone.
    """

    configuration: Configuration
    targets: tuple[Target, ...]
    fail_on: Severity
    folder: Path
    formats: tuple[str, ...]
    printed: str | None
    baseline: Report | None


def read(config: pytest.Config, closing: ExitStack) -> Asked:
    """What this process was asked for; what it starts for that is ended by `closing`.

    Raises UsageError for whatever cannot be done.
    """
    option = config.option
    configuration = _configuration(config)
    folder = Path(config.invocation_params.dir, option.flower_report or "reports")
    formats, printed = _formats(option.flower_format)
    old: Report | None = None
    worker_input: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker_input is not None:
        targets = tuple(Target.model_validate(one) for one in worker_input["flower_audit_targets"])
    else:
        targets = resolve(option.flower_host, configuration, _overrides(option))
        old = _baseline(config, folder, [target.name for target in targets])
        prepare_folder(folder)
        targets = tuple(_started(target, config, closing) for target in targets)
    return Asked(
        configuration=configuration,
        targets=targets,
        fail_on=Severity(option.flower_fail_on or configuration.fail_on),
        folder=folder,
        formats=formats,
        printed=printed,
        baseline=old,
    )


def _formats(wanted: list[str]) -> tuple[tuple[str, ...], str | None]:
    names = [name for one in wanted for name in one.split(",") if name]
    printed = [name.removesuffix(":-") for name in names if name.endswith(":-")]
    written = [name for name in names if not name.endswith(":-")]
    for name in (*written, *printed):
        if name not in FORMATS:
            raise UsageError(f"--flower-format={name}: no such format{nearest(name, list(FORMATS))}")
    if len(printed) > 1:
        raise UsageError(f"--flower-format: {' and '.join(printed)} cannot both go to standard output")
    return tuple(dict.fromkeys((*ALWAYS, *written))), printed[0] if printed else None


def _started(target: Target, config: pytest.Config, closing: ExitStack) -> Target:
    if target.name != DEMO or target.ways() - {"statement"}:
        return target
    from flower_audit.demo import start_demo  # noqa: PLC0415 - needs the extra flower-audit[demo]

    demo = closing.enter_context(start_demo())
    os.environ[DEMO_PASSWORD_VARIABLE] = demo.password
    closing.callback(os.environ.pop, DEMO_PASSWORD_VARIABLE, None)
    for name in ("lfplugin", "nfplugin", "stepwiseplugin"):
        if config.pluginmanager.has_plugin(name):  # the demo leaves no file but the report, not even a cache
            config.pluginmanager.unregister(name=name)
    return target.model_copy(
        update={
            "about": demo.engine,
            "url": demo.url,
            "http_url": demo.http_url,
            "connection": "local://",
            "process_id": demo.processes["flower"],
            "ca": str(demo.ca_file),
            "accounts": (Account(name=demo.user, password_env=DEMO_PASSWORD_VARIABLE),),
        }
    )


def _configuration(config: pytest.Config) -> Configuration:
    if named := config.option.flower_config:
        return configuration_file.load(Path(config.invocation_params.dir, named))
    for folder in (config.invocation_params.dir, config.rootpath):
        path = folder / configuration_file.FILE_NAME
        if path.is_file():
            return configuration_file.load(path)
    return Configuration()


def _baseline(config: pytest.Config, folder: Path, names: list[str]) -> Report | None:
    option = config.option
    if not option.flower_baseline:
        if option.flower_gate == "new":
            raise UsageError("--flower-gate=new needs --flower-baseline=FILE: new since when?")
        return None
    path = Path(config.invocation_params.dir, option.flower_baseline)
    old = baseline.load(path)
    baseline.refuse_strangers(old, names, f"--flower-baseline={option.flower_baseline}")
    if option.flower_gate == "new" and path.resolve() == (folder / FORMATS["json"].file_name).resolve():
        raise UsageError(
            f"--flower-baseline={option.flower_baseline} is the file that this audit writes, so a failure would be new "
            "once and known ever after: keep the baseline elsewhere"
        )
    return old


def _overrides(option: Any) -> Overrides:
    timeout_s = option.flower_timeout
    if timeout_s is not None and not 0 < timeout_s <= 600:
        raise UsageError(f"--flower-timeout={timeout_s:g}: give seconds between 0 and 600")
    testinfra_options = {
        name: getattr(option, name, None) for name in ("ssh_config", "ssh_identity_file", "ssh_extra_args")
    }
    return Overrides(
        single={name: value for name in SINGLE if (value := getattr(option, f"flower_{name}"))},
        every={
            **testinfra_options,
            "sudo": getattr(option, "sudo", False) or None,
            "sudo_user": getattr(option, "sudo_user", None),
            "timeout_s": timeout_s,
            "active": option.flower_active or None,
        },
        user=option.flower_user,
    )
