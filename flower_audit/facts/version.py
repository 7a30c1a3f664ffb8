"""Which release of Flower runs."""

from dataclasses import dataclass

from packaging.version import Version as Release

from flower_audit.errors import Unobservable, Unreachable
from flower_audit.facts.fingerprint import Fingerprint
from flower_audit.facts.package import Package
from flower_audit.facts.process import Process
from flower_audit.parsers.flower_start import CLOCK_SLACK_S
from flower_audit.probe import fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Shape: `releases` are those it may be, oldest first, one where it is certain; `found_by` says how."""

    releases: tuple[Release, ...]
    found_by: str

    @property
    def release(self) -> Release:
        """The newest that it may be."""
        return self.releases[-1]

    @property
    def found(self) -> dict[str, str]:
        """For the head of the report."""
        return {"Flower": str(self)}

    def before(self, release: str) -> bool:
        """Whether it is older than `release`.  Unobservable: it may be or not."""
        older = {one < Release(release) for one in self.releases}
        if len(older) > 1:
            raise Unobservable(f"it is Flower {self}, which cannot be told apart ({self.found_by})")
        return older.pop()

    def __str__(self) -> str:
        return " or ".join(map(str, self.releases))


@fact()
def version(
    package: Package | Unobservable | None = None,
    fingerprint: Fingerprint | Unobservable | None = None,
    process: Process | Unobservable | None = None,
) -> Version:
    """Source: the package on the host, else the script that it serves.

    Unobservable: neither tells; the package was installed after the running process had started.
    """
    if isinstance(package, Package) and package.flower is not None:
        if isinstance(process, Process) and package.installed > process.started + CLOCK_SLACK_S:
            raise Unobservable(
                f"Flower {package.flower} was installed after the running process had started, whose release is not "
                "known any more; restart it and audit again"
            )
        return Version(releases=(package.flower,), found_by=f"installed in {package.venv}")
    if isinstance(fingerprint, Fingerprint) and fingerprint.releases:
        return Version(releases=fingerprint.releases, found_by="the SHA-256 of its flower.js")
    if isinstance(fingerprint, Unreachable):
        raise fingerprint
    reasons = [str(one) for one in (package, fingerprint) if isinstance(one, Unobservable)]
    reasons += [fingerprint.reason] if isinstance(fingerprint, Fingerprint) else []
    raise Unobservable("; ".join(reasons) or "neither the host nor the URL tells Flower's release")
