"""The Celery application of the demo: what a small web shop would run."""

import time

from celery import Celery  # type: ignore[import-untyped]  # Celery ships no types

app = Celery("demo")  # the broker comes from CELERY_BROKER_URL
app.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)

#: What the demo sends, in this order: task name and arguments.
WORK: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("orders.send_receipt", (1041,)),
    ("orders.send_receipt", (1042,)),
    ("orders.charge_card", (1042,)),
    ("reports.count_orders", ("2026-11",)),
)


@app.task(name="orders.send_receipt")  # type: ignore[untyped-decorator]  # Celery ships no types
def send_receipt(order: int) -> str:
    """Succeed at once."""
    return f"receipt for order {order} sent"


@app.task(name="reports.count_orders")  # type: ignore[untyped-decorator]  # Celery ships no types
def count_orders(month: str) -> str:
    """Succeed after a moment, so that a run time shows."""
    time.sleep(0.1)
    return f"2 orders in {month}"


@app.task(name="orders.charge_card")  # type: ignore[untyped-decorator]  # Celery ships no types
def charge_card(order: int) -> str:
    """Fail, as a task does now and then."""
    raise ConnectionError(f"the payment gateway did not answer for order {order}")
