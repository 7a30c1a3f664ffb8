"""Real hosts to prove the audit on: Debian with systemd as pid 1, booted by systemd-nspawn over a cached tree.

`golden()` builds what is missing and answers the layers of the exemplary host; `Host` is a throw-away copy of it.
"""

from .errors import LabError
from .host import Host
from .ledger import sweep
from .tree import golden, missing_requirement

__all__ = ["Host", "LabError", "golden", "missing_requirement", "sweep"]
