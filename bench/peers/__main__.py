"""`make bench-peers`: kokoro-onnx, sherpa-onnx and ours on one model file, with the same texts, on the same cores.

Writes results.json and results.png to build/bench/peers. bench/README.md tells the method.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.peers.figures import figures_of
from bench.peers.make_prompts import make_prompts
from bench.peers.material import (
    STOCK,
    VARIANTS,
    NotThere,
    make_model,
    prepare,
    sherpa_folder,
    stock_bundle,
    variant_bundle,
)
from bench.peers.measure import QUICK, Measured, Repeats, measure_memory, measure_speed
from bench.peers.peak import measure_peaks
from bench.peers.plot import draw
from bench.peers.results import write_results
from bench.peers.spec import EngineSpec, Library
from bench.peers.table import show
from bench.peers.targets import judge, shares
from utterd.stages.models.machine import cpu_name

_MODEL: Final = Path("build/kokoro-shaped")
_OUTPUT: Final = Path("build/bench/peers")
_PEERS: Final[tuple[Library, ...]] = ("kokoro-onnx", "sherpa-onnx", "onnxruntime")
_ENGINES: Final = (*_PEERS, STOCK, *VARIANTS)


def main() -> int:
    options = _parser().parse_args()
    console = Console(width=160 if not sys.stdout.isatty() else None)
    repeats = QUICK if options.quick else Repeats()
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    threads = options.threads or ([1] if options.quick else sorted({1, min(2, len(cores))}))
    begun = time.monotonic()

    def tell(step: str, label: str = "") -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {label}{step}", file=sys.stderr, flush=True)

    tell(f"the model: {options.model}")
    make_model(options.model, options.sizes)
    prompts, words = make_prompts()
    folders, absent = _folders(options.model, options.output, options.engines, words, skip_prepare=options.no_prepare)
    settings = _settings(folders, threads, cores)
    measured = [Measured(spec=spec) for spec in settings]
    tell("the arithmetic's limit")
    peaks = {count: measure_peaks(count, cores[:count]) for count in threads}
    measure_memory([each for each in measured if each.spec.threads == threads[0]], prompts, repeats, tell)
    for count in threads:
        # Threads by default are all of them: beside the most.
        beside = {count, 0} if count == threads[-1] else {count}
        group = [each for each in measured if each.spec.threads in beside]
        measure_speed(group, prompts, repeats, partial(tell, label=f"{count} threads: "))
    tell("done")
    absent |= {each.spec.label: each.problem for each in measured if each.problem}
    figures = [figures_of(each, options.clock) for each in measured if each.loads and not each.problem]
    verdicts = judge(figures)
    reached = shares(figures, peaks)
    show(console, figures, reached, verdicts, absent)
    write_results(
        options.output / "results.json",
        figures,
        peaks,
        reached,
        verdicts,
        absent,
        run={"clock": options.clock, "quick": options.quick, "took_s": round(time.monotonic() - begun)},
    )
    if figures:
        draw(options.output / "results.png", figures, peaks, f"Kokoro-shaped model, {cpu_name()}, {len(cores)} cores")
    console.print(f"{options.output / 'results.json'}, {options.output / 'results.png'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one thread and few repeats: some minutes")
    parser.add_argument("--threads", type=int, nargs="+", metavar="N", help="default: 1 and 2")
    parser.add_argument("--engines", nargs="+", choices=_ENGINES, default=list(_ENGINES), metavar="ENGINE")
    parser.add_argument(
        "--clock", choices=("wall", "cpu"), default="wall", help="cpu: processor time where there is one thread"
    )
    parser.add_argument("--model", type=Path, default=_MODEL, help="a bundle; made if it is not there")
    parser.add_argument("--sizes", choices=("full", "tiny"), default="full", help="of a model that is made")
    parser.add_argument("--output", type=Path, default=_OUTPUT)
    parser.add_argument("--no-prepare", action="store_true", help="take the prepared parts as they are")
    return parser


def _folders(
    model: Path, output: Path, engines: Sequence[str], words: Mapping[str, str], *, skip_prepare: bool
) -> tuple[dict[str, Path], dict[str, str]]:
    """Engine → its folder, and engine → why it has none."""
    folders: dict[str, Path] = {}
    absent: dict[str, str] = {}
    variants = [name for name in engines if name in VARIANTS]
    if variants and not skip_prepare:
        try:
            prepare(model)
        except NotThere as error:
            absent["prepare"] = str(error)
    for name in engines:
        try:
            folders[name] = _folder(name, model, output, words)
        except NotThere as error:
            absent[name] = str(error)
    return folders, absent


def _folder(engine: str, model: Path, output: Path, words: Mapping[str, str]) -> Path:
    if engine in ("kokoro-onnx", "onnxruntime"):
        return model
    if engine == "sherpa-onnx":
        return sherpa_folder(model, output / "sherpa", words)
    if engine == STOCK:
        return stock_bundle(model, output / "bundles" / engine)
    return variant_bundle(model, output / "bundles" / engine, engine)


def _settings(folders: Mapping[str, Path], threads: Sequence[int], cores: Sequence[int]) -> list[EngineSpec]:
    """Each engine with each number of threads on as many cores, and kokoro-onnx as it comes, which takes all cores.

    sherpa-onnx comes with one thread.
    """
    kinds: list[tuple[str, Library]] = [
        (engine, next((peer for peer in _PEERS if peer == engine), "utterd")) for engine in folders
    ]
    return [
        EngineSpec(
            library=library,
            variant=engine if library == "utterd" else "",
            threads=count,
            folder=str(folders[engine].absolute()),
            cores=tuple(cores[: count or len(cores)]),
        )
        for engine, library in kinds
        for count in (*threads, *([0] if engine == "kokoro-onnx" else []))
    ]


if __name__ == "__main__":
    sys.exit(main())
