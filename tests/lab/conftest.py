"""Fixtures of the lab for its own tests."""

from .fixtures import golden_host, lab, new_host

__all__ = ["golden_host", "lab", "new_host"]
