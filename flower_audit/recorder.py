"""Results as they come in, from this process or from xdist's workers, and the one Report made of them."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import flower_audit
from flower_audit.model import AuditedTarget, Evidence, Outcome, Report, Result, Severity, Statement, Tool
from flower_audit.policy import Policy
from flower_audit.report.summary import summarise
from flower_audit.target import OPTION_OF_WAY, Target

WAY_NAMES = {
    "host": "The host can be reached",
    "url": "The public URL can be reached",
    "prometheus": "Prometheus can be reached",
    "alertmanager": "Alertmanager can be reached",
    "grafana": "Grafana can be reached",
}

NODE_ID = re.compile(r"(?P<area>[a-z]+)::(?P<slug>[a-z0-9-]+)\[(?P<target>.*)\]")


class Recorder:
    """Collects one result for each check and target, whichever process judged it."""

    def __init__(
        self, targets: Iterable[Target], policy: Policy, fail_on: Severity, allow_unknown: Collection[str] = ()
    ) -> None:
        self.started = datetime.now(UTC)
        self.targets = tuple(targets)
        self.policy = policy
        self.fail_on = fail_on
        self.allow_unknown = allow_unknown
        self._results: dict[tuple[str, str], Result] = {}
        self._not_run: dict[tuple[str, str], Result] = {}
        self._shut: dict[tuple[str, str], Result] = {}
        self._audited: dict[str, AuditedTarget] = {}

    def add(self, data: Mapping[str, Any]) -> None:
        """Take the result that a test report carries."""
        result = Result.model_validate(data["result"])
        if way := data.get("shut_way"):
            self._way_is_shut(result, way)
        else:
            self._results[result.check, result.target] = result

    def add_lost(self, node_id: str, reason: str) -> None:
        """Take a check whose worker process died: it is named, not lost."""
        if match := NODE_ID.fullmatch(node_id):
            check_id = f"{match['area']}.{match['slug']}"
            self._results[check_id, match["target"]] = Result(
                check=check_id,
                target=match["target"],
                outcome=Outcome.BUG,
                severity=Severity.CRITICAL,
                section="Troubleshooting",
                title="The check came to an end",
                message=f"the process that ran this check died: {reason}"[:500],
                fix="run it again without -n, and report what happens",
            )

    def add_lost_file(self, node_id: str, reason: str) -> None:
        """Take a file of checks that could not be imported: a bug on each target, for nobody knows what it held."""
        slug = re.sub(r"[^a-z0-9]+", "-", node_id.rpartition("/")[2].removesuffix(".py").lower()).strip("-") or "file"
        said = [line for line in reason.splitlines() if line.strip()][-1:] or ["no reason was given"]
        for target in self.targets:
            self._results[f"collection.{slug}", target.name] = Result(
                check=f"collection.{slug}",
                target=target.name,
                outcome=Outcome.BUG,
                severity=Severity.CRITICAL,
                section="Troubleshooting",
                title="Every file of checks can be read",
                message=f"{node_id}: {said[0]}"[:500],
                fix="mend or remove this file; its checks did not run",
            )

    def add_gathered(self, data: Mapping[str, Any]) -> None:
        """Take what a process knows besides its results: checks that were not asked for, and what was found."""
        for one in data.get("not_run", ()):
            result = Result.model_validate(one)
            self._not_run[result.check, result.target] = result
        for one in data.get("audited", ()):
            target = AuditedTarget.model_validate(one)
            known = self._audited.get(target.name)
            if known is None or len(target.requests) > len(known.requests):
                self._audited[target.name] = target

    def __len__(self) -> int:
        return len(self._results) + len(self._shut)

    def report(self) -> Report:
        """Everything so far as a Report, results in the order of their checks."""
        taken = {**self._not_run, **self._results}
        results = sorted([*taken.values(), *self._shut.values()], key=lambda one: (one.target, one.check))
        summary, gate = summarise(results, self.fail_on, self.allow_unknown)
        return Report(
            tool=Tool(version=flower_audit.__version__),
            started_at=self.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
            duration_s=round((datetime.now(UTC) - self.started).total_seconds(), 3),
            targets=tuple(self._audited.get(target.name) or _not_audited(target) for target in self.targets),
            summary=summary,
            gate=gate,
            policy=self.policy.model_dump()
            | ({"allow_unknown": ", ".join(self.allow_unknown)} if self.allow_unknown else {}),
            attestations=tuple(
                Statement(target=target.name, **one.model_dump(mode="json"))
                for target in self.targets
                for one in target.attestations
            ),
            results=tuple(results),
        )

    def _way_is_shut(self, result: Result, way: str) -> None:
        """One verdict for the way in, and the checks behind it as not run."""
        self._shut.setdefault(
            (way, result.target),
            result.model_copy(
                update={
                    "check": f"connection.{way}",
                    "severity": Severity.CRITICAL,
                    "title": WAY_NAMES.get(way, f"{way} can be reached"),
                    "section": "Troubleshooting",
                    "covers": (),
                    "why": "nothing that is only seen on this way could be looked at, so nothing is known of it",
                    "fix": "make this way in work from where pytest runs, or leave its option out",
                    "source": "",
                }
            ),
        )
        self._results[result.check, result.target] = result.model_copy(
            update={"outcome": Outcome.NOT_RUN, "message": f"see connection.{way}", "observed": "", "evidence": ()}
        )


def not_run(check: Any, target: Target, ways: Iterable[str]) -> Result:
    """A check that was never asked, with the option that would enable it."""
    options = " and ".join(dict.fromkeys(OPTION_OF_WAY[way] for way in sorted(ways)))
    return Result(
        check=check.id,
        target=target.name,
        outcome=Outcome.NOT_RUN,
        severity=check.severity,
        section=check.section,
        covers=check.covers,
        title=check.title,
        message=f"needs {options}",
        why=check.why,
        fix=check.fix,
        source=check.source,
    )


def audited(target: Target, gatherer: Any) -> AuditedTarget:
    """What was looked at on a target, how, and which versions were found."""
    clean = gatherer.redactor
    header = gatherer.header
    looked_as = ""
    if header:
        root = header.get("uid") == "0"
        login = header.get("login", "")
        looked_as = login if login == "root" else f"{login} with{' root' if root else 'out root'}"
        looked_as += f" (sudo refused: {gatherer.sudo_error})" if gatherer.sudo_error else ""
    found: dict[str, str] = {"about": target.about} if target.about else {}
    for fact in gatherer.known().values():
        versions = getattr(fact, "found", None)
        if isinstance(versions, Mapping):
            found |= {str(name): clean(str(value)) for name, value in versions.items()}
    if others := header.get("others", "").split():
        found["other Flower processes, not audited"] = " ".join(others[:8])
    if contained := header.get("contained", "").split():
        found["Flower in a container, not audited (it takes root: --sudo)"] = " ".join(contained[:8])
    return AuditedTarget(
        name=target.name,
        url=clean(target.url) if target.url else getattr(gatherer.known().get("site"), "url", None),
        connection=clean(target.connection) if target.connection else None,
        looked_as=clean(looked_as),
        ways=tuple(sorted(target.ways() - {"statement"})),
        found=dict(sorted(found.items())),
        active=target.active,
        requests=tuple(_without_excerpt(one, clean) for one in gatherer.requests),
    )


def _without_excerpt(one: Evidence, clean: Any) -> Evidence:
    return one.model_copy(update={"source": clean(one.source), "excerpt": ""})


def _not_audited(target: Target) -> AuditedTarget:
    return AuditedTarget(name=target.name, url=target.url, ways=tuple(sorted(target.ways() - {"statement"})))
