"""What Flower tells those who may log in: whether each account is let in, the workers and the queues."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flower_audit.errors import NotAsked, Unobservable
from flower_audit.facts.routes import Routes
from flower_audit.facts.site import Site
from flower_audit.http_client import Client
from flower_audit.http_messages import Answer, Failure, Request
from flower_audit.parsers.access import Access
from flower_audit.parsers.old_pages import BROKER, DASHBOARD, queues_of, workers_of
from flower_audit.probe import Trail, fact
from flower_audit.target import Account, Target
from flower_audit.visit import SCRIPT, Visit, read_visit

WORKERS = "/api/workers?status=true"
QUEUES = "/api/queues/length"
NO_ACCOUNT = "needs --flower-user, or accounts: in flower-audit.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One declared account.  Shape: `front` is the page it gets ; `problem` says why it was not tried."""

    name: str
    front: Visit
    problem: str = ""

    @property
    def admitted(self) -> bool:
        """Flower's page was shown."""
        return self.front.access is Access.OPEN and self.front.by_flower


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What the API answers to the first account that it admits, or to anybody where it is open.

    Shape: `workers` and `queues`, which Flower 1.1 and 1.2 tell on pages alone, are None where `workers_problem` and
    `queues_problem` say why; `workers` maps names to whether they are online, `queues` maps names to lengths in
    messages; the statuses are the API's, None for no answer; `script_digest` is the SHA-256 of Flower's script, empty
    where it was not served.
    """

    logins: tuple[Login, ...] = ()
    asked_as: str = ""
    workers_status: int | None = None
    workers: dict[str, bool] | None = None
    workers_problem: str = ""
    queues_status: int | None = None
    queues: dict[str, int] | None = None
    queues_problem: str = ""
    script_digest: str = ""

    @property
    def online(self) -> tuple[str, ...]:
        """The workers that Flower sees online.  NotAsked: no account was given.  Unobservable: it was not told."""
        if self.workers is None:
            raise self._unanswered(self.workers_problem)
        return tuple(sorted(name for name, is_online in self.workers.items() if is_online))

    @property
    def tried(self) -> tuple[Login, ...]:
        """The logins that were tried.  Unobservable: some could not be, and all others are admitted."""
        tried = tuple(login for login in self.logins if not login.problem)
        problems = [login.problem for login in self.logins if login.problem]
        if problems and all(login.admitted for login in tried):
            raise Unobservable(problems[0])
        return tried

    @property
    def broker_complaint(self) -> str:
        """Why Flower cannot read its broker's queues, empty where it can.

        NotAsked: no account was given.  Unobservable: it was not told.
        """
        if self.queues_status is not None and self.queues_status >= 500:
            return f"{self.queues_status}: Flower cannot ask its broker"
        if self.queues is None:
            raise self._unanswered(self.queues_problem)
        # With Redis there is one even before the first task.
        return "" if self.queues else "Flower lists no queue at all"

    def _unanswered(self, problem: str) -> NotAsked | Unobservable:
        return Unobservable(problem) if self.logins or problem != NO_ACCOUNT else NotAsked(problem)


@fact(way="url")
def api(target: Target, site: Site, routes: Routes, trail: Trail) -> Api:
    """Source: GET with the declared accounts' passwords, sent over verified TLS or to this machine itself only."""
    client = Client(timeout_s=target.timeout_s, trail=trail, ca=target.ca)
    logins = _logins(target.accounts, site, client)
    admitted = next((login for login in logins if login.admitted), None)
    anybody = any(visit.access is Access.OPEN for visit in routes.of(kind="api"))
    if admitted is None and not anybody:
        problem = _no_account(logins)
        return Api(logins=logins, workers_problem=problem, queues_problem=problem)
    account = None if admitted is None else next(one for one in target.accounts if one.name == admitted.name)
    credentials = None if account is None else (account.name, os.environ[account.password_env])

    def asking(path: str) -> Request:
        verify = credentials is not None and site.over_tls
        return Request(origin=site.origin, path=f"{site.prefix}{path}", credentials=credentials, verify=verify)

    workers, queues, script = client.get_all([asking(path) for path in (WORKERS, QUEUES, SCRIPT)])
    workers_found, workers_problem = _read_workers(workers)
    queues_found, queues_problem = _read_queues(queues)
    if _status(workers) == 405:
        dashboard, broker = client.get_all([asking(DASHBOARD), asking(BROKER)])
        workers_found = workers_of(dashboard.body) if isinstance(dashboard, Answer) else None
        queues_found = queues_of(broker.body) if isinstance(broker, Answer) else None
    return Api(
        logins=logins,
        asked_as=account.name if account else "",
        workers_status=_status(workers),
        workers=workers_found,
        workers_problem=workers_problem,
        queues_status=_status(queues),
        queues=queues_found,
        queues_problem=queues_problem,
        script_digest=_digest(script),
    )


