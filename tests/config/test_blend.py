"""Which blends are understood, as what, and the sentence for those that are not."""

import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utterd.config.blend import BlendError, parse_blend

names = st.text(string.ascii_lowercase + string.digits + "_-.", min_size=1, max_size=12)


@pytest.mark.parametrize("text", ["af_slt", "", "  ", "am rms", "voix-française"])
def test_a_single_name_is_no_blend(text):
    assert parse_blend(text) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("af_slt*0.6+am_rms*0.4", (("af_slt", 0.6), ("am_rms", 0.4))),
        (" af_slt * 0.6 + am_rms * 0.4 ", (("af_slt", 0.6), ("am_rms", 0.4))),
        ("a+b", (("a", 0.5), ("b", 0.5))),
        ("a*3+b", (("a", 0.75), ("b", 0.25))),
        ("a*1", (("a", 1.0),)),
        ("a*.5+b*1.+c*0", (("a", 1 / 3), ("b", 2 / 3), ("c", 0.0))),
        ("a*0.5+b*0.5+a*1", (("a", 0.75), ("b", 0.25))),
    ],
)
def test_shares_sum_to_one(text, parts):
    found = parse_blend(text)
    assert found is not None
    assert [name for name, _ in found] == [name for name, _ in parts]
    assert [share for _, share in found] == pytest.approx([share for _, share in parts])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a+", "a part of the blend has no voice; write it like af_slt*0.6+am_rms*0.4"),
        ("+", "a part of the blend has no voice; write it like af_slt*0.6+am_rms*0.4"),
        ("a++b", "a part of the blend has no voice; write it like af_slt*0.6+am_rms*0.4"),
        ("*0.6", "a part of the blend has no voice; write it like af_slt*0.6+am_rms*0.4"),
        ("a*0+b*0.0", "every weight of the blend is 0; at least one voice has to be heard, as in af_slt*0.6"),
        ("a*", "the weight of voice 'a' is ''; it has to be a number from 0 up, such as 0.6"),
        ("a*-1", "the weight of voice 'a' is '-1'; it has to be a number from 0 up, such as 0.6"),
        ("a*nan", "the weight of voice 'a' is 'nan'; it has to be a number from 0 up, such as 0.6"),
        ("a*inf", "the weight of voice 'a' is 'inf'; it has to be a number from 0 up, such as 0.6"),
        ("a*1e400", "the weight of voice 'a' is '1e400'; it has to be a number from 0 up, such as 0.6"),
        ("a*1*2", "the weight of voice 'a' is '1*2'; it has to be a number from 0 up, such as 0.6"),
        ("a*١", "the weight of voice 'a' is '١'; it has to be a number from 0 up, such as 0.6"),
        ("a\u202e*x", "the weight of voice 'a\\u202e' is 'x'; it has to be a number from 0 up, such as 0.6"),
        ("a*" + "1" * 300, f"the weight of voice 'a' is '{'1' * 20}'; it has to be a number from 0 up, such as 0.6"),
        ("+".join("abcdefghi"), "a blend has at most 8 voices; this one has 9"),
        ("a*" + "1" * 1_000_000, "a blend of voices has at most 400 characters; this one has 1,000,002"),
    ],
)
def test_what_is_no_blend_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(BlendError) as refusal:
        parse_blend(text)
    assert str(refusal.value) == sentence


@given(st.dictionaries(names, st.floats(0, 999_999).map(lambda weight: round(weight, 3)), min_size=1, max_size=8))
def test_any_weights_become_shares_of_the_same_proportions(weights):
    text = " + ".join(f"{name}*{weight:.3f}" for name, weight in weights.items())
    if not any(weights.values()):
        weights[next(iter(weights))] = 1.0
        text = "+".join(f"{name}*{weight:.3f}" for name, weight in weights.items())
    found = parse_blend(text)
    assert found is not None
    assert [name for name, _ in found] == list(weights)
    assert math.fsum(share for _, share in found) == pytest.approx(1)
    total = sum(weights.values())
    assert [share for _, share in found] == pytest.approx([weight / total for weight in weights.values()])


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_a_blend_or_refused(text):
    try:
        found = parse_blend(text)
    except BlendError:
        return
    assert found is None or all(name and 0 <= share <= 1 for name, share in found)
