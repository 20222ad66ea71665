"""What issue 6 asks for, and whether it was reached, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.peers.figures import Figures
from bench.peers.material import STOCK
from bench.peers.peak import GFLOP_A_SECOND
from bench.peers.prompts import CLAUSE, FIVE, OPENINGS, SENTENCE, WORDS

KOKORO, SHERPA, BARE = "kokoro-onnx", "sherpa-onnx", "onnxruntime"
_EXACT: Final = frozenset({"fp32", "fp32-native"})
"""Parts whose sound equals the single graph's."""
_PLAIN: Final = "int8"
_NATIVE: Final = "int8-native"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One target."""

    target: str
    found: str
    reached: bool | None
    """None: what it takes was not measured."""

    @property
    def word(self) -> str:
        return {True: "reached", False: "missed", None: "not measured"}[self.reached]


def judge(figures: Sequence[Figures]) -> list[Verdict]:
    """Every target, in the issue's order. A peer counts with the best of its settings, and its default is told."""
    ours = [each for each in figures if each.spec.library == "utterd" and each.spec.engine != STOCK]
    exact = [each for each in ours if each.spec.engine in _EXACT]
    return [
        _first(figures, ours, FIVE, KOKORO, 1 / 40),
        _first(figures, ours, FIVE, SHERPA, 1 / 10),
        _first(figures, ours, OPENINGS, SHERPA, 1 / 10, which="of five sentences"),
        _first(figures, ours, SENTENCE, KOKORO, 1 / 10),
        _clause(ours),
        _first(figures, exact, FIVE, KOKORO, 1 / 20, which="with fp32 parts"),
        _first(figures, exact, FIVE, SHERPA, 1 / 4, which="with fp32 parts"),
        _first(figures, exact, OPENINGS, SHERPA, 1 / 4, which="of five sentences with fp32 parts"),
        *_real_time_factors(figures, _PLAIN, 0.5),
        *_real_time_factors(figures, _NATIVE, 0.3),
        *_loads(ours),
        *_memory(figures, ours),
        *_independence(ours),
    ]


def shares(figures: Sequence[Figures], peaks: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    """Label → how much of the arithmetic's limit an engine reaches with five sentences: 1 could not be bettered.

    Args:
        peaks: threads → "fp32" and "int8" → operations a second, in units of 1e9.
    """
    found = {}
    for each in figures:
        if FIVE in each.rtf and each.spec.threads in peaks:
            kind = "int8" if each.spec.engine.startswith("int8") else "fp32"
            found[each.spec.label] = GFLOP_A_SECOND / peaks[each.spec.threads][kind] / each.rtf[FIVE]
    return found


def _first(
    figures: Sequence[Figures], ours: Sequence[Figures], prompt: str, peer: str, share: float, *, which: str = ""
) -> Verdict:
    target = f"first sound of {prompt}{' ' + which if which else ''}: at most 1/{1 / share:.0f} of {peer}'s"
    mine = _soonest(ours, prompt)
    theirs = _soonest([each for each in figures if each.spec.engine == peer], prompt)
    if mine is None or theirs is None:
        return Verdict(target=target, found="", reached=None)
    ratio = mine.first_s[prompt] / theirs.first_s[prompt]
    found = (
        f"1/{1 / ratio:.1f}: {_ms(mine.first_s[prompt])} ({mine.spec.label}) to {_ms(theirs.first_s[prompt])} "
        f"({theirs.spec.label})"
    )
    default = next((each for each in figures if each.spec.engine == peer and each.spec.threads == 0), None)
    if default is not None and default is not theirs and prompt in default.first_s:
        found += f"; its default takes {_ms(default.first_s[prompt])}"
    return Verdict(target=target, found=found, reached=ratio <= share)


def _clause(ours: Sequence[Figures]) -> Verdict:
    limit_s = 0.060
    target = f"first sound of a clause of 20 phonemes: at most {_ms(limit_s)} on one core"
    mine = _soonest([each for each in ours if each.spec.threads == 1], CLAUSE)
    if mine is None:
        return Verdict(target=target, found="", reached=None)
    found = f"{_ms(mine.first_s[CLAUSE])} ({mine.spec.label})"
    return Verdict(target=target, found=found, reached=mine.first_s[CLAUSE] <= limit_s)


def _real_time_factors(figures: Sequence[Figures], engine: str, share: float) -> Iterator[Verdict]:
    """At each number of threads."""
    target = f"RTF of {engine}: at most {share:g} of {KOKORO}'s at equal threads"
    pairs = [
        (mine, theirs)
        for mine in figures
        for theirs in figures
        if mine.spec.engine == engine and theirs.spec.engine == KOKORO and mine.spec.threads == theirs.spec.threads
        if FIVE in mine.rtf and FIVE in theirs.rtf
    ]
    for mine, theirs in pairs:
        ratio = mine.rtf[FIVE] / theirs.rtf[FIVE]
        found = f"{ratio:.2f}: {mine.rtf[FIVE]:.3f} to {theirs.rtf[FIVE]:.3f} ({mine.spec.label})"
        yield Verdict(target=target, found=found, reached=ratio <= share)
    if not pairs:
        yield Verdict(target=target, found="", reached=None)


def _loads(ours: Sequence[Figures]) -> Iterator[Verdict]:
    limit_s = 0.3
    target = f"load of the prepared parts: at most {limit_s} s"
    for each in ours:
        if each.spec.threads == 1:
            found = f"{each.load_s:.2f} s ({each.spec.engine})"
            yield Verdict(target=target, found=found, reached=each.load_s <= limit_s)
    if not ours:
        yield Verdict(target=target, found="", reached=None)


def _memory(figures: Sequence[Figures], ours: Sequence[Figures]) -> Iterator[Verdict]:
    target = "memory after 500 tokens: at most 1/4 of the stock graph's in a bare session"
    bare_mb = next((each.spoken_mb for each in figures if each.spec.engine == BARE and each.spoken_mb), None)
    stock_mb = next((each.spoken_mb for each in figures if each.spec.engine == STOCK and each.spoken_mb), None)
    pairs = [(each, each.spoken_mb, each.mapped_mb or 0.0) for each in ours if each.spoken_mb]
    if bare_mb is None or not pairs:
        yield Verdict(target=target, found="", reached=None)
        return
    for each, mb, mapped_mb in pairs:
        found = f"1/{bare_mb / mb:.2f}: {mb:.0f} to {bare_mb:.0f} MB ({each.spec.engine}, {mapped_mb:.0f} of it mapped)"
        if stock_mb is not None:
            found += f"; our own way of running it takes {stock_mb:.0f}"
        yield Verdict(target=target, found=found, reached=mb <= bare_mb / 4)


def _independence(ours: Sequence[Figures]) -> Iterator[Verdict]:
    target = "first sound of 500 words: at most 1.1 of its first clause's alone"
    pairs = [each for each in ours if WORDS in each.first_s and CLAUSE in each.first_s]
    for each in pairs:
        ratio = each.first_s[WORDS] / each.first_s[CLAUSE]
        yield Verdict(target=target, found=f"{ratio:.2f} ({each.spec.label})", reached=ratio <= 1.1)
    if not pairs:
        yield Verdict(target=target, found="", reached=None)


def _soonest(figures: Sequence[Figures], prompt: str) -> Figures | None:
    return min(
        (each for each in figures if prompt in each.first_s), key=lambda each: each.first_s[prompt], default=None
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
