"""What a PromQL expression comes to in a made-up world of series.

The world answers a selector with a few series that each grow on a straight line, so rates and windows have exact
answers; labels are matched, grouped and joined as Prometheus does.  The tests hold it against promtool.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

import promql_parser as ast

from flower_audit.parsers.promql import Selector, Unpredictable, selector_of
from flower_audit.parsers.promql_functions import (
    AGGREGATES,
    CLOCK,
    COMPARISONS,
    OVER_TIME,
    PLAIN,
    SAMPLE_EVERY_S,
    Series,
    arithmetic,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One element of an instant vector; `origin` names the series where no aggregation has merged it."""

    labels: Mapping[str, str]
    value: float
    origin: str = ""


Vector: TypeAlias = list[Sample]
Window: TypeAlias = list[tuple[Series, float]]
World: TypeAlias = Callable[[Selector, float], Sequence[Series]]
"""Answers a selector at so many seconds in the past; raises Unpredictable for a metric it does not know."""


@dataclass(slots=True)
class Evaluation:
    """Works an expression out in one world; `records` are recording rules by name.

    After the call `divided_by_itself` holds the series that stood on both sides of one division.
    """

    world: World
    records: Mapping[str, ast.Expr] = field(default_factory=dict)
    divided_by_itself: set[str] = field(default_factory=set)
    _recording: tuple[str, ...] = ()

    def fires(self, node: ast.Expr) -> bool:
        """Whether an alert with this expression would be active."""
        value = self._value(node, 0.0)
        return True if isinstance(value, float) else bool(value)

    def _value(self, node: ast.Expr, ago_s: float) -> float | Vector:
        match node:
            case ast.NumberLiteral():
                return float(node.val)
            case ast.ParenExpr():
                return self._value(node.expr, ago_s)
            case ast.UnaryExpr():
                value = self._value(node.expr, ago_s)
                return -value if isinstance(value, float) else [_renamed(s, -s.value) for s in value]
            case ast.VectorSelector():
                return self._select(node, ago_s)
            case ast.BinaryExpr():
                return self._binary(node, ago_s)
            case ast.AggregateExpr():
                return self._aggregate(node, ago_s)
            case ast.Call():
                return self._call(node, ago_s)
        raise Unpredictable(f"a {type(node).__name__} stands where a vector should")

    def _vector(self, node: ast.Expr, ago_s: float) -> Vector:
        value = self._value(node, ago_s)
        if isinstance(value, float):
            raise Unpredictable("a number stands where a vector should")
        return value

    def _number(self, node: ast.Expr) -> float:
        value = self._value(node, 0.0)
        return value if isinstance(value, float) else math.nan

    def _select(self, node: ast.VectorSelector, ago_s: float) -> Vector:
        if node.at is not None:
            raise Unpredictable("the @ modifier looks at a fixed time")
        selector = selector_of(node)
        ago_s += node.offset.total_seconds() if node.offset else 0.0
        if selector.metric in self.records:
            if selector.metric in self._recording:
                raise Unpredictable(f"the recording rule {selector.metric} is made of itself")
            inner = replace(self, _recording=(*self._recording, selector.metric))
            return inner._vector_or_number(self.records[selector.metric], ago_s)
        return [
            Sample(
                {"__name__": selector.metric, **series.labels},
                series.level,
                f"{selector.metric}{sorted(series.labels.items())}",
            )
            for series in self.world(selector, ago_s)
        ]

    def _vector_or_number(self, node: ast.Expr, ago_s: float) -> Vector:
        value = self._value(node, ago_s)
        return [Sample({}, value)] if isinstance(value, float) else [_renamed(s, s.value) for s in value]

    def _window(self, node: ast.Expr, ago_s: float) -> Window:
        match node:
            case ast.MatrixSelector():
                selected = node.vector_selector
                past_s = ago_s + (selected.offset.total_seconds() if selected.offset else 0.0)
                selector = selector_of(selected)
                if selector.metric in self.records:
                    return [(Series(s.labels, s.value), _seconds(node.range)) for s in self._select(selected, ago_s)]
                return [
                    (replace(series, labels={"__name__": selector.metric, **series.labels}), _seconds(node.range))
                    for series in self.world(selector, past_s)
                ]
            case ast.SubqueryExpr():
                past_s = ago_s + (node.offset.total_seconds() if node.offset else 0.0)
                if isinstance(node.expr, ast.VectorSelector):
                    selector = selector_of(node.expr)
                    return [(series, _seconds(node.range)) for series in self.world(selector, past_s)]
                return [(Series(s.labels, s.value), _seconds(node.range)) for s in self._vector(node.expr, past_s)]
            case ast.ParenExpr():
                return self._window(node.expr, ago_s)
        raise Unpredictable("a function over time stands on something that is no range")

    def _call(self, node: ast.Call, ago_s: float) -> float | Vector:
        name, arguments = node.func.name, node.args
        if name == "time":
            return 1.8e9
        if name in CLOCK:
            return [Sample({}, float(CLOCK[name]))]
        if name == "vector":
            return [Sample({}, self._number(arguments[0]))]
        if name == "scalar":
            found = self._vector(arguments[0], ago_s)
            return found[0].value if len(found) == 1 else math.nan
        if name == "absent":
            return [] if self._vector(arguments[0], ago_s) else [Sample({}, 1.0)]
        if name == "absent_over_time":
            return [] if self._window(arguments[0], ago_s) else [Sample({}, 1.0)]
        if name in OVER_TIME:
            position = 1 if name == "quantile_over_time" else 0
            seconds_ahead = self._number(arguments[1]) if name == "predict_linear" else 0.0
            return [
                Sample(
                    _nameless(series.labels),
                    OVER_TIME[name](series, range_s, seconds_ahead),
                    f"{name}{sorted(series.labels.items())}",
                )
                for series, range_s in self._window(arguments[position], ago_s)
            ]
        if name in PLAIN:
            limits = (
                [self._number(argument) for argument in arguments[1:]] if name.startswith(("clamp", "round")) else []
            )
            return [_renamed(s, PLAIN[name](s.value, limits)) for s in self._vector(arguments[0], ago_s)]
        raise Unpredictable(f"{name}() is not worked out here")

    def _aggregate(self, node: ast.AggregateExpr, ago_s: float) -> Vector:
        found, name = self._vector(node.expr, ago_s), str(node.op)
        if name in {"topk", "bottomk", "limitk", "limit_ratio"}:
            return found
        if name not in AGGREGATES:
            raise Unpredictable(f"{name} is not worked out here")
        groups: dict[tuple[tuple[str, str], ...], list[float]] = {}
        for sample in found:
            labels = _nameless(sample.labels)
            if node.modifier is None:
                kept: dict[str, str] = {}
            elif str(node.modifier.type).endswith("By"):
                kept = {key: labels[key] for key in node.modifier.labels if labels.get(key)}
            else:
                kept = {key: value for key, value in labels.items() if key not in node.modifier.labels}
            groups.setdefault(tuple(sorted(kept.items())), []).append(sample.value)
        return [Sample(dict(key), AGGREGATES[name](values)) for key, values in groups.items()]

    def _binary(self, node: ast.BinaryExpr, ago_s: float) -> float | Vector:
        name, modifier = str(node.op), node.modifier
        left, right = self._value(node.lhs, ago_s), self._value(node.rhs, ago_s)
        keep_bool = bool(modifier and modifier.return_bool)
        if isinstance(left, float) and isinstance(right, float):
            return float(COMPARISONS[name](left, right)) if name in COMPARISONS else arithmetic(name, left, right)
        if isinstance(left, list) and isinstance(right, list):
            on, labels = _matching(modifier)
            if name in {"and", "or", "unless"}:
                return _set_operation(name, left, right, on, labels)
            return self._joined(node, left, right)
        if isinstance(left, list):
            assert isinstance(right, float)
            return _with_scalar(name, [(s, s.value, right) for s in left], keep_bool)
        assert isinstance(right, list)
        return _with_scalar(name, [(s, left, s.value) for s in right], keep_bool)

    def _joined(self, node: ast.BinaryExpr, left: Vector, right: Vector) -> Vector:
        name, modifier = str(node.op), node.modifier
        on, labels = _matching(modifier)
        both = node.lhs.prettify()
        if name == "/" and both == node.rhs.prettify():
            self.divided_by_itself.add(both)
        card = str(modifier.card).rpartition(".")[2] if modifier else "OneToOne"
        many, one = (right, left) if card == "OneToMany" else (left, right)
        by_key: dict[tuple[tuple[str, str], ...], Sample] = {}
        for sample in one:
            if by_key.setdefault(_key(sample, on, labels), sample) is not sample:
                raise Unpredictable("several series match on the side that must be one (many-to-many)")
        joined: Vector = []
        used: set[tuple[tuple[str, str], ...]] = set()
        for sample in many:
            key = _key(sample, on, labels)
            partner = by_key.get(key)
            if partner is None:
                continue
            if card == "OneToOne" and key in used:
                raise Unpredictable("several series match one (many-to-one) without group_left")
            used.add(key)
            if name == "/" and sample.origin and sample.origin == partner.origin:
                self.divided_by_itself.add(sample.origin)
            first, second = (partner, sample) if card == "OneToMany" else (sample, partner)
            kept = dict(key) if card == "OneToOne" and on else _nameless(sample.labels)
            extra = {
                label: partner.labels.get(label, "") for label in (modifier.group_labels or [] if modifier else [])
            }
            if name in COMPARISONS:
                holds = COMPARISONS[name](first.value, second.value)
                if modifier and modifier.return_bool:
                    joined.append(Sample({**kept, **extra}, float(holds)))
                elif holds:
                    joined.append(Sample({**kept, **extra}, first.value))
            else:
                joined.append(Sample({**kept, **extra}, arithmetic(name, first.value, second.value)))
        return joined


