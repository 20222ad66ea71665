"""From `utterd models get` to a daemon that speaks with what was fetched, by its name."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from rig.onnx_graphs import save_kokoro
from running_daemon import RunningDaemon

PROGRAM = "import sys; from utterd.client.cli import main; sys.exit(main())"


def utterd(daemon: RunningDaemon, *arguments: str) -> str:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, env=daemon.environ, capture_output=True, text=True, check=True).stdout


def test_a_fetched_model_is_run_by_its_name(tmp_path: Path) -> None:
    save_kokoro(tmp_path / "own.onnx")
    for at, name in enumerate(("af_heart", "bm_george")):
        (tmp_path / f"{name}.bin").write_bytes(np.full((510, 1, 256), at / 4, "<f4").tobytes())
    daemon = RunningDaemon("--device", "null", "--model", "own")
    files = ["--file", str(tmp_path / "own.onnx"), "--voices", str(tmp_path)]
    utterd(daemon, "models", "get", "own", *files, "--unverified")
    with daemon:
        daemon.wait_ready()
        assert [line.split()[-4:] for line in utterd(daemon, "voices").splitlines()[1:]] == [
            ["en-us", "US", "English,", "female"],
            ["en-gb", "British", "English,", "male"],
        ]
        utterd(daemon, "speak", "-v", "bm_george", "Hello.")
        models = utterd(daemon, "models", "list").splitlines()
        assert [line.split()[1] for line in models if line.startswith("*")] == ["own"]
