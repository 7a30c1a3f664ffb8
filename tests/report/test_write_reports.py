import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from flower_audit.errors import UsageError
from flower_audit.model import Report
from flower_audit.report import FORMATS, Format, json_format, prepare_folder, write_reports

NOBODY = 65534


@pytest.fixture
def unprivileged_folder() -> Iterator[Path]:
    """A folder that may be read, not written, while the test runs as somebody to whom that matters."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(NOBODY)
        yield folder
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_writes_every_format_and_nothing_else(sample: Report, tmp_path: Path) -> None:
    written = write_reports(sample, tmp_path / "new" / "reports", FORMATS)
    assert [(one.format, one.error) for one in written] == [(name, None) for name in FORMATS]
    assert sorted(path.name for path in (tmp_path / "new" / "reports").iterdir()) == sorted(
        one.file_name for one in FORMATS.values()
    )
    assert all(one.path.read_bytes().decode() == FORMATS[one.format].render(sample) for one in written)


def test_file_names_differ_and_nothing_is_imported_for_a_list_of_formats() -> None:
    assert len({one.file_name for one in FORMATS.values()}) == len(FORMATS)
    probe = (
        "import sys, flower_audit.report as report;"
        "print([f for f in report.FORMATS.values() if f'{report.__name__}.{f.module}' in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_crashing_renderer_loses_only_itself(sample: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Format(name="broken", file_name="broken.txt", module="summary", about="has no render")
    monkeypatch.setitem(FORMATS, "broken", broken)
    (tmp_path / "broken.txt").write_text("old")
    first, second = write_reports(sample, tmp_path, ["broken", "json"])
    assert first.error
    assert "the broken report could not be made (a bug in flower-audit): AttributeError" in first.error
    assert first.path.read_text() == "old"
    assert second.error is None
    assert json_format.read(second.path.read_text()) == sample


def test_a_full_disk_leaves_the_old_report(sample: Report, tmp_path: Path) -> None:
    old = tmp_path / "flower-audit.json"
    old.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # a write of more than 100 bytes now fails as on a full disk
    try:
        (written,) = write_reports(sample, tmp_path, ["json"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert written.error == f"cannot write {old}: File too large"
    assert old.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["flower-audit.json"]


def test_a_read_only_folder_is_found_before_and_after(sample: Report, unprivileged_folder: Path) -> None:
    with pytest.raises(UsageError, match=rf"cannot write reports to {unprivileged_folder}: Permission denied"):
        prepare_folder(unprivileged_folder)
    (written,) = write_reports(sample, unprivileged_folder, ["json"])
    assert written.error == f"cannot write {unprivileged_folder / 'flower-audit.json'}: Permission denied"


def test_a_file_in_the_place_of_the_folder(tmp_path: Path, sample: Report) -> None:
    (tmp_path / "reports").write_text("mine")
    with pytest.raises(UsageError, match=r"cannot write reports to .*reports: File exists"):
        prepare_folder(tmp_path / "reports")
    assert write_reports(sample, tmp_path / "reports", ["json"])[0].error
    assert (tmp_path / "reports").read_text() == "mine"


def test_prepare_folder_makes_it_and_leaves_nothing(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_in_the_place_of_a_report(sample: Report, tmp_path: Path) -> None:
    (tmp_path / "flower-audit.json").mkdir()
    (written,) = write_reports(sample, tmp_path, ["json"])
    assert written.error == f"cannot write {tmp_path / 'flower-audit.json'}: Is a directory"
    assert [path.name for path in tmp_path.iterdir()] == ["flower-audit.json"]


def test_a_report_behind_a_link_is_replaced_not_followed(sample: Report, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "flower-audit.json").symlink_to(tmp_path / "precious")
    write_reports(sample, tmp_path, ["json"])
    assert (tmp_path / "precious").read_text() == "precious"
