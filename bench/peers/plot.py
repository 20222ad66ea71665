"""The figures as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.peers.figures import Figures
from bench.peers.peak import GFLOP_A_SECOND
from bench.peers.prompts import CLAUSE, FIVE, SENTENCE, WORDS

_PROMPTS: Final = (CLAUSE, SENTENCE, FIVE, WORDS)
_PEERS: Final = {"kokoro-onnx": "#b5493f", "sherpa-onnx": "#cf8f3c", "onnxruntime": "#5d6d7e"}
_OURS: Final = {
    "stock": "#9aa5b1",
    "fp32": "#7fb3d5",
    "fp32-native": "#2e86c1",
    "int8": "#7dcea0",
    "int8-native": "#1e8449",
}
_COLOURS: Final = {**_PEERS, **_OURS}


def draw(path: Path, figures: Sequence[Figures], peaks: Mapping[int, Mapping[str, float]], title: str) -> None:
    """Write a PNG: first sound by length of text, real-time factor beside the arithmetic's limit, memory."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (first, speed, memory) = plt.subplots(1, 3, figsize=(17, 0.42 * len(figures) + 3.2), width_ratios=(3, 2, 2))
    figure.suptitle(title)
    _draw_first(first, figures)
    quick = [each for each in figures if FIVE in each.rtf]
    _draw_speed(speed, quick, peaks)
    _draw_memory(memory, [each for each in figures if each.spoken_mb])
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw_first(axes: Any, figures: Sequence[Figures]) -> None:
    """One line an engine, in its soonest setting and, of kokoro-onnx, in its default one."""
    from matplotlib.ticker import FuncFormatter

    for engine in dict.fromkeys(each.spec.engine for each in figures):
        settings = [each for each in figures if each.spec.engine == engine and FIVE in each.first_s]
        if not settings:
            continue
        soonest = min(settings, key=lambda each: each.first_s[FIVE])
        for each in settings:
            if each is soonest or each.spec.threads == 0:
                names = [name for name in _PROMPTS if name in each.first_s]
                axes.plot(
                    [_PROMPTS.index(name) for name in names],
                    [each.first_s[name] * 1000 for name in names],
                    color=_COLOURS.get(engine, "black"),
                    linestyle="--" if each is not soonest else "-",
                    marker="o",
                    label=each.spec.label,
                )
    axes.set_xticks(range(len(_PROMPTS)), _PROMPTS)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, place: f"{value:,.0f}"))
    axes.set_ylabel("first sound, ms")
    axes.grid(axis="y", which="both", alpha=0.3)
    axes.legend(fontsize=8, loc="upper left")  # where no line is
    axes.set_title("first sound")


def _draw_speed(axes: Any, figures: Sequence[Figures], peaks: Mapping[int, Mapping[str, float]]) -> None:
    for place, each in enumerate(figures):
        axes.barh(place, each.rtf[FIVE], color=_COLOURS.get(each.spec.engine, "black"))
        axes.text(each.rtf[FIVE], place, f" {each.rtf[FIVE]:.3f}", va="center", fontsize=8)
        if each.spec.threads in peaks:
            kind = "int8" if each.spec.engine.startswith("int8") else "fp32"
            limit = GFLOP_A_SECOND / peaks[each.spec.threads][kind]
            axes.plot([limit, limit], [place - 0.4, place + 0.4], color="black")
    axes.set_yticks(range(len(figures)), [each.spec.label for each in figures])
    axes.invert_yaxis()
    axes.set_xlabel("seconds of work for a second of sound; black: the arithmetic alone")
    axes.margins(x=0.2)
    axes.set_title("real-time factor, five sentences")


def _draw_memory(axes: Any, figures: Sequence[Figures]) -> None:
    for place, each in enumerate(figures):
        colour = _COLOURS.get(each.spec.engine, "black")
        spoken = each.spoken_mb or 0.0
        axes.barh(place, spoken, color=colour, alpha=0.5)
        axes.barh(place, each.loaded_mb, color=colour)
        axes.text(spoken, place, f" {each.loaded_mb:.0f} → {spoken:.0f}", va="center", fontsize=8)
    axes.set_yticks(range(len(figures)), [each.spec.engine for each in figures])
    axes.invert_yaxis()
    axes.margins(x=0.35)
    axes.set_xlabel("MB resident: loaded → after 500 tokens")
    axes.set_title("memory")
