"""Whether what is installed fits together.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check, only_if
from flower_audit.errors import Unobservable
from flower_audit.facts.options import Options
from flower_audit.facts.package import Package
from flower_audit.model import Severity

INSTALLATION = "Installation"

SUPPORTED_MAJOR = 2

CLIENTS = {
    "redis": ("redis",),
    "rediss": ("redis",),
    "sentinel": ("redis",),
    "socket": ("redis",),
    "amqp": ("amqp", "librabbitmq"),
    "amqps": ("amqp", "librabbitmq"),
    "pyamqp": ("amqp",),
    "sqs": ("boto3",),
}
"""The distributions, any one of which lets Celery talk to a broker of that scheme."""


@check("install.flower-installed", severity=Severity.HIGH, section=INSTALLATION)
def test_flower_is_installed(package: Package) -> None:
    """Flower is installed in the environment that its service starts from.

    Why: a service that points at another environment fails at its next start.
    Fix: run that environment's own `pip install flower`.
    Source: https://flower.readthedocs.io/en/latest/install.html
    """
    observed = package.left_behind or "flower is not installed there"
    assert package.flower is not None, Finding(observed, wanted="flower", where=package.venv)


@check("install.flower-current", severity=Severity.MEDIUM, section=INSTALLATION)
def test_flower_is_current(package: Package) -> None:
    """Flower is of the major release that is still developed.

    Why: corrections, security ones too, are made in the latest major release only.
    Fix: run `pip install --upgrade flower` in the service's environment, and read the changes since your release first.
    Source: https://github.com/mher/flower/releases
    """
    only_if(package.flower is not None, "Flower is not installed in this environment")
    major = package.flower.major if package.flower else 0
    assert major >= SUPPORTED_MAJOR, Finding(
        f"Flower {package.flower}", wanted=f"{SUPPORTED_MAJOR}.0 or later", where=package.venv
    )


@check("install.python-supported", severity=Severity.MEDIUM, section=INSTALLATION)
def test_python_fits_flower(package: Package) -> None:
    """The interpreter is there, and one that this Flower supports.

    Why: the guide's Python 3.8 is too old since Flower 2.1, which asks for 3.10; and an upgrade of the system takes the
    interpreter away, or another one into its place, so that Flower does not start again.
    Fix: make the environment anew with a supported interpreter.
    Source: the Requires-Python line of Flower's package metadata
    """
    gone = package.interpreter_gone
    assert not gone, Finding(f"{gone} is gone", wanted="the interpreter it was made with", where=package.venv)
    only_if(package.flower is not None, "Flower is not installed in this environment")
    if not package.python:
        raise Unobservable("the version of the environment's interpreter is not told by its files")
    assert package.python_fits, Finding(
        f"Python {package.python}", wanted=f"{package.requires_python} for Flower {package.flower}", where=package.venv
    )


@check("install.celery-compatible", severity=Severity.MEDIUM, section=INSTALLATION)
def test_celery_fits_flower(package: Package) -> None:
    """Celery and the other libraries fit this Flower.

    Why: Flower imports Celery's internals; with another major release it does not start.
    Fix: run `pip check` in the environment, then install the versions that it names.
    Source: the Requires-Dist lines of Flower's package metadata
    """
    only_if(package.flower is not None, "Flower is not installed in this environment")
    assert "celery" in package.versions, Finding("celery is not installed", wanted="celery", where=package.venv)
    assert not package.unmet, Finding("; ".join(package.unmet[:3]), wanted="what Flower requires", where=package.venv)


@check(
    "install.broker-client",
    severity=Severity.MEDIUM,
    section=INSTALLATION,
    covers=("Check broker connectivity",),
)
def test_broker_client_is_installed(package: Package, options: Options) -> None:
    """The client library of the broker is installed beside Flower.

    Why: `pip install flower` brings no Redis client; Flower then starts, and shows nothing.
    Fix: run `pip install 'celery[redis]'` (or the extra of your broker) in the service's environment.
    Source: https://docs.celeryq.dev/en/stable/getting-started/introduction.html#bundles
    """
    if options.broker is None:
        raise Unobservable(options.broker_unknown)
    scheme = options.broker.scheme
    only_if(scheme in CLIENTS, f"which client the broker {scheme} needs is not known here")
    assert set(CLIENTS[scheme]) & package.versions.keys(), Finding(
        f"no client for {scheme}://", wanted=" or ".join(CLIENTS[scheme]), where=package.venv
    )
