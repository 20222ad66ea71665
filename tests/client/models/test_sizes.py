"""Sizes as people read them."""

import pytest

from utterd.client.models.sizes import readable_size


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 B"),
        (999.9, "999 B"),
        (1000, "1 kB"),
        (16_600, "17 kB"),
        (1_049_999, "1.0 MB"),
        (9_940_000, "9.9 MB"),
        (325_505_369, "326 MB"),
    ],
)
def test_sizes_are_counted_as_the_makers_of_disks_do(size_bytes, said):
    assert readable_size(size_bytes) == said