def _logins(accounts: Sequence[Account], site: Site, client: Client) -> tuple[Login, ...]:
    plans: list[tuple[Account, str]] = []
    for account in accounts:
        problem = ""
        if not os.environ.get(account.password_env):
            problem = f"the variable {account.password_env} with the password of {account.name} is not set"
        elif not site.over_tls and not site.is_loopback:
            problem = f"{site.url} is not encrypted: the password of {account.name} was not sent"
        plans.append((account, problem))
    requests = [
        Request(
            origin=site.origin,
            path=f"{site.prefix}/",
            credentials=(account.name, os.environ[account.password_env]),
            verify=site.over_tls,
        )
        for account, problem in plans
        if not problem
    ]
    results = iter(client.get_all(requests))
    logins = []
    for account, problem in plans:
        blank = Visit(way="public URL", path="/", kind="page", url=f"{site.url}")
        if problem:
            logins.append(Login(name=account.name, front=blank, problem=problem))
            continue
        result = next(results)
        unsent = f"the password of {account.name} was not sent: {result.text}" if isinstance(result, Failure) else ""
        logins.append(Login(name=account.name, front=read_visit(blank, result, site.prefix), problem=unsent))
    return tuple(logins)


def _no_account(logins: Sequence[Login]) -> str:
    if not logins:
        return NO_ACCOUNT
    return logins[0].problem or f"the account {logins[0].name} is not admitted"


def _digest(result: Answer | Failure) -> str:
    return sha256(result.body).hexdigest() if isinstance(result, Answer) and result.status == 200 else ""


def _status(result: Answer | Failure) -> int | None:
    return result.status if isinstance(result, Answer) else None


def _read_workers(result: Answer | Failure) -> tuple[dict[str, bool] | None, str]:
    document, problem = _document(result)
    if problem:
        return None, problem
    if not isinstance(document, dict) or not all(isinstance(value, bool) for value in document.values()):
        return None, f"{WORKERS} did not answer with names and states"
    return {str(name): value for name, value in document.items()}, ""


def _read_queues(result: Answer | Failure) -> tuple[dict[str, int] | None, str]:
    document, problem = _document(result)
    if problem:
        return None, problem
    rows = document.get("active_queues") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "name" in row for row in rows):
        return None, f"{QUEUES} did not answer with a list of queues"
    return {str(row["name"]): _length(row.get("messages")) for row in rows}, ""


def _length(messages: object) -> int:
    return messages if isinstance(messages, int) else 0


def _document(result: Answer | Failure) -> tuple[Any, str]:
    """The JSON of an answer, or why there is none."""
    if isinstance(result, Failure):
        return None, result.text
    path = result.request.path
    if result.status == 405:
        return None, f"{path} answers 405: Flower 1.1 and 1.2 switch the API off when a login is asked for"
    if result.status != 200:
        return None, f"{path} answers {result.status}"
    try:
        return json.loads(result.body), ""
    except (ValueError, RecursionError):
        return None, f"{path} did not answer with JSON"
