"""Whether the document that a statement names is there."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flower_audit.errors import Unobservable
from flower_audit.facts.statements import Statement, Statements
from flower_audit.http_client import Client, resolve
from flower_audit.http_messages import Failure, Origin, Request
from flower_audit.probe import Trail, fact
from flower_audit.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """Shape: `problem` is a sentence where the document is not there; `link` is empty where none was named."""

    statement: Statement
    link: str
    problem: str = ""


@fact(way="statement")
def runbook(target: Target, statements: Statements, trail: Trail) -> Runbook:
    """Source: a GET of the statement's link, or the file of that name where the audit runs.

    Manual: there is no live statement.  Unobservable: the link's server does not answer.
    """
    statement = statements.live("people.documentation", "read the runbook and correct it")
    link = statement.link
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"}:
        missing = bool(link) and not Path(link).is_file()
        return Runbook(statement=statement, link=link, problem=f"there is no file {link}" if missing else "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    address = resolve(host, port, target.timeout_s)[0]
    origin = Origin(scheme="https" if parts.scheme == "https" else "http", address=address, port=port, host=host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    answer = Client(timeout_s=target.timeout_s, trail=trail, ca=target.ca).get(Request(origin=origin, path=path))
    if isinstance(answer, Failure):
        raise Unobservable(f"the runbook at {link} cannot be asked for: {answer.text}")
    gone = answer.status in {404, 410} or answer.status >= 500
    return Runbook(statement=statement, link=link, problem=f"{link} answers {answer.status}" if gone else "")
