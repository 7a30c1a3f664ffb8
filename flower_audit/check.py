"""`@check`: what the machine reads of a check; its docstring is what people read."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flower_audit.errors import NotApplicable
from flower_audit.guide import CHECKLIST, SECTIONS, TROUBLESHOOTING
from flower_audit.model import Severity

Function = TypeVar("Function", bound=Callable[..., None])

ID = re.compile(r"[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)")
LABELS = ("Why", "Fix", "Source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule, as published.

    Shape: `facts` maps each parameter of the function to True where it is optional (`= None`);
    `covers` names lines of the guide's checklist and headings of its troubleshooting part.
    """

    id: str
    severity: Severity
    section: str
    covers: tuple[str, ...]
    title: str
    why: str
    fix: str
    source: str
    facts: dict[str, bool]

    @property
    def area(self) -> str:
        """The first half of the id."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """What is wrong, as the message of a check's assert: observed against wanted, and a fix for this very host.

    `where` names the file, unit, header or metric; `fix` replaces the check's general fix when given.
    """

    observed: str
    wanted: str = ""
    where: str = ""
    fix: str = ""

    def __repr__(self) -> str:
        """Readable where pytest has rewritten the assert and prints the message's representation."""
        return str(self)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.observed}" + (f" (wanted: {self.wanted})" if self.wanted else "")


def check(id: str, *, severity: Severity, section: str, covers: tuple[str, ...] = ()) -> Callable[[Function], Function]:  # noqa: A002 - the catalogue's own word
    """Publish a function as the check `id`.

    Raises ValueError where the id, the section, a covered line or the docstring is not of the form
    that the report needs, so that a malformed check is found when it is imported.
    """
    if not ID.fullmatch(id):
        raise ValueError(f"check id {id!r} is not of the form area.slug")
    if section not in SECTIONS:
        raise ValueError(f"{id}: section {section!r} is no chapter of the guide")
    for line in covers:
        if line not in CHECKLIST and line not in TROUBLESHOOTING:
            raise ValueError(f"{id}: covers {line!r}, which is no line of the guide's lists")

    def publish(function: Function) -> Function:
        title, labelled = _read_docstring(id, inspect.getdoc(function) or "")
        facts = {name: parameter.default is None for name, parameter in inspect.signature(function).parameters.items()}
        published: Any = function
        published.flower_check = Check(
            id=id,
            severity=severity,
            section=section,
            covers=covers,
            title=title,
            why=labelled["Why"],
            fix=labelled["Fix"],
            source=labelled["Source"],
            facts=facts,
        )
        return function

    return publish


def check_of(function: object) -> Check | None:
    """The published check of a function, None for any other object."""
    found = getattr(function, "flower_check", None) if inspect.isfunction(function) else None
    return found if isinstance(found, Check) else None


def only_if(applies: bool, reason: str) -> None:
    """Leave the check as not applicable unless `applies`; `reason` is a sentence about this target."""
    if not applies:
        raise NotApplicable(reason)


def _read_docstring(check_id: str, docstring: str) -> tuple[str, dict[str, str]]:
    title, _, rest = docstring.partition("\n")
    labelled: dict[str, str] = {}
    for paragraph in re.split(r"\n(?=[A-Z][a-z]+: )", rest.strip()):
        label, _, text = paragraph.partition(": ")
        labelled[label] = " ".join(text.split())
    missing = [label for label in LABELS if not labelled.get(label)]
    if not title or missing:
        raise ValueError(f"{check_id}: the docstring lacks {', '.join(missing) or 'its title'}")
    return title.strip(), labelled
