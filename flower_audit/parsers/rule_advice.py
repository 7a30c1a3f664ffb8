"""Alert expressions that are right for the metrics that are there; docs/alerting.md shows the same."""

from collections.abc import Collection

from flower_audit.parsers.celery_metrics import BACKLOG, DANIHODOVIC, FAILING, NO_WORKERS, OVALMONEY

FAILED_SHARE = {
    "Flower": (
        'sum by (task) (rate(flower_events_total{type="task-failed"}[10m]))'
        ' / sum by (task) (rate(flower_events_total{type=~"task-succeeded|task-failed"}[10m])) > 0.1'
    ),
    DANIHODOVIC: (
        "sum by (name) (rate(celery_task_failed_total[10m]))"
        " / (sum by (name) (rate(celery_task_failed_total[10m]))"
        " + sum by (name) (rate(celery_task_succeeded_total[10m]))) > 0.1"
    ),
    OVALMONEY: (
        'sum by (name) (rate(celery_tasks_total{state="FAILURE"}[10m]))'
        ' / sum by (name) (rate(celery_tasks_total{state=~"SUCCESS|FAILURE"}[10m])) > 0.1'
    ),
}
WORKERS_GONE = {
    "Flower": "(sum(flower_worker_online) or vector(0)) < 1",
    DANIHODOVIC: "(sum(celery_worker_up) or vector(0)) < 1",
    OVALMONEY: "(sum(celery_workers) or vector(0)) < 1",
}
QUEUE_LONG = {
    DANIHODOVIC: "max by (queue_name) (celery_queue_length) > 1000",
    "redis_exporter": 'max by (key) (redis_key_size{key="celery"}) > 1000',
    "RabbitMQ": 'max by (queue) (rabbitmq_queue_messages_ready{queue="celery"}) > 1000',
}
ADVICE = {FAILING.name: FAILED_SHARE, NO_WORKERS.name: WORKERS_GONE, BACKLOG.name: QUEUE_LONG}


def advised(situation: str, exporters: Collection[str]) -> str:
    """An expression for a situation, made of metrics that these exporters serve.

    Flower and OvalMoney's exporter know no queue length: Redis' or RabbitMQ's own exporter is then named.
    """
    known = ADVICE[situation]
    fitting = next((name for name in ("Flower", DANIHODOVIC, OVALMONEY) if name in exporters and name in known), "")
    if fitting:
        return known[fitting]
    if situation == BACKLOG.name:
        return f"{known['redis_exporter']} (with redis_exporter; {known['RabbitMQ']} with RabbitMQ's own metrics)"
    return known["Flower"]
