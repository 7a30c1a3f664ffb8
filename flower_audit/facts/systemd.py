"""Whether the host runs systemd."""

from dataclasses import dataclass

from flower_audit.probe import Output, probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Systemd:
    """The host's service manager.  Shape: `booted` tells that systemd is process 1; `unit` is Flower's, else empty."""

    booted: bool
    unit: str


@probe('[ -d /run/systemd/system ] && echo "booted $unit" || echo other')
def systemd(out: Output) -> Systemd:
    """Source: sd_booted(3)."""
    word, _, unit = out.succeeded().strip().partition(" ")
    return Systemd(booted=word == "booted", unit=unit)
