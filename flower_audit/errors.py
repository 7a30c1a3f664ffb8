"""What can go wrong, told apart: wrong usage, nothing to look at, and not able to look."""


class FlowerAuditError(Exception):
    """Any error this package raises on purpose."""


class UsageError(FlowerAuditError):
    """The person who runs the audit must change something; nothing was audited."""


class NotApplicable(FlowerAuditError):
    """The rule does not apply to this target; the message says why."""


class Absent(NotApplicable):
    """The subject is truly not there: looked, and found nothing."""


class Manual(FlowerAuditError):
    """Only a person can tell, and no live statement of one is at hand; the message says what to state."""


class NotAsked(FlowerAuditError):
    """What this needs was not given, an account for instance; the message is `needs` and the option."""


class Unobservable(FlowerAuditError):
    """Asked and could not look: refused, timed out, truncated, no permission, no tool."""


class Unreachable(Unobservable):
    """A whole way in is shut, so one verdict is given for it and not one for each check.

    `way` is one of `flower_audit.target.WAYS`.
    """

    def __init__(self, way: str, message: str) -> None:
        super().__init__(message)
        self.way = way

    def __reduce__(self) -> tuple[type["Unreachable"], tuple[str, str]]:
        return type(self), (self.way, str(self))
