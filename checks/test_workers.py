"""The workers, seen from the host they share with Flower.  PYTEST_DONT_REWRITE: the messages stay objects."""

from flower_audit.check import Finding, check
from flower_audit.facts.broker import Broker
from flower_audit.facts.clock import Clock
from flower_audit.facts.options import Options
from flower_audit.facts.workers import Workers
from flower_audit.model import Severity
from flower_audit.policy import Policy

TROUBLESHOOTING = "Troubleshooting"


@check(
    "workers.events",
    severity=Severity.HIGH,
    section=TROUBLESHOOTING,
    covers=("Enable events on workers",),
)
def test_workers_send_events(workers: Workers, options: Options) -> None:
    """The workers send task events, or Flower keeps asking them to.

    Why: without events the task list stays empty although the workers are shown online. Only the processes tell: from
    outside an empty list may as well be a quiet day.
    Fix: start the workers with `-E`, or set `worker_send_task_events = True`; leave Flower's `enable_events` on.
    Source: https://docs.celeryq.dev/en/stable/userguide/monitoring.html
    """
    silent = workers.without_events
    assert not silent or options.enable_events, Finding(
        f"{len(silent)} worker(s) run without -E (process {silent[0].pid}) and Flower's enable_events is off",
        wanted="`celery … worker -E`",
        where=silent[0].name or f"process {silent[0].pid}",
    )


@check(
    "broker.same-as-workers",
    severity=Severity.HIGH,
    section=TROUBLESHOOTING,
    covers=("Check broker URL matches",),
)
def test_workers_use_the_same_broker(workers: Workers, broker: Broker) -> None:
    """Flower and the workers on its host use the same broker and the same database of it.

    Why: events are published per broker and database; with another one Flower sees no workers, and every page is 200.
    Fix: give both the same URL, best by one `EnvironmentFile=` with CELERY_BROKER_URL for both units.
    Source: https://docs.celeryq.dev/en/stable/userguide/monitoring.html
    """
    different = workers.elsewhere(broker)
    assert not different, Finding(
        f"{different[0].name or 'worker'} (process {different[0].pid}) uses {different[0].place}",
        wanted=broker.place,
        where=different[0].where,
    )


@check("workers.clock", severity=Severity.MEDIUM, section=TROUBLESHOOTING)
def test_clock_is_right(clock: Clock, policy: Policy) -> None:
    """The host's clock agrees with the auditor's.

    Why: where clocks differ, the times and the order of tasks are wrong, and Flower's log says `Substantial drift`; a
    clock far off lets no OAuth login and no certificate pass.
    Fix: `timedatectl set-ntp true`, or install and start chrony, on the host and on every worker's host.
    Source: https://docs.celeryq.dev/en/stable/userguide/monitoring.html, worker-heartbeat; timedatectl(1).
    """
    assert abs(clock.offset_s) <= policy.clock_max_offset_seconds, Finding(
        f"{clock.offset_s:+.1f} s off, kept by {clock.time_service or 'no time service that is seen'}",
        wanted=f"within {policy.clock_max_offset_seconds} s",
    )
