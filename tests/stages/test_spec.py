"""What a stage is started with goes through one argument, whole."""

import json

import pytest

from utterd.stages.hop import HopSpec
from utterd.stages.spec import StageSpec, spec_from_arguments


@pytest.fixture
def spec() -> StageSpec:
    def hop(name: str, descriptor: int) -> HopSpec:
        return HopSpec(name=name, descriptor=descriptor, slots=8, slot_bytes=64, endpoint=f"ipc:///x/{name}", epoch=3)

    return StageSpec(
        stage="inference",
        control_endpoint="ipc:///x/c",
        reports_endpoint="ipc:///x/r",
        life_descriptor=3,
        position_descriptor=4,
        heartbeat_s=1.0,
        inputs={"live": hop("phonemes.live", 5), "render": hop("phonemes.render", 6)},
        outputs={"live": hop("audio.live", 7)},
        generations={"live": 2, "render": 0},
        settings={"model": "starter", "resume": {7: (1, 200)}, "threads": 0},
    )


def test_a_spec_comes_back_from_its_argument(spec):
    again = StageSpec.from_json(spec.to_json())
    assert again.inputs == spec.inputs
    assert again.outputs == spec.outputs
    assert again.settings["resume"] == {"7": [1, 200]}, "as JSON has it: the output stage reads it so"
    assert StageSpec.from_json(again.to_json()) == again


def test_a_child_inherits_every_descriptor_it_is_told_of(spec):
    assert sorted(spec.descriptors) == [3, 4, 5, 6, 7]


def test_only_a_daemon_starts_workers(spec):
    assert spec_from_arguments(["--worker", spec.to_json()]) is not None
    for arguments in ([], ["--help"], ["--worker"], ["--worker", "{}", "more"]):
        assert spec_from_arguments(arguments) is None


def test_the_argument_is_one_line(spec):
    assert "\n" not in spec.to_json()
    assert json.loads(spec.to_json())["stage"] == "inference"
