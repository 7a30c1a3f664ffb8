"""What only people can tell.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check
from flower_audit.facts.runbook import Runbook
from flower_audit.facts.statements import Statements
from flower_audit.model import Severity

PRODUCTION = "Production Deployment"


@check("people.documentation", severity=Severity.LOW, section=PRODUCTION, covers=("Documentation updated",))
def test_documentation(runbook: Runbook) -> None:
    """Somebody keeps the runbook of this Flower up to date, and it is there.

    Why: whoever is woken at night does not know what was decided when Flower was set up.
    Fix: read the runbook, correct it, and state so under `attestations` of flower-audit.yml, with its link.
    Source: the checklist of the setup guide, “Documentation updated”.
    """
    statement = runbook.statement
    assert statement.names_somebody, Finding(f"the statement is by {statement.by!r}", wanted="`by:` with a name")
    assert runbook.link, Finding("the statement names no document", wanted="`link:` with its URL or file")
    assert not runbook.problem, Finding(runbook.problem, wanted="a document that is there", where=runbook.link)


@check("people.access-tested", severity=Severity.LOW, section=PRODUCTION, covers=("Team access tested",))
def test_access_tested(statements: Statements) -> None:
    """Those who need this Flower have lately logged in to it.

    Why: accounts and groups change, and that is found out in an incident.
    Fix: let each of them log in once, and state so under `attestations` of flower-audit.yml.
    Source: the checklist of the setup guide, “Team access tested”.
    """
    statement = statements.live("people.access-tested", "let the team log in")
    assert statement.names_somebody, Finding(f"the statement is by {statement.by!r}", wanted="`by:` with a name")


@check("people.restore-tested", severity=Severity.LOW, section=PRODUCTION, covers=("Backup strategy for flower.db",))
def test_restore_tested(statements: Statements) -> None:
    """A backup of Flower's database has lately been restored by a person.

    Why: only a restored backup is known to be one.
    Fix: restore the newest copy into a second Flower, look at its tasks, and state so under `attestations`.
    Source: the checklist of the setup guide, “Backup strategy for flower.db”.
    """
    statement = statements.live("people.restore-tested", "restore the newest backup")
    assert statement.names_somebody, Finding(f"the statement is by {statement.by!r}", wanted="`by:` with a name")
