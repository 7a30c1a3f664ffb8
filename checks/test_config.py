"""Whether Flower runs as its files say, and takes them as they were meant.  PYTEST_DONT_REWRITE."""

from packaging.version import Version

from flower_audit.check import Finding, check, only_if
from flower_audit.facts.debug_mode import DebugMode
from flower_audit.facts.options import Options
from flower_audit.model import Severity
from flower_audit.parsers.flower_options import PARSES_BOOLEANS_SINCE

CONFIGURATION = "Basic Configuration"


@check("config.running-matches-files", severity=Severity.HIGH, section=CONFIGURATION, covers=("Check logs",))
def test_running_options_match_the_files(options: Options) -> None:
    """Flower runs with what its unit and files say now.

    Why: a change that was never restarted is not in force, and shows its effect, or its mistake, at the next reboot.
    Fix: `systemctl restart` the unit, after reading what changed.
    Source: https://flower.readthedocs.io/en/latest/config.html
    """
    changed = options.changed_since_start
    assert not changed, Finding("; ".join(changed[:3]), wanted="a restart", where="the running process")


@check("config.options-known", severity=Severity.MEDIUM, section=CONFIGURATION, covers=("Check logs",))
def test_every_option_is_known(options: Options) -> None:
    """Every option given is one that this Flower has.

    Why: Flower ignores what it does not know without a word: a typo in `basic_auth` leaves it open.
    Fix: correct the name, or take the option out.
    Source: https://flower.readthedocs.io/en/latest/config.html
    """
    unknown = options.problems_of("unknown-name")
    assert not unknown, Finding(
        "; ".join(problem.text for problem in unknown[:3]), wanted=f"options of Flower {options.release}",
        where=unknown[0].where,
    )  # fmt: skip


@check("config.no-shadowing", severity=Severity.LOW, section=CONFIGURATION)
def test_no_option_is_set_twice(options: Options) -> None:
    """No option has different values in two places.

    Why: a flag beats the file, and the file beats the environment; whoever edits the weaker place changes nothing.
    Fix: keep the option in one place.
    Source: https://flower.readthedocs.io/en/latest/config.html
    """
    shadowed = options.problems_of("shadowed")
    assert not shadowed, Finding(
        "; ".join(problem.text for problem in shadowed[:3]), wanted="one place", where=shadowed[0].where
    )


@check("config.booleans-honoured", severity=Severity.MEDIUM, section=CONFIGURATION)
def test_booleans_mean_what_they_say(options: Options) -> None:
    """No option is turned on by being set to False.

    Why: before 2.0 any text in a FLOWER_* variable is true, so `FLOWER_PERSISTENT=False` turns it on.
    Fix: leave the variable out, use `--persistent=False` on the command line, or upgrade to 2.0 or later.
    Source: https://github.com/mher/flower/issues/1206
    """
    only_if(options.release < PARSES_BOOLEANS_SINCE, f"Flower {options.release} reads false and 0 as they are meant")
    wrong = options.problems_of("boolean")
    assert not wrong, Finding(
        "; ".join(problem.text for problem in wrong[:3]), wanted="the variable left out", where=wrong[0].where
    )


@check("config.cli-form", severity=Severity.MEDIUM, section=CONFIGURATION, covers=("Check broker URL matches",))
def test_command_line_is_honoured(options: Options) -> None:
    """Everything on the command line is honoured.

    Why: Celery's options after `flower` are dropped with one warning, and Flower then talks to amqp on localhost; and
    Flower stops reading at a word without a dash.
    Fix: write `celery -A app -b URL flower --option=value`: Celery's options before `flower`, Flower's own after it.
    Source: https://flower.readthedocs.io/en/latest/install.html
    """
    dropped = options.problems_of("dropped")
    assert not dropped, Finding(
        "; ".join(problem.text for problem in dropped[:3]), wanted="celery … flower --option=value",
        where=dropped[0].where,
    )  # fmt: skip


@check("config.debug-off", severity=Severity.HIGH, section=CONFIGURATION)
def test_debug_mode_is_off(debug_mode: DebugMode) -> None:
    """Debug mode is off.

    Why: it shows tracebacks to anybody, without a login, and writes every setting into the log, the cookie secret too.
    Told by the options of the process, and from outside by what is said of a file below /static that is not there.
    Fix: take `debug` out of the flags, the file and the environment; for a louder log use `--logging=debug`.
    Source: https://flower.readthedocs.io/en/latest/config.html#debug
    """
    assert not debug_mode.on, Finding(debug_mode.observed, wanted="off", where=debug_mode.where)


@check("config.not-read-only-missing", severity=Severity.INFO, section=CONFIGURATION)
def test_read_only_is_in_force_where_asked_for(options: Options) -> None:
    """Where read-only mode is asked for, it is in force.

    Why: Flower before 2.1 ignores `read_only` without a word, and control stays open.
    Fix: upgrade to Flower 2.1 or later; restart Flower after it was set.
    Source: https://flower.readthedocs.io/en/latest/config.html#read-only
    """
    asked = options.read_only_asked
    only_if(bool(asked), "read-only mode is not asked for: everybody who logs in may control workers and tasks")
    assert options.release >= Version("2.1"), Finding(
        f"Flower {options.release} ignores it", wanted="Flower 2.1 or later", where=asked
    )
    assert options.read_only, Finding(
        "Flower runs without it", wanted="read-only mode", where=asked, fix="restart Flower: it was asked for later"
    )
