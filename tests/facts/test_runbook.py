"""Whether the runbook that a statement names is there: a file, or a URL of a real server."""

import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flower_audit.errors import Manual, Unobservable
from flower_audit.facts.runbook import runbook
from flower_audit.facts.statements import Statements
from flower_audit.target import Attestation, Target


class Wiki(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/").partition("?")[0]))
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


class Trail:
    def note(self, *_: object, **__: object) -> None: ...


@pytest.fixture
def wiki() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wiki)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def stated(link: str | None) -> Statements:
    today = dt.date(2026, 11, 22)
    said = Attestation(check="people.documentation", by="Ada", date=today, link=link)
    return Statements(given=(said,), today=today, max_age_days=365)


@pytest.mark.parametrize(
    ("status", "there"), [(200, True), (302, True), (401, True), (403, True), (404, False), (410, False), (500, False)]
)
def test_a_url(wiki: str, status: int, there: bool) -> None:
    found = runbook(Target(name="t"), stated(f"{wiki}/{status}?page=flower"), Trail())
    assert (found.problem == "") is there
    assert there or str(status) in found.problem


def test_a_server_that_is_gone(wiki: str) -> None:
    with pytest.raises(Unobservable, match="cannot be asked for"):
        runbook(Target(name="t"), stated("http://127.0.0.1:1/flower"), Trail())


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "runbook.md").write_text("# Flower")
    assert runbook(Target(name="t"), stated(str(tmp_path / "runbook.md")), Trail()).problem == ""
    assert "there is no file" in runbook(Target(name="t"), stated(str(tmp_path / "gone.md")), Trail()).problem
    assert "there is no file" in runbook(Target(name="t"), stated(str(tmp_path)), Trail()).problem
    nothing = runbook(Target(name="t"), stated(None), Trail())
    assert (nothing.link, nothing.problem) == ("", "")


def test_without_a_statement() -> None:
    with pytest.raises(Manual):
        runbook(Target(name="t"), Statements(given=(), today=dt.date(2026, 1, 1), max_age_days=1), Trail())
