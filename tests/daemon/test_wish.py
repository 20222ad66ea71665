"""A wish that contradicts itself is refused in one sentence."""

import math

import pytest

from utterd.daemon.wish import Wish


def test_a_wish_says_nothing_but_whose_it_is_unless_told_otherwise() -> None:
    wish = Wish(owner_label="reader")
    assert (wish.placement, wish.priority, wish.key, wish.replaces, wish.group, wish.max_age_s) == (
        "append", None, "", "", "", None,
    )  # fmt: skip


@pytest.mark.parametrize("placement", ["next", "now"])
def test_a_priority_and_a_placement_exclude_each_other(placement) -> None:
    with pytest.raises(ValueError, match=f"^a priority decides by itself: 'text' cannot be placed '{placement}' too$"):
        Wish(owner_label="reader", priority="text", placement=placement)


@pytest.mark.parametrize("max_age_s", [0, -1.5, math.nan])
def test_an_age_that_nothing_can_keep_is_refused(max_age_s) -> None:
    with pytest.raises(ValueError, match=r"^max_age_s is .*; it has to be above 0$"):
        Wish(owner_label="reader", max_age_s=max_age_s)
