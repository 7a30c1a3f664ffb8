"""A check on a target as a pytest item: facts in setup, the asserts in call, one verdict."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from flower_audit import catalogue
from flower_audit.check import Check, Finding
from flower_audit.configuration import Waiver
from flower_audit.errors import Manual, NotApplicable, NotAsked, Unobservable, Unreachable, UsageError
from flower_audit.gather import Gatherer
from flower_audit.model import Evidence, Outcome, Result
from flower_audit.target import Target

EVIDENCE_KEPT = 8


class CheckItem(pytest.Item):
    """One check on one target.  Its node id is `area::slug[target]`, so that pytest prints a line of dots an area."""

    def __init__(
        self,
        *,
        check: Check,
        function: Callable[..., None],
        target: Target,
        gatherer_of: Callable[[Target], Gatherer],
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.check = check
        self.target = target
        self.verdict = Outcome.BUG
        self.finding = Finding("the check did not come to an end")
        self.shut_way: str | None = None
        self.waiver: Waiver | None = None
        self.waiver_remark = ""
        self._function = function
        self._gatherer_of = gatherer_of
        self._arguments: dict[str, Any] = {}
        self.extra_keyword_matches.update({check.id, check.area, target.name, str(check.severity)})

    def ways_missing(self) -> frozenset[str]:
        """The ways in that the check needs and the target does not have."""
        return catalogue.ways_needed(self.check) - self.target.ways()

    def setup(self) -> None:
        """Observe; what cannot be observed decides already."""
        with self._judging(asserting=False):
            self._arguments = self._gatherer_of(self.target).facts_for(self.check.facts)

    def runtest(self) -> None:
        """Judge."""
        with self._judging(asserting=True):
            self._function(**self._arguments)
            self._conclude(Outcome.PASS, "")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:  # noqa: ARG002 - pytest's signature
        """One line for a finding; the traceback only where the mistake is ours."""
        if self.verdict is Outcome.BUG:
            return str(excinfo.getrepr(style="short"))
        return f"{self.check.id} [{self.target.name}] {self.verdict}: {self.finding}"

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where pytest says the check stands."""
        return self.path, None, f"{self.check.id}[{self.target.name}]"

    def result(self, duration_s: float) -> Result:
        """The verdict with its evidence, free of secrets."""
        gatherer = self._gatherer_of(self.target)
        clean = gatherer.redactor
        finding = self.finding
        outcome = self.verdict
        message = str(finding)
        if outcome is Outcome.FAIL and self.waiver_remark:
            outcome = Outcome.WAIVED if self.waiver else Outcome.FAIL
            message = f"{message}; {self.waiver_remark}"
        evidence = most_telling(gatherer.evidence_for(self.check.facts), finding)
        return Result(
            check=self.check.id,
            target=self.target.name,
            outcome=outcome,
            severity=self.check.severity,
            section=self.check.section,
            covers=self.check.covers,
            title=self.check.title,
            message=clean(message),
            observed=clean(finding.observed),
            wanted=clean(finding.wanted),
            where=clean(finding.where),
            why=self.check.why,
            fix=clean(finding.fix or self.check.fix),
            source=self.check.source,
            evidence=tuple(
                one.model_copy(update={"source": clean(one.source), "excerpt": clean(one.excerpt)}) for one in evidence
            ),
            duration_s=duration_s,
        )

    @contextmanager
    def _judging(self, *, asserting: bool) -> Iterator[None]:
        try:
            yield
        except NotApplicable as error:
            self._conclude(Outcome.NOT_APPLICABLE, error)
            pytest.skip(str(error))
        except NotAsked as error:
            self._conclude(Outcome.NOT_RUN, error)
            pytest.skip(str(error))
        except Manual as error:
            self._conclude(Outcome.MANUAL, error)
            pytest.skip(str(error))
        except (Unobservable, UsageError) as error:
            self.shut_way = error.way if isinstance(error, Unreachable) else None
            self._conclude(Outcome.UNKNOWN, error)
            raise
        except AssertionError as error:
            # In setup it is a parser's own assert: a mistake of ours, and no finding.
            self._conclude(Outcome.FAIL if asserting else Outcome.BUG, error.args[0] if error.args else error)
            raise
        except Exception as error:
            self._conclude(Outcome.BUG, f"{type(error).__name__}: {error}")
            raise

    def _conclude(self, outcome: Outcome, reason: object) -> None:
        self.verdict = outcome
        # Where a module of somebody's own checks lacks PYTEST_DONT_REWRITE, pytest appends how it saw the values.
        self.finding = reason if isinstance(reason, Finding) else Finding(str(reason).partition("\nassert ")[0])


def most_telling(evidence: Sequence[Evidence], finding: Finding) -> tuple[Evidence, ...]:
    """As much evidence as a result keeps: what the finding speaks of first, otherwise in the order it came."""
    places = [word for word in f"{finding.where} {finding.observed}".split() if "/" in word and len(word) > 3]
    spoken_of = [one for one in evidence if any(place.strip(",;()") in one.source for place in places)]
    rest = [one for one in evidence if one not in spoken_of]
    return tuple([*spoken_of, *rest][:EVIDENCE_KEPT])
