"""A small shop: what a Celery worker behind Flower does all day."""

import os

from celery import Celery

app = Celery("shop", broker=os.environ["CELERY_BROKER_URL"])
app.conf.update(
    worker_send_task_events=True,
    task_send_sent_event=True,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    beat_schedule={
        "price": {"task": "shop.price", "schedule": 4, "args": (3, 4)},
        "charge": {"task": "shop.charge", "schedule": 121, "args": ("expired card",)},
    },
)


class Declined(Exception):
    """A payment the bank refused: an expected failure."""


@app.task
def price(amount, unit_price):
    return amount * unit_price


@app.task(throws=(Declined,))
def charge(card):
    raise Declined(card)