def _seconds(duration: timedelta | None) -> float:
    return duration.total_seconds() if duration else SAMPLE_EVERY_S


def _nameless(labels: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in labels.items() if key != "__name__"}


def _renamed(sample: Sample, value: float) -> Sample:
    return Sample(_nameless(sample.labels), value, sample.origin)


def _matching(modifier: Any) -> tuple[bool, frozenset[str]]:
    """Whether labels are the ones to match `on`, and which; ignoring nothing where no modifier is given."""
    matching = modifier.matching if modifier else None
    if matching is None:
        return False, frozenset()
    return str(matching.type).endswith("Include"), frozenset(matching.labels)


def _key(sample: Sample, on: bool, labels: frozenset[str]) -> tuple[tuple[str, str], ...]:
    present = _nameless(sample.labels).items()
    return tuple(sorted((key, value) for key, value in present if (key in labels) is on))


def _set_operation(name: str, left: Vector, right: Vector, on: bool, labels: frozenset[str]) -> Vector:
    left_keys = {_key(sample, on, labels) for sample in left}
    right_keys = {_key(sample, on, labels) for sample in right}
    if name == "and":
        return [sample for sample in left if _key(sample, on, labels) in right_keys]
    if name == "unless":
        return [sample for sample in left if _key(sample, on, labels) not in right_keys]
    return left + [sample for sample in right if _key(sample, on, labels) not in left_keys]


def _with_scalar(name: str, pairs: Iterable[tuple[Sample, float, float]], keep_bool: bool) -> Vector:
    if name not in COMPARISONS:
        return [_renamed(sample, arithmetic(name, left, right)) for sample, left, right in pairs]
    if keep_bool:
        return [_renamed(sample, float(COMPARISONS[name](left, right))) for sample, left, right in pairs]
    return [sample for sample, left, right in pairs if COMPARISONS[name](left, right)]
