"""What people see of the figures: a picture, a table, a file."""

import io
import json

from rich.console import Console

from bench.peers.figures import Figures
from bench.peers.plot import draw
from bench.peers.prompts import CLAUSE, FIVE
from bench.peers.results import write_results
from bench.peers.spec import EngineSpec
from bench.peers.table import show
from bench.peers.targets import judge

PNG = b"\x89PNG"


def figures(library: str, variant: str, first_s: float) -> Figures:
    return Figures(
        spec=EngineSpec(library=library, variant=variant, threads=1, folder="", cores=()),
        what="it",
        first_s={CLAUSE: first_s, FIVE: first_s},
        total_s={FIVE: 9.0},
        rtf={FIVE: 0.3},
        audio_s={FIVE: 30.0},
        load_s=0.2,
        import_s=0.1,
        loaded_mb=100.0,
        spoken_mb=300.0,
        mapped_mb=250.0,
    )


FOUND = [figures("kokoro-onnx", "", 6.0), figures("utterd", "int8", 0.05)]


def test_the_picture_is_written(tmp_path):
    draw(tmp_path / "new" / "picture.png", FOUND, {1: {"fp32": 200.0, "int8": 800.0}}, "title")
    assert (tmp_path / "new" / "picture.png").read_bytes().startswith(PNG)


def test_the_file_holds_figures_targets_and_what_is_missing(tmp_path):
    path = tmp_path / "results.json"
    shares = {"int8, 1 thread": 0.6}
    write_results(path, FOUND, {1: {"fp32": 200.0}}, shares, judge(FOUND), {"fp32": "no parts"}, run={"clock": "wall"})
    results = json.loads(path.read_text("utf-8"))
    assert [each["engine"] for each in results["engines"]] == ["kokoro-onnx", "int8"]
    assert results["engines"][1]["share_of_limit"] == 0.6
    assert results["engines"][0]["first_s"] == {CLAUSE: 6.0, FIVE: 6.0}
    assert results["targets"][0]["verdict"] == "reached"
    assert results["not_measured"] == {"fp32": "no parts"}


def test_the_table_says_whether_targets_were_reached_in_words():
    console = Console(file=io.StringIO(), width=200)
    show(console, FOUND, {"int8, 1 thread": 0.6}, judge(FOUND), {"fp32": "no parts"})
    text = console.file.getvalue()
    assert "int8, 1 thread" in text
    assert "60%" in text
    assert "1/120.0: 50 ms (int8, 1 thread) to 6000 ms" in text
    assert "not measured: fp32: no parts" in text
