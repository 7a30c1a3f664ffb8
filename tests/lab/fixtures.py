"""Fixtures for tests that need a real host; load them with `-p tests.lab.fixtures` or import them in a conftest.

Where no host can be booted, tests that ask for one are skipped with the reason in one line.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .host import Host
from .ledger import sweep
from .tree import FLOWER, SUITE, missing_requirement

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def lab() -> None:
    """Skip where no host can be booted; remove what earlier crashes left."""
    reason = missing_requirement()
    if reason:
        pytest.skip(reason)
    sweep()


@pytest.fixture(scope="session")
def golden_host(lab: None) -> Iterator[Host]:
    """The exemplary host, up and running for the whole session: to look at, not to change."""
    with Host(f"golden-{os.getpid()}") as host:
        host.ready()
        yield host


@pytest.fixture
def new_host(lab: None) -> Iterator[Callable[..., Host]]:
    """Boot throw-away copies of the golden host, to do with as the test likes; takes what `Host` takes."""
    with ExitStack() as stack:

        def boot(*, flower: str = FLOWER, packages: tuple[str, ...] = (), suite: str = SUITE) -> Host:
            name = f"t{os.getpid()}-{next(NUMBERS)}"
            host = stack.enter_context(Host(name, flower=flower, packages=packages, suite=suite))
            host.ready()
            return host

        yield boot
