"""PromQL's operators and functions over series that grow on a straight line."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flower_audit.parsers.promql import Unpredictable

SAMPLE_EVERY_S = 15.0
COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
CLOCK = {"hour": 12, "minute": 30, "day_of_week": 3, "day_of_month": 15, "month": 6, "year": 2026, "days_in_month": 30}
"""A Wednesday at noon, for rules that sleep at night."""


@dataclass(frozen=True, slots=True)
class Series:
    """A made-up series.  Units: `slope` is growth per second."""

    labels: Mapping[str, str]
    level: float
    slope: float = 0.0


def arithmetic(name: str, left: float, right: float) -> float:
    """What a binary operator makes of two numbers, as Prometheus does it: 0 / 0 is NaN."""
    match name:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            if right == 0:
                return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
            return left / right
        case "%":
            return math.fmod(left, right) if right and math.isfinite(left) else math.nan
        case "^":
            try:
                return float(left**right) if not isinstance(left**right, complex) else math.nan
            except (OverflowError, ZeroDivisionError):
                return math.inf
    raise Unpredictable(f"the operator {name} is not worked out here")


AGGREGATES: Mapping[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "min": min,
    "max": max,
    "avg": lambda values: math.fsum(values) / len(values),
    "count": lambda values: float(len(values)),
    "group": lambda _values: 1.0,
}

OVER_TIME: Mapping[str, Callable[[Series, float, float], float]] = {
    "rate": lambda series, _range, _ahead: series.slope,
    "irate": lambda series, _range, _ahead: series.slope,
    "deriv": lambda series, _range, _ahead: series.slope,
    "increase": lambda series, range_s, _ahead: series.slope * range_s,
    "delta": lambda series, range_s, _ahead: series.slope * range_s,
    "idelta": lambda series, _range, _ahead: series.slope * SAMPLE_EVERY_S,
    "predict_linear": lambda series, _range, ahead_s: series.level + series.slope * ahead_s,
    "avg_over_time": lambda series, range_s, _ahead: series.level - series.slope * range_s / 2,
    "min_over_time": lambda series, range_s, _ahead: series.level - max(series.slope, 0) * range_s,
    "max_over_time": lambda series, range_s, _ahead: series.level - min(series.slope, 0) * range_s,
    "last_over_time": lambda series, _range, _ahead: series.level,
    "quantile_over_time": lambda series, _range, _ahead: series.level,
    "sum_over_time": lambda series, range_s, _ahead: series.level * max(1.0, range_s / SAMPLE_EVERY_S),
    "count_over_time": lambda _series, range_s, _ahead: max(1.0, range_s / SAMPLE_EVERY_S),
    "present_over_time": lambda _series, _range, _ahead: 1.0,
    "changes": lambda series, range_s, _ahead: range_s / SAMPLE_EVERY_S if series.slope else 0.0,
    "resets": lambda _series, _range, _ahead: 0.0,
    "stddev_over_time": lambda _series, _range, _ahead: 0.0,
}

PLAIN: Mapping[str, Callable[[float, list[float]], float]] = {
    "abs": lambda value, _limits: abs(value),
    "ceil": lambda value, _limits: float(math.ceil(value)) if math.isfinite(value) else value,
    "floor": lambda value, _limits: float(math.floor(value)) if math.isfinite(value) else value,
    "round": lambda value, _limits: float(round(value)) if math.isfinite(value) else value,
    "clamp": lambda value, limits: max(limits[0], min(limits[1], value)),
    "clamp_min": lambda value, limits: max(limits[0], value),
    "clamp_max": lambda value, limits: min(limits[0], value),
    "sgn": lambda value, _limits: float((value > 0) - (value < 0)),
    "sort": lambda value, _limits: value,
    "sort_desc": lambda value, _limits: value,
    "label_replace": lambda value, _limits: value,
    "label_join": lambda value, _limits: value,
    "timestamp": lambda _value, _limits: 1.8e9,
}
