"""What the g2p tests share: one real stage, as there is one in a process."""

import pytest
from rig.g2p_reader import Reader

from utterd.stages.g2p.stage import G2p


@pytest.fixture(scope="session")
def stage() -> G2p:
    """misaki and eSpeak, for all languages."""
    return G2p.open("en-us")


@pytest.fixture(scope="session")
def reader(stage: G2p) -> Reader:
    return Reader(stage)
