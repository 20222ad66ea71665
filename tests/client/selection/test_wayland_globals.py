import socket
import struct
import threading
from pathlib import Path

import pytest
from rig.sway import Sway

from utterd.client.selection import wayland_globals
from utterd.client.selection.wayland_globals import offered_interfaces, socket_path


def test_a_real_compositor_tells_what_it_offers() -> None:
    with Sway() as desktop:
        offered = offered_interfaces(desktop.environ)
    assert {"wl_seat", "wl_compositor", "zwlr_data_control_manager_v1"} <= offered


def test_the_socket_lies_in_the_runtime_folder_or_where_a_whole_path_says() -> None:
    assert socket_path({"XDG_RUNTIME_DIR": "/run/user/1", "WAYLAND_DISPLAY": "wayland-0"}) == Path(
        "/run/user/1/wayland-0"
    )
    assert socket_path({"WAYLAND_DISPLAY": "/elsewhere/w"}) == Path("/elsewhere/w")


@pytest.mark.parametrize("environ", [{}, {"WAYLAND_DISPLAY": "wayland-0"}, {"XDG_RUNTIME_DIR": "/run/user/1"}])
def test_without_a_name_there_is_no_compositor(environ: dict[str, str]) -> None:
    with pytest.raises(FileNotFoundError):
        offered_interfaces(environ)


def test_one_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(wayland_globals, "TIMEOUT_S", 0.05)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "w"))
        listening.listen()
        with pytest.raises(TimeoutError):
            offered_interfaces({"WAYLAND_DISPLAY": str(tmp_path / "w")})


def test_an_answer_in_pieces_is_put_together_and_a_hang_up_ends_it(tmp_path: Path) -> None:
    name = b"wl_seat\0"
    event = struct.pack("=III", 2, (8 + 4 + 4 + len(name) + 4) << 16, 1)
    event += struct.pack("=I", len(name)) + name + struct.pack("=I", 7)

    def answer() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(100)
            for place in range(len(event)):
                connection.sendall(event[place : place + 1])

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "w"))
        listening.listen()
        thread = threading.Thread(target=answer)
        thread.start()
        assert offered_interfaces({"WAYLAND_DISPLAY": str(tmp_path / "w")}) == {"wl_seat"}
        thread.join()
