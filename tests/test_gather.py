"""The gatherer, over testinfra's local connection and facts made for the test."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from flower_audit import observations
from flower_audit.connection import Connection
from flower_audit.errors import Absent, NotAsked, Unobservable, Unreachable, UsageError
from flower_audit.gather import Gatherer
from flower_audit.policy import Policy
from flower_audit.probe import Output, Trail, fact, probe
from flower_audit.target import Target

LOCAL = Target(name="here", connection="local://", process_id=os.getpid())
OUTSIDE = Target(name="outside", url="https://flower.invalid/")


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch):
    """Installs providers as facts, for the length of one test."""

    def install(*providers: Callable[..., object]) -> None:
        for provider in providers:
            module = ModuleType(f"flower_audit.facts.{provider.__name__}")
            setattr(module, provider.__name__, provider)
            monkeypatch.setitem(sys.modules, module.__name__, module)

    caches = (observations.observation, observations.ways_needed, observations.second_round)
    for one in caches:
        one.cache_clear()
    yield install
    for one in caches:
        one.cache_clear()


def gathered(target: Target, *names: str) -> Gatherer:
    gatherer = Gatherer(target, Policy(), names)
    gatherer.gather()
    return gatherer


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    text: str


@probe("echo one", way="process")
def first(out: Output) -> Word:
    return Word(text=out.succeeded().strip())


@probe("echo two; echo $pid", way="process")
def second(out: Output) -> Word:
    return Word(text=out.succeeded().split()[0])


@fact()
def both(first: Word, second: Word) -> Word:
    return Word(text=f"{first.text} {second.text}")


@probe('echo "$said again"', way="process", variables=lambda both: {"said": both.text})
def later(out: Output) -> Word:
    return Word(text=out.succeeded().strip())


@fact(way="url")
def page(target: Target, trail: Trail) -> Word:
    trail.note("request", f"GET {target.url}", status=200, excerpt="hello")
    return Word(text="page")


def test_everything_on_a_host_takes_two_calls_at_most(facts) -> None:
    facts(first, second, both, later)
    gatherer = gathered(LOCAL, "first", "second", "both", "later")
    assert gatherer.facts_for({"later": False}) == {"later": Word(text="one two again")}
    assert gatherer.host_calls == 2


def test_without_a_second_round_there_is_one_call(facts) -> None:
    facts(first, second, both)
    assert gathered(LOCAL, "both").host_calls == 1


def test_only_what_is_wanted_is_asked(facts) -> None:
    facts(first, second)
    gatherer = gathered(LOCAL, "second")
    assert [one.source for one in gatherer.requests] == ["echo two; echo $pid"]


def test_a_broken_parser_blinds_only_those_who_need_it(facts) -> None:
    @probe("echo x", way="process")
    def broken(out: Output) -> Word:
        raise KeyError(out.stdout)

    @fact()
    def needs_it(broken: Word) -> Word:
        return broken

    facts(first, broken, needs_it)
    gatherer = gathered(LOCAL, "first", "needs_it")
    assert gatherer.facts_for({"first": False})["first"].text == "one"
    with pytest.raises(KeyError):
        gatherer.facts_for({"needs_it": False})


def test_absent_and_unobservable_stay_apart(facts) -> None:
    @fact()
    def absent() -> Word:
        raise Absent("not there")

    @fact()
    def hidden() -> Word:
        raise Unobservable("not allowed")

    facts(absent, hidden)
    gatherer = gathered(LOCAL, "absent", "hidden")
    assert gatherer.facts_for({"absent": True}) == {"absent": None}
    with pytest.raises(Absent):
        gatherer.facts_for({"absent": False})
    with pytest.raises(Unobservable):
        gatherer.facts_for({"hidden": True})  # optional means absent, never unseen


def test_an_error_that_many_ask_for_does_not_drag_their_ways_along(facts) -> None:
    @probe("exit 3", way="process")
    def refused(out: Output) -> Word:
        raise Unobservable("no permission")

    facts(refused)
    gatherer = gathered(LOCAL, "refused")
    depths = []
    for _ in range(50):
        with pytest.raises(Unobservable) as caught:
            gatherer.facts_for({"refused": False})
        depths.append(len(caught.traceback))
    assert max(depths) == depths[0]


def test_a_way_that_was_not_given_makes_an_optional_fact_none(facts) -> None:
    facts(first, page)
    gatherer = gathered(OUTSIDE, "page", "first")
    assert gatherer.facts_for({"page": False, "first": True}) == {"page": Word(text="page"), "first": None}
    assert gatherer.host_calls == 0


def test_what_was_not_asked_for_is_none_where_optional(facts) -> None:
    @fact()
    def costly() -> Word:
        raise NotAsked("needs --flower-active")

    @fact()
    def told(costly: Word | None = None) -> Word:
        return Word(text=f"{costly}")

    facts(costly, told)
    gatherer = gathered(LOCAL, "told")
    assert gatherer.facts_for({"told": False})["told"].text == "None"
    with pytest.raises(NotAsked):
        gatherer.facts_for({"costly": False})


def test_cut_and_timed_out_answers_are_unobservable(facts) -> None:
    @probe("yes", cap=10, way="process")
    def loud(out: Output) -> Word:
        return Word(text=out.stdout)

    @probe("sleep 20", limit_s=1, way="process")
    def slow(out: Output) -> Word:
        return Word(text=out.stdout)

    @probe("yes", cap=10, partial=True, way="process")
    def sample(out: Output) -> Word:
        return Word(text=out.stdout)

    facts(loud, slow, sample)
    gatherer = gathered(LOCAL, "loud", "slow", "sample")
    with pytest.raises(Unobservable, match="cut"):
        gatherer.facts_for({"loud": False})
    with pytest.raises(Unobservable, match="did not end within 1 s"):
        gatherer.facts_for({"slow": False})
    assert len(gatherer.facts_for({"sample": False})["sample"].text) == 10


def test_an_unreachable_host_is_one_error_for_all_its_facts(facts) -> None:
    facts(first, second, page)
    target = Target(name="gone", connection="ssh://audit@127.0.0.1:1", url="https://x.invalid/", process_id=1)
    gatherer = gathered(target, "first", "second", "page")
    for name in ("first", "second"):
        with pytest.raises(Unreachable, match="SSH is refused") as error:
            gatherer.facts_for({name: False})
        assert error.value.way == "host"
    assert gatherer.facts_for({"page": False, "first": True})["first"] is None
    assert gatherer.host_calls == 1


def test_evidence_is_what_was_run_for_a_fact_and_private_output_is_withheld(facts) -> None:
    @probe("echo PASSWORD=$(printf hun; printf ter2hunter2)", way="process", private=True)
    def secret(out: Output) -> Word:
        return Word(text=str(len(out.stdout)))

    facts(first, second, both, secret, page)
    gatherer = gathered(LOCAL, "both", "secret", "page")
    assert [one.source for one in gatherer.evidence_for(["both"])] == ["echo one", "echo two; echo $pid"]
    (evidence,) = gatherer.evidence_for(["secret"])
    assert evidence.excerpt == "[withheld: it may hold secrets]"
    assert gatherer.redactor("the log says hunter2hunter2") == "the log says [redacted]"
    assert gatherer.evidence_for(["page"])[0].status == 200


def test_a_third_round_is_refused(facts) -> None:
    @probe("echo", way="process", variables=lambda later: {"said": later.text})
    def third(out: Output) -> Word:
        return Word(text=out.stdout)

    facts(first, second, both, later, third)
    with pytest.raises(ValueError, match="there is no third"):
        Gatherer(LOCAL, Policy(), ["third"])


def test_an_unknown_fact_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no fact called 'nosuch'"):
        observations.observation("nosuch")


def test_a_host_that_never_answers_is_given_up_and_its_child_ended(facts, tmp_path, monkeypatch) -> None:
    fake = tmp_path / "ssh"
    fake.write_text("#!/bin/sh\necho $$ > " + str(tmp_path / "pid") + "\nexec sleep 300\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    connection = Connection(Target(name="slow", connection="ssh://slow"))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        connection.run("true", 1)
    assert time.monotonic() - began < 30  # and not the 300 s that it sleeps
    status = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    assert not status.exists() or status.read_text().split()[2] == "Z", "it still runs"


def test_a_host_that_floods_is_given_up(tmp_path, monkeypatch) -> None:
    fake = tmp_path / "ssh"
    fake.write_text("#!/bin/sh\nexec yes\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(Unreachable, match="longer than"):
        Connection(Target(name="loud", connection="ssh://loud")).run("true", 60)


@pytest.mark.parametrize(
    ("complaint", "meaning"),
    [
        ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @", "host key has changed"),
        ("Host key verification failed.", "host key is not known"),
        ("audit@h: Permission denied (publickey).", "refused the login"),
        ("ssh: Could not resolve hostname h: Name or service not known", "does not resolve"),
    ],
)
def test_ssh_complaints_are_said_in_plain_words(complaint, meaning, tmp_path, monkeypatch) -> None:
    fake = tmp_path / "ssh"
    fake.write_text(f"#!/bin/sh\necho '{complaint}' >&2\nexit 255\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(Unreachable, match=meaning):
        Connection(Target(name="x", connection="ssh://audit@h")).run("true", 5)


def test_a_transport_that_writes_on_the_target_or_is_not_installed_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="paramiko"):
        Connection(Target(name="x", connection="paramiko://h"))


def test_each_connection_knows_by_itself_whether_to_use_sudo() -> None:
    target = Target(name="x", connection="ssh://h", sudo=True)
    assert [Connection(target).sudo for _ in range(2)] == [True, True]
    assert Connection(Target(name="x", connection="ssh://h?sudo=true")).sudo
    assert not Connection(Target(name="x", connection="ssh://h")).sudo
