"""One audit inside one pytest run: the hooks, and nothing that judges or observes."""

import os
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from typing import Any

import pytest

from flower_audit import baseline, catalogue, waivers
from flower_audit.asked import read
from flower_audit.catalogue import check_files
from flower_audit.check import check_of
from flower_audit.errors import UsageError
from flower_audit.gather import Gatherer
from flower_audit.items import CheckItem
from flower_audit.model import Outcome, Report, Result
from flower_audit.recorder import NODE_ID, Recorder, audited, not_run
from flower_audit.report import Written, render_to_print, write_reports
from flower_audit.target import Target

LETTERS = {
    Outcome.PASS: ".",
    Outcome.FAIL: "F",
    Outcome.BUG: "B",
    Outcome.UNKNOWN: "?",
    Outcome.WAIVED: "w",
    Outcome.MANUAL: "m",
    Outcome.NOT_APPLICABLE: "-",
    Outcome.NOT_RUN: "n",
}


def start(config: pytest.Config) -> None:
    """Read what was asked for, refuse what cannot be, and register the audit with pytest."""
    if not __debug__:
        raise pytest.UsageError(
            "flower-audit judges with assert, which python -O and PYTHONOPTIMIZE remove: run without them"
        )
    try:
        audit = Audit(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(audit, "flower_audit_run")
    if audit.asked.printed:
        _talk_on_stderr(config)
    config.option.continue_on_collection_errors = True  # one broken file of checks must not lose the others
    if config.option.tbstyle == "auto":  # pytest's own style parses the files of every traceback: seconds
        config.option.tbstyle = "native"
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = [str(path) for path in check_files()]


def _stopped_early(report: Report) -> Report:
    """The report of an audit that -x, --maxfail or Ctrl-C ended: what was not looked at cannot pass the gate."""
    said = report.gate.reason.partition(": ")[2] if not report.gate.passed else ""
    reason = "FAIL: stopped before all checks were run" + (f", {said}" if said else "")
    return report.model_copy(update={"gate": report.gate.model_copy(update={"passed": False, "reason": reason})})


def _talk_on_stderr(config: pytest.Config) -> None:
    """Leave standard output to the one format that goes there."""
    standard = config.pluginmanager.get_plugin("terminalreporter")
    if standard is not None:
        config.pluginmanager.unregister(standard)
        config.pluginmanager.register(pytest.TerminalReporter(config, sys.stderr), "terminalreporter")


class Audit:
    """The hooks of one audit, in the controlling process and in xdist's workers alike."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.worker_input: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._closing = ExitStack()
        config.add_cleanup(self._closing.close)
        asked = read(config, self._closing)
        self.asked = asked
        self.targets = asked.targets
        self.configuration = asked.configuration
        self.recorder = Recorder(
            self.targets, asked.configuration.policy, asked.fail_on, asked.configuration.allow_unknown
        )
        self.report: Report | None = None
        self.written: list[Written] = []
        self.printed: str | None = None
        self._gatherers: dict[str, Gatherer] = {}
        self._not_run: list[Result] = []
        self._wanted: dict[str, set[str]] = {target.name: set() for target in self.targets}
        self._others_failed = False

    # Collecting

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> list[CheckItem] | None:  # noqa: ARG002 - pytest's signature
        """Make an item of each check and target, whatever the user's own naming rules for tests are."""
        check = check_of(obj)
        if check is None:
            return None
        area, _, slug = check.id.partition(".")
        return [
            CheckItem.from_parent(
                collector,
                name=f"{slug}[{target.name}]",
                nodeid=f"{area}::{slug}[{target.name}]",
                check=check,
                function=obj,
                target=target,
                gatherer_of=self.gatherer,
            )
            for target in self.targets
        ]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out, by name, what no way in was given for; mark what is waived."""
        kept: list[pytest.Item] = []
        left_out: list[pytest.Item] = []
        try:
            for item in items:
                if not isinstance(item, CheckItem):
                    kept.append(item)
                elif missing := item.ways_missing():
                    left_out.append(item)
                    self._not_run.append(not_run(item.check, item.target, missing))
                else:
                    kept.append(item)
                    self._wanted[item.target.name].update(item.check.facts)
                    self._waive(item)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
        if left_out:
            config.hook.pytest_deselected(items=left_out)
        items[:] = kept

    def _waive(self, item: CheckItem) -> None:
        today = self.recorder.started.date()
        if waiver := waivers.best_of(self.configuration.waivers, item.check.id, item.target.name, today):
            item.waiver_remark = waivers.remark(waiver, today)
            if waivers.is_live(waiver, today):
                item.waiver = waiver
                item.add_marker(pytest.mark.xfail(reason=waiver.reason, raises=AssertionError, strict=False))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Name a file of checks that cannot be read; the others run."""
        if report.failed and self.worker_input is None:
            self.recorder.add_lost_file(report.nodeid, str(report.longrepr))

    # Observing

    def gatherer(self, target: Target) -> Gatherer:
        """The facts of a target, gathered the first time they are asked for."""
        gatherer = self._gatherers.get(target.name)
        if gatherer is None:
            gatherer = self._gatherers[target.name] = self._prepared(target)
            gatherer.gather()
        return gatherer

    def _prepared(self, target: Target) -> Gatherer:
        passwords = [os.environ.get(account.password_env, "") for account in target.accounts]
        names = self._wanted[target.name] - {"target", "policy"}
        gatherer = Gatherer(target, self.configuration.policy, names, passwords=passwords)
        self._closing.callback(gatherer.close)
        return gatherer

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Look at all targets at once; under xdist each worker looks at those it is given."""
        if self.worker_input is not None or session.config.option.collectonly or self._distributes(session.config):
            return
        wanted = [target for target in self.targets if self._wanted[target.name]]
        for target in wanted:
            self._gatherers[target.name] = self._prepared(target)
        if wanted:
            with ThreadPoolExecutor(min(8, len(wanted))) as pool:
                looks = [pool.submit(self._gatherers[target.name].gather) for target in wanted]
                self._say_progress(0, len(wanted))
                try:
                    for number, look in enumerate(as_completed(looks), 1):
                        look.result()
                        self._say_progress(number, len(wanted))
                except KeyboardInterrupt:
                    self._closing.close()  # ends the ssh children, on whose answers the threads wait
                    raise

    def _say_progress(self, done: int, total: int) -> None:
        """On a terminal only, and on one line: a log of a pipeline has no use for it."""
        reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and reporter.isatty:
            reporter.rewrite(f"looking: {done} of {total} target{'' if total == 1 else 's'}", erase=True)
            if done == total:
                reporter.rewrite("", erase=True)

    # Recording

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the verdict on the report, where it also travels from xdist's workers."""
        report = yield
        if isinstance(item, CheckItem) and (call.when == "call" or (call.when == "setup" and not report.passed)):
            report.flower_audit = {  # type: ignore[attr-defined] # pytest sends along what else a report holds
                "result": item.result(call.duration).model_dump(mode="json"),
                "shut_way": item.shut_way,
            }
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the verdict off the report."""
        if self.worker_input is not None:
            return
        if data := getattr(report, "flower_audit", None):
            self.recorder.add(data)
        elif report.failed and report.when not in {"setup", "call", "teardown"}:
            self.recorder.add_lost(report.nodeid, str(report.longrepr))
        elif report.failed:
            self._others_failed = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
        """Say outcomes in the audit's words; as a category of its own a finding is printed once, without traceback."""
        data = getattr(report, "flower_audit", None)
        if data is None:
            return None
        outcome = Outcome.NOT_RUN if data["shut_way"] else Outcome(data["result"]["outcome"])
        words = outcome.value.replace("_", " ")
        return words, LETTERS[outcome], words.upper()

    # Saying

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports and decide the exit status, or hand everything to xdist's controller."""
        gathered = {
            "not_run": [one.model_dump(mode="json") for one in self._not_run],
            "audited": [
                audited(target, self._gatherers[target.name]).model_dump(mode="json")
                for target in self.targets
                if target.name in self._gatherers
            ],
        }
        if self.worker_input is not None:
            self.config.workeroutput["flower_audit"] = gathered  # type: ignore[attr-defined] # xdist's own attribute
            return
        self.recorder.add_gathered(gathered)
        if exitstatus in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            return
        if self.config.option.collectonly:
            return
        if not len(self.recorder):
            if exitstatus != pytest.ExitCode.INTERRUPTED:
                session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
            return
        self.report = self._completed(self.recorder.report())
        if session.shouldfail or session.shouldstop or exitstatus == pytest.ExitCode.INTERRUPTED:
            self.report = _stopped_early(self.report)
        self.written = write_reports(self.report, self.asked.folder, self.asked.formats)
        if self.asked.printed:
            self.printed, lost = render_to_print(self.report, self.asked.printed)
            self.written += lost
        if exitstatus != pytest.ExitCode.INTERRUPTED:
            passed = (
                self.report.gate.passed and not self._others_failed and all(one.error is None for one in self.written)
            )
            session.exitstatus = pytest.ExitCode.OK if passed else pytest.ExitCode.TESTS_FAILED

    def _completed(self, report: Report) -> Report:
        """With what became of the waivers, and with what changed since the baseline."""
        names = {target.name for target in self.targets}
        told: dict[str, Any] = {}
        if self.configuration.waivers:
            told["waivers"] = waivers.states(
                self.configuration.waivers,
                report.results,
                checks=catalogue.ids(),
                targets=names | set(self.configuration.targets),
                audited=names,
                today=self.recorder.started.date(),
            )
        if self.asked.baseline:
            told["baseline"] = comparison = baseline.compare(self.asked.baseline, report)
            if self.config.option.flower_gate == "new":
                told["gate"] = baseline.gate(report, comparison, self.asked.fail_on, self.configuration.allow_unknown)
        return report.model_copy(update=told)

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The summary in place of tracebacks."""
        from flower_audit.report import terminal  # noqa: PLC0415 - a mistake in this renderer must not stop the audit

        if self.report is None:
            if self.worker_input is None and not self.config.option.collectonly:
                terminalreporter.write_line("flower-audit: no check was run, so nothing is known of the target")
            return
        writer = terminalreporter._tw  # pytest's own plugins do so; config's writer is the one of standard output
        terminalreporter.write_line("")
        try:
            page = terminal.render(self.report, width=writer.fullwidth, color=writer.hasmarkup)
        except Exception as error:  # noqa: BLE001 - the files are written already, and say all of it
            page = f"No summary (a bug in flower-audit): {type(error).__name__}\n{self.report.gate.reason}\n"
        terminalreporter.write(page)
        for one in self.written:
            terminalreporter.write_line(f"Report: {one.path}" if one.error is None else f"No report: {one.error}")
        if self.printed is not None:
            sys.stdout.write(self.printed)
            sys.stdout.flush()

    def pytest_report_header(self) -> list[str]:
        """Name the targets and the ways in."""
        return [
            f"flower-audit: {target.name} by {', '.join(sorted(target.ways() - {'statement'}))}"
            for target in self.targets
        ]

    # With xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker the targets: the demo runs once, here."""
        node.workerinput["flower_audit_targets"] = [target.model_dump(mode="json") for target in self.targets]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ARG002 - xdist's signature
        """Take what a worker knows besides its results."""
        if data := getattr(node, "workeroutput", {}).get("flower_audit"):
            self.recorder.add_gathered(data)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Give all checks of a target to one worker, so that the target is looked at once."""
        from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - xdist is there when this hook is called

        class OneWorkerForEachTarget(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
            def _split_scope(self, nodeid: str) -> str:
                match = NODE_ID.fullmatch(nodeid)
                return match["target"] if match else super()._split_scope(nodeid)

        return OneWorkerForEachTarget(config, log) if config.option.dist == "load" else None

    @staticmethod
    def _distributes(config: pytest.Config) -> bool:
        return getattr(config.option, "dist", "no") != "no"
