"""The embedded demo: a small, real Flower deployment on loopback that lives as long as a `with` block."""

from flower_audit.demo.deployment import GAPS, Gap
from flower_audit.demo.stack import Demo, StartFailed, start_demo

__all__ = ["GAPS", "Demo", "Gap", "StartFailed", "start_demo"]
