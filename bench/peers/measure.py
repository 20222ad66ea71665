"""Have the engines speak in turns, so that all meet the same machine, and keep what they tell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.peers.process import EngineFailed, EngineProcess
from bench.peers.prompts import CLAUSE, FIVE, MEMORY, OPENINGS, SENTENCE, WORDS, Prompt, opening
from bench.peers.spec import BEGUN, STREAM, WHOLE, EngineSpec, Loaded, Spoken
from bench.phonemes import SENTENCES

Tell = Callable[[str], None]
"""Says how far it is, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """How often what is measured."""

    clause: int = 7
    sentence: int = 4
    five: int = 2
    begun: int = 6
    """Five sentences more, but for kokoro-onnx, up to the first sound."""
    words: int = 5
    """Of ours, each beside its first clause; the peers do it once, for it takes them long."""
    load: int = 3
    whole: bool = True
    """Whether kokoro-onnx also makes sound by `create`, which streams nothing."""

    def of(self, name: str) -> int:
        return {CLAUSE: self.clause, SENTENCE: self.sentence, FIVE: self.five}[name]


QUICK = Repeats(clause=3, sentence=2, five=1, begun=2, words=3, load=2, whole=False)


@dataclass(slots=True, kw_only=True)
class Measured:
    """All that was found of one engine."""

    spec: EngineSpec
    loads: list[Loaded] = field(default_factory=list)
    after_memory: Spoken | None = None
    """500 tokens in one piece, in a process that has said nothing before."""
    spoken: dict[tuple[str, str], list[Spoken]] = field(default_factory=dict)
    """By prompt, and by STREAM, WHOLE or BEGUN."""
    problem: str | None = None

    def add(self, prompt: str, how: str, spoken: Spoken) -> None:
        self.spoken.setdefault((prompt, how), []).append(spoken)


def measure_memory(found: Sequence[Measured], prompts: Mapping[str, Prompt], repeats: Repeats, tell: Tell) -> None:
    """Loading, and memory after it and after 500 tokens, one engine at a time."""
    for measured in found:
        tell(f"memory: {measured.spec.label}")
        try:
            for _ in range(repeats.load - 1):
                with EngineProcess(measured.spec) as process:
                    measured.loads.append(process.loaded)
            with EngineProcess(measured.spec) as process:
                measured.loads.append(process.loaded)
                measured.after_memory = process.speak(prompts[MEMORY], rests=True)
        except EngineFailed as error:
            measured.problem = str(error)


def measure_speed(found: Sequence[Measured], prompts: Mapping[str, Prompt], repeats: Repeats, tell: Tell) -> None:
    """First sound and real-time factor, all engines loaded beside each other and speaking in turns."""
    talking = [each for each in found if each.problem is None and each.spec.library != "onnxruntime"]
    started = [(measured, _start(measured)) for measured in talking]
    speaking = [(measured, process) for measured, process in started if process is not None]
    try:
        for measured, process in speaking:  # what the first run of a session allocates is no figure
            _try(measured, partial(process.speak, prompts[SENTENCE]))
        for name in (CLAUSE, SENTENCE, FIVE):
            for number in range(repeats.of(name)):
                tell(f"{name}, {number + 1} of {repeats.of(name)}")
                turn = number % max(1, len(speaking))
                for measured, process in speaking[turn:] + speaking[:turn]:
                    _speak(measured, process, prompts[name], is_first=number == 0, repeats=repeats)
        for _ in range(repeats.begun):
            for measured, process in speaking:
                _begin(measured, process, prompts[FIVE], as_prompt=FIVE)
        for measured, process in speaking:
            tell(f"{WORDS}: {measured.spec.label}")
            _speak_long(measured, process, prompts, repeats)
            _speak_openings(measured, process, prompts)
    finally:
        for _, process in speaking:
            process.stop()


def _start(measured: Measured) -> EngineProcess | None:
    try:
        process = EngineProcess(measured.spec)
    except EngineFailed as error:
        measured.problem = str(error)
        return None
    measured.loads.append(process.loaded)
    return process


def _speak(measured: Measured, process: EngineProcess, prompt: Prompt, *, is_first: bool, repeats: Repeats) -> None:
    _try(measured, lambda: measured.add(prompt.name, STREAM, process.speak(prompt)))
    if measured.spec.library == "kokoro-onnx" and repeats.whole and (is_first or prompt.name != FIVE):
        _try(measured, lambda: measured.add(prompt.name, WHOLE, process.speak(prompt, WHOLE)))


def _speak_long(measured: Measured, process: EngineProcess, prompts: Mapping[str, Prompt], repeats: Repeats) -> None:
    """The first sound of a long text; of ours beside that of its first clause, which it is to be as soon as."""
    is_ours = measured.spec.library == "utterd"
    for _ in range(repeats.words if is_ours else 1):
        if is_ours:
            _try(measured, lambda: measured.add(CLAUSE, STREAM, process.speak(prompts[CLAUSE])))
        _try(measured, lambda: measured.add(WORDS, BEGUN, process.speak(prompts[WORDS], only_first=True)))


def _speak_openings(measured: Measured, process: EngineProcess, prompts: Mapping[str, Prompt]) -> None:
    for number in range(len(SENTENCES)):
        _begin(measured, process, prompts[opening(number)], as_prompt=OPENINGS)


def _begin(measured: Measured, process: EngineProcess, prompt: Prompt, *, as_prompt: str) -> None:
    """kokoro-onnx makes five sentences in one piece, however they begin: that is known, and takes it long."""
    if measured.spec.library != "kokoro-onnx":
        _try(measured, lambda: measured.add(as_prompt, BEGUN, process.speak(prompt, only_first=True)))


def _try(measured: Measured, act: Callable[[], object]) -> None:
    if measured.problem is None:
        try:
            act()
        except EngineFailed as error:
            measured.problem = str(error)
