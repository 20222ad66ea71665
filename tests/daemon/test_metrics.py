"""Figures: none before a measurement, then quantiles of the latest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utterd.daemon.metrics import Distribution, Metrics


def test_nothing_has_a_value_before_something_was_measured() -> None:
    assert Distribution().summary() is None
    summary = Metrics().summary()
    assert (summary["first_audio_ms"], summary["rtf"], summary["cache"]) == (None, None, None)


def test_one_measurement_is_every_quantile() -> None:
    distribution = Distribution()
    distribution.add(12.3456)
    assert distribution.summary() == {"count": 1, "p50": 12.346, "p95": 12.346, "p99": 12.346, "max": 12.346}


def test_quantiles_lie_between_the_two_nearest_measurements() -> None:
    distribution = Distribution()
    for value in range(100, -1, -1):
        distribution.add(value)
    assert distribution.summary() == {"count": 101, "p50": 50, "p95": 95, "p99": 99, "max": 100}
    distribution = Distribution()
    distribution.add(1)
    distribution.add(2)
    assert distribution.summary() == pytest.approx({"count": 2, "p50": 1.5, "p95": 1.95, "p99": 1.99, "max": 2})


def test_only_the_latest_thousand_count_but_all_are_counted() -> None:
    distribution = Distribution()
    for value in [1_000_000] * 5 + [1] * 1000:
        distribution.add(value)
    assert distribution.summary() == {"count": 1005, "p50": 1, "p95": 1, "p99": 1, "max": 1}


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_quantiles_are_ordered_and_among_the_measured(values: list[float]) -> None:
    distribution = Distribution()
    for value in values:
        distribution.add(value)
    summary = distribution.summary()
    assert summary is not None
    slack = 0.001  # they are rounded
    assert min(values) - slack <= summary["p50"] <= summary["p95"] <= summary["p99"] <= summary["max"]
    assert summary["max"] == pytest.approx(max(values), abs=slack)
