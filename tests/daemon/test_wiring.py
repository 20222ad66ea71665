"""Rings, endpoints and pages: who is joined to whom, and what outlives whom."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.hops import short_folder

from utterd.config.paths import PathError, find_paths
from utterd.daemon.wiring import STAGES, Wiring, hops_into, hops_out_of, writer_of
from utterd.stages.memory import attach_shared_memory
from utterd.stages.position import Position
from utterd.stages.spec import StageSpec

GENERATIONS = {"live": 3, "render": 4}


@pytest.fixture
def wiring() -> Iterator[Wiring]:
    with short_folder() as folder:
        yield Wiring(folder, heartbeat_s=1.0)


def spec_of(wiring: Wiring, stage: str) -> StageSpec:
    return wiring.spec(stage, GENERATIONS, {})  # type: ignore[arg-type]


def test_every_hop_joins_one_writer_to_one_reader(wiring: Wiring) -> None:
    specs = {stage: spec_of(wiring, stage) for stage in STAGES}
    ends: dict[str, list[str]] = {name: [] for name in wiring.hops}
    for stage, spec in specs.items():
        for hop in spec.outputs.values():
            ends[hop.name].append(f"{stage} writes")
        for hop in spec.inputs.values():
            ends[hop.name].append(f"{stage} reads")
    assert ends == {
        "text.live": ["g2p reads"],  # the daemon writes
        "text.render": ["g2p reads"],
        "phonemes.live": ["g2p writes", "inference reads"],
        "phonemes.render": ["g2p writes", "inference reads"],
        "audio.live": ["inference writes", "output reads"],
        "audio.render": ["inference writes"],  # the daemon reads
    }


@pytest.mark.parametrize(
    ("hop", "writer"),
    [("text.live", "daemon"), ("phonemes.render", "g2p"), ("audio.live", "inference"), ("audio.render", "inference")],
)
def test_the_writer_of_a_hop_is_known(hop: str, writer: str) -> None:
    assert writer_of(hop) == writer


def test_the_hops_of_a_stage_are_known() -> None:
    assert hops_into("output") == ("audio.live",)
    assert hops_out_of("output") == ()
    assert hops_into("g2p") == ("text.live", "text.render")
    assert hops_out_of("inference") == ("audio.live", "audio.render")


def test_a_new_epoch_is_in_every_spec_from_then_on(wiring: Wiring) -> None:
    assert wiring.raise_epoch("audio.live").epoch == 2
    assert spec_of(wiring, "output").inputs["live"].epoch == 2
    assert spec_of(wiring, "inference").outputs["live"].epoch == 2
    assert spec_of(wiring, "inference").outputs["render"].epoch == 1


def test_a_restarted_stage_gets_the_same_memory_at_the_same_endpoints(wiring: Wiring) -> None:
    first, second = spec_of(wiring, "inference"), spec_of(wiring, "inference")
    assert first.inputs == second.inputs
    assert first.outputs == second.outputs
    assert first.position_descriptor == second.position_descriptor
    assert first.control_endpoint == second.control_endpoint


def test_each_process_reports_at_an_endpoint_of_its_own(wiring: Wiring) -> None:
    endpoints = [spec_of(wiring, stage).reports_endpoint for stage in (*STAGES, *STAGES)]
    assert len(set(endpoints)) == len(endpoints)


def test_a_spec_survives_its_way_to_the_child(wiring: Wiring) -> None:
    spec = spec_of(wiring, "g2p")
    assert StageSpec.from_json(spec.to_json()) == spec


def test_memory_is_as_large_as_its_spec_says(wiring: Wiring) -> None:
    for hop in wiring.hops.values():
        memory = attach_shared_memory(hop.descriptor, hop.size_bytes)
        assert len(memory) == hop.size_bytes
        memory.close()


def test_a_position_page_is_shared_with_the_stage(wiring: Wiring) -> None:
    from utterd.stages.position import PositionPage

    place = Position(utterance_id=7, sequence=3, frame=100, clock_frames=900, is_working=True)
    PositionPage(spec_of(wiring, "output").position_descriptor).write(place)
    assert wiring.positions["output"].read() == place
    assert wiring.positions["g2p"].read() is None


def test_what_a_killed_daemon_left_is_swept_away() -> None:
    with short_folder() as folder:
        (Wiring(folder, heartbeat_s=1.0).scratch / "left").write_text("over")
        wiring = Wiring(folder, heartbeat_s=1.0)
        assert list(folder.iterdir()) == [wiring.scratch.parent]
        assert list(wiring.scratch.iterdir()) == []
        assert stat.S_IMODE(wiring.scratch.parent.stat().st_mode) == 0o700


def test_nothing_is_left_when_it_is_closed() -> None:
    with short_folder() as folder:
        Wiring(folder, heartbeat_s=1.0).close()
        assert list(folder.iterdir()) == []


def test_every_endpoint_fits_wherever_the_clients_socket_does() -> None:
    with short_folder() as folder:
        room = 100 - len(os.fsencode(folder / "run" / "utterd.sock"))
        home = folder / ("x" * (room - 1))
        paths = find_paths({"UTTERD_HOME": str(home)})
        assert len(os.fsencode(paths.socket)) == 100
        wiring = Wiring(paths.run, heartbeat_s=1.0)
        spec = spec_of(wiring, "g2p")
        endpoints = [hop.endpoint for hop in wiring.hops.values()] + [spec.control_endpoint, spec.reports_endpoint]
        for endpoint in endpoints:
            path = Path(endpoint.removeprefix("ipc://"))
            assert len(os.fsencode(path)) <= 103  # macOS
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(str(path))


def test_a_run_folder_that_is_too_deep_is_named() -> None:
    with short_folder() as folder:
        deep = folder / ("x" * 95)
        with pytest.raises(PathError, match="is too long for sockets; set UTTERD_HOME to a shorter one"):
            Wiring(deep, heartbeat_s=1.0)
        assert not deep.exists()
