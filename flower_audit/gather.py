"""The gatherer: every fact that the selected checks name, each observed once.

Commands of one host go into one script for each round; requests run beside it.  Whatever goes wrong is kept in the
fact's place and raised where the fact is used, so that one broken parser blinds only the checks that need it.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Literal

from flower_audit import script
from flower_audit.connection import Connection
from flower_audit.errors import FlowerAuditError, NotApplicable, NotAsked, Unobservable, Unreachable
from flower_audit.model import Evidence
from flower_audit.observations import closure, observation, ways_needed
from flower_audit.policy import Policy
from flower_audit.probe import SUPPLIED, Observation, Output
from flower_audit.redact import Redactor
from flower_audit.target import Target

EXCERPT = 2000
ROUND_OVERHEAD_S = 30.0
ROUND_LIMIT_S = 300.0
PARALLEL = 16

Kind = Literal["command", "request", "handshake", "query", "statement"]


class Gatherer:
    """All facts of one target."""

    def __init__(
        self,
        target: Target,
        policy: Policy,
        names: Iterable[str],
        *,
        passwords: Iterable[str] = (),
        connect: Callable[[Target], Connection] = Connection,
    ) -> None:
        self.target = target
        self.policy = policy
        self.redactor = Redactor(passwords)
        self.header: Mapping[str, str] = {}
        self.sudo_error = ""
        self.requests: list[Evidence] = []
        self._connect = connect
        self._connection: Connection | None = None
        self._evidence: dict[str, list[Evidence]] = {}
        self._facts: dict[str, Future[Any]] = {}
        self._rounds: dict[int, Future[script.Answer]] = {}
        self._lock = threading.Lock()
        self._wanted = closure(names, target.ways())

    def gather(self) -> None:
        """Observe everything wanted, requests beside the host's script."""
        pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="flower-audit")
        try:
            # The slow ones first: what reaches over the network, then what is made of other facts.
            slow_first = sorted(self._wanted, key=lambda name: self._wanted[name].way is None)
            wait([pool.submit(self._settle, name) for name in slow_first])
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End what still runs."""
        if self._connection is not None:
            self._connection.close()

    @property
    def host_calls(self) -> int:
        """How many times the host was asked: at most two."""
        return self._connection.calls if self._connection else 0

    def facts_for(self, names: Mapping[str, bool], values: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The arguments of a check or a provider.

        Raises what stands in a required fact's place; an optional one is None where absent or out of reach.
        """
        return {name: self._argument(name, optional, name in values) for name, optional in names.items()}

    def evidence_for(self, names: Iterable[str]) -> tuple[Evidence, ...]:
        """What was run or requested for these facts; for a fact made of others, what was done for those."""
        found: list[Evidence] = []
        seen: set[str] = set()
        open_names = list(names)
        while open_names:
            name = open_names.pop(0)
            if name in seen or name not in self._wanted:
                continue
            seen.add(name)
            if own := self._evidence.get(name):
                found += own
            else:
                open_names += self._wanted[name].facts
        return tuple(found)

    def known(self) -> dict[str, Any]:
        """The facts that were observed, by name."""
        return {
            name: future.result()
            for name, future in self._facts.items()
            if future.done() and future.exception() is None
        }

    def _argument(self, name: str, optional: bool, value: bool) -> Any:
        if name == "policy":
            return self.policy
        if name == "target":
            return self.target
        if optional and not ways_needed(name) <= self.target.ways():
            return None
        settled = self._settle(name)
        error = settled.exception()
        if error is None:
            return settled.result()
        if value and isinstance(error, Unobservable):
            return error
        if optional and isinstance(error, Unreachable | NotApplicable | NotAsked):
            return None
        if isinstance(error, FlowerAuditError):
            error.__traceback__ = None  # it is raised for each who asks, and would grow by every way it took
        raise error

    def _settle(self, name: str) -> Future[Any]:
        """The fact's future, observed by this very thread unless another one is at it already."""
        with self._lock:
            future = self._facts.get(name)
            if future is not None:
                return future
            future = self._facts[name] = Future()
        try:
            future.set_result(self._observe(self._wanted.get(name) or observation(name)))
        except Exception as error:  # noqa: BLE001 - kept in the fact's place: one broken parser must lose nothing else
            future.set_exception(error)
        return future

    def _observe(self, declared: Observation) -> Any:
        if declared.command is not None:
            arguments = self._supply(declared, self._output(declared))
        else:
            arguments = self._supply(declared, None)
        return declared.provider(**arguments, **self.facts_for(declared.facts, declared.values))

    def _supply(self, declared: Observation, output: Output | None) -> dict[str, Any]:
        available = {
            "out": output,
            "target": self.target,
            "policy": self.policy,
            "trail": _Trail(self, declared.name),
        }
        return {name: available[name] for name in declared.supplied & SUPPLIED}

    def _output(self, declared: Observation) -> Output:
        answer = self._answer(2 if declared.variables else 1)
        if declared.variables:
            # Raises what kept this command out of the round.
            declared.variables(**self.facts_for(declared.variable_facts or {}))
        if declared.name in answer.refused:
            needed = "root" if declared.needs == "root" else "root or Flower's own user"
            why = f"sudo refused: {self.sudo_error}" if self.sudo_error else "give --sudo, or connect as root"
            raise Unobservable(f"this needs {needed} on the host ({why})")
        output = answer.outputs.get(declared.name)
        if output is None:
            raise Unobservable("the connection was lost before this was answered")
        self._keep_command(declared, output)
        if not declared.partial:
            if output.rc == 124:
                raise Unobservable(f"the command did not end within {declared.limit_s} s")
            if output.truncated:
                raise Unobservable(f"the answer was longer than {declared.cap} bytes and was cut")
        return output

    def _keep_command(self, declared: Observation, output: Output) -> None:
        self.redactor.learn(output.stdout)
        text = "[withheld: it may hold secrets]" if declared.private else output.stdout or output.stderr
        self._keep(
            declared.name,
            Evidence(
                kind="command",
                source=_shown((declared.command or "").strip()),
                status=output.rc,
                duration_s=output.duration_s,
                excerpt=text[:EXCERPT],
                total_bytes=len(output.stdout.encode()),
                truncated=len(text) > EXCERPT,
            ),
        )

    def _keep(self, name: str, evidence: Evidence) -> None:
        with self._lock:
            self._evidence.setdefault(name, []).append(evidence)
            self.requests.append(evidence)

    def _answer(self, number: int) -> script.Answer:
        with self._lock:
            future = self._rounds.get(number)
            mine = future is None
            if future is None:
                future = self._rounds[number] = Future()
        if mine:
            try:
                future.set_result(self._round(number))
            except Exception as error:  # noqa: BLE001 - every fact of this round answers with it
                future.set_exception(error)
        return future.result()

    def _round(self, number: int) -> script.Answer:
        commands = list(self._commands(number))
        variables: Mapping[str, str] = {"unit": self.target.unit or "", "pid": str(self.target.process_id or "")}
        if number == 2:
            first = self._answer(1)
            variables = {name: first.variables.get(name, "") for name in ("unit", "pid", "workdir", "venv", "root")}
        if number == 1:
            self._connection = self._connect(self.target)
        connection = self._connection
        if connection is None:
            raise Unreachable("host", "the host was never reached")
        nonce = secrets.token_hex(12)
        line = script.wrap(
            script.write(commands, nonce, variables, find=number == 1),
            nonce,
            sudo=connection.sudo,
            sudo_user=connection.sudo_user,
        )
        limit_s = min(ROUND_LIMIT_S, ROUND_OVERHEAD_S + sum(command.limit_s for command in commands))
        asked_at = time.time()
        stdout, stderr = connection.run(line, limit_s)
        answer = script.read(stdout, stderr, nonce, commands, asked_at=asked_at, answered_at=time.time())
        if number == 1:
            self.header = answer.variables
            self.sudo_error = self.redactor(answer.sudo_error)
        return answer

    def _commands(self, number: int) -> Iterable[script.Command]:
        for _, declared in sorted(self._wanted.items()):
            if declared.command is None or (2 if declared.variables else 1) != number:
                continue
            variables: Mapping[str, str] = {}
            if declared.variables:
                try:
                    variables = declared.variables(**self.facts_for(declared.variable_facts or {}))
                except Exception:  # noqa: BLE001, S112 - raised again, as it is, where the fact is used
                    continue
            yield script.Command(
                name=declared.name,
                text=declared.command,
                limit_s=declared.limit_s,
                cap=declared.cap,
                needs=declared.needs,
                variables=variables,
            )


def _shown(command: str) -> str:
    """A command as evidence names it: programs for the host's Python are cut, for they repeat in every result."""
    return command if len(command) <= EXCERPT else f"{command[:EXCERPT]}\n[{len(command)} characters in all]"


class _Trail:
    """Writes down the requests of one fact; an implementation of `flower_audit.probe.Trail`."""

    def __init__(self, gatherer: Gatherer, name: str) -> None:
        self._gatherer = gatherer
        self._name = name

    def note(
        self,
        kind: Kind,
        source: str,
        *,
        status: int | None = None,
        duration_s: float | None = None,
        excerpt: str = "",
    ) -> None:
        self._gatherer._keep(
            self._name,
            Evidence(
                kind=kind,
                source=source,
                status=status,
                duration_s=duration_s,
                excerpt=excerpt[:EXCERPT],
                total_bytes=len(excerpt.encode()),
                truncated=len(excerpt) > EXCERPT,
            ),
        )
