"""The result in words: why the winner won, what it costs, and what became of the others."""

from collections.abc import Iterator
from typing import Final

from utterd.stages.inference.kokoro_windows import DEFAULT_WINDOWS
from utterd.stages.models.tuning.candidate import threads_in_words, windows_in_words
from utterd.stages.models.tuning.figures import Failed
from utterd.stages.models.tuning.growth import RESERVE, RTF_LIMIT, WindowCost
from utterd.stages.models.tuning.guard import FACTOR, Measure, Verdict
from utterd.stages.models.tuning.search import REFERENCE, Found, Step
from utterd.stages.models.tuning.texts import CLAUSE, LONG, SENTENCE
from utterd.stages.models.tuning.trials import SAME, Trial, clock_for, is_busy, slowed

_UNITS: Final = {
    "log_mel_db": ("sound", "dB"),
    "duration_ms": ("durations", "ms"),
    "f0_semitones": ("pitch", "semitones"),
    "voicing_percent": ("voicing", "% of the time"),
}
_NAMES: Final = {CLAUSE.name: "clause", SENTENCE.name: "sentence", LONG.name: "long piece"}


def explanation(found: Found) -> list[str]:
    """Sentences, the most important first."""
    return [
        *_why_it_won(found),
        *_what_it_costs(found.winner, found.reference),
        *_threads(found),
        *_windows(found),
        *_whole(found),
        *_providers(found),
        *_the_others(found),
        *_how_busy(found),
    ]


def trial_line(trial: Trial) -> str:
    """One trial, for the progress of the search."""
    if isinstance(trial.outcome, Failed):
        return f"{trial.candidate}: failed: {trial.outcome.reason}"
    clock = clock_for([trial])
    timings = trial.outcome.timings
    sounds = ", ".join(f"{name} {timing.by(clock).first_ms:.0f} ms" for name, timing in timings.items())
    windows = trial.candidate.window_frames
    schedule = "" if windows == DEFAULT_WINDOWS else f", windows of {windows_in_words(windows)}"
    line = f"{trial.candidate}{schedule}: first sound: {sounds}; RTF {trial.real_time_factor(clock):.3f}"
    return f"{line}; refused: {beyond_in_words(trial.verdict)}" if trial.verdict and trial.is_refused else line


def beyond_in_words(verdict: Verdict) -> str:
    """What is over its limit."""
    return ", ".join(_measure_in_words(measure) for measure in verdict.beyond)


def _measure_in_words(measure: Measure) -> str:
    what, unit = _UNITS[measure.name]
    return f"{what} {measure.found:.2g} {unit} from fp32 (itself {measure.spread:.2g}, limit {measure.limit:.2g})"


def _why_it_won(found: Found) -> Iterator[str]:
    winner, reference = found.winner, found.reference
    clock = clock_for([winner, reference])
    yield f"{winner.candidate}, windows of {windows_in_words(winner.candidate.window_frames)}."
    if winner.candidate == reference.candidate:
        yield f"Nothing that is allowed is heard more than {SAME:.0%} sooner than fp32 as it was."
    for text in winner.measured.timings:
        new_ms, old_ms = winner.first_sound_ms(clock, text), reference.first_sound_ms(clock, text)
        ours = f"First sound of a {_NAMES[text]}: {new_ms:.0f} ms"
        if winner.candidate == reference.candidate:
            yield f"{ours}."
        else:
            yield f"{ours}, against {old_ms:.0f} in {reference.candidate} ({old_ms / new_ms:.1f} times as soon)."
    rtf = winner.real_time_factor(clock)
    yield f"A second of speech takes {rtf:.3f} s to make; {RTF_LIMIT} is the limit."
    if rtf > RTF_LIMIT:
        yield "No candidate keeps that limit: this is the fastest, and speech may pause where it should not."


def _what_it_costs(winner: Trial, reference: Trial) -> Iterator[str]:
    if winner.verdict is None:
        yield "It is the reference, and costs no quality."
    else:
        found = "; ".join(_measure_in_words(measure) for measure in winner.verdict.measures)
        yield f"What it costs: {found}."
        if winner.is_allowed_by_user and not winner.verdict.is_within:
            yield f"The guard refused it ({beyond_in_words(winner.verdict)}); you allowed it."
    ours, theirs, clock = winner.measured, reference.measured, clock_for([winner, reference])
    yield (
        f"It holds {ours.memory_mb:.0f} MB (fp32 {theirs.memory_mb:.0f}) after these texts, and is ready to speak "
        f"{ours.load.by(clock) / 1000:.2f} s (fp32 {theirs.load.by(clock) / 1000:.2f}) after its start."
    )


def _threads(found: Found) -> Iterator[str]:
    step = found.step("threads")
    chosen = step.best.candidate.threads
    for trial in (trial for trial in step.trials if trial.is_usable and trial is not step.best):
        rival = f"{threads_in_words(chosen)}, not {trial.candidate.threads}"
        yield f"{rival}: {_sooner(step, trial)}."


def _sooner(step: Step, loser: Trial) -> str:
    clock = clock_for([step.best, loser])
    share = loser.first_sound_ms(clock) / step.best.first_sound_ms(clock) - 1
    if share > SAME:
        return f"the first sound of a clause would come {share:.0%} later"
    if share < -SAME:
        return f"the first sound of a clause would come {-share:.0%} sooner, but a long text too slowly"
    return "the difference is noise"


def _windows(found: Found) -> Iterator[str]:
    before, step = found.step("threads").best, found.step("windows")
    clock = clock_for([before])
    cost = WindowCost.fitted(before.measured.timings.values(), clock)
    if cost is None:
        return
    yield (
        f"The vocoder takes {cost.real_time_factor:.3f} s a second and {cost.fixed_ms:.0f} ms a window: windows may "
        f"grow {cost.largest_growth:.1f}-fold at most, for {1 - RESERVE:.0%} in reserve."
    )
    if step.best is not before:
        yield f"These windows, not the usual ones: {_why_windows(step.best, before)}."
    strain = step.best.strain(clock_for([step.best]))
    if strain > 1:
        yield "Every schedule runs out of sound on this machine: speech will have gaps."
    elif strain > RESERVE:
        yield f"Making a window takes up to {strain:.0%} of the sound that is ready: more than the reserve leaves."


def _why_windows(best: Trial, before: Trial) -> str:
    clock = clock_for([best, before])
    usual, now = before.strain(clock), best.strain(clock)
    if usual > RESERVE:
        return f"with those, making the next one took up to {usual:.0%} of the sound that was ready; now {now:.0%}"
    share = 1 - best.first_sound_ms(clock) / before.first_sound_ms(clock)
    return f"the first sound of a clause comes {share:.0%} sooner" if share > SAME else "there are fewer of them"


def _whole(found: Found) -> Iterator[str]:
    """Whether windows, which share one voice's statistics, sound like whole pieces."""
    whole = found.whole
    if isinstance(whole.outcome, Failed):
        yield f"Windows could not be compared with whole pieces: {whole.outcome.reason}."
        return
    assert whole.verdict is not None
    clock = clock_for([found.reference])
    ratio = whole.first_sound_ms(clock) / found.reference.first_sound_ms(clock)
    how = "sound like whole pieces" if whole.verdict.is_within else "do not sound like whole pieces"
    found_db = next(measure for measure in whole.verdict.measures if measure.name == "log_mel_db")
    yield (
        f"Windows {how} ({found_db.found:.2g} dB apart, {found_db.limit:.2g} allowed), and are heard {ratio:.1f} times "
        "as soon in a clause."
    )


def _providers(found: Found) -> Iterator[str]:
    step = found.step("provider")
    for trial in step.trials:
        if trial.is_usable and trial is not step.best:
            yield f"Not {trial.candidate}: {_sooner(step, trial)}."


def _the_others(found: Found) -> Iterator[str]:
    for trial in found.trials:
        if isinstance(trial.outcome, Failed):
            yield f"{trial.candidate} failed: {trial.outcome.reason}."
        elif trial.verdict and trial.is_refused:
            hint = (
                f"`--allow {trial.candidate.variant}` overrules" if trial.candidate.variant != REFERENCE else "kept out"
            )
            yield f"{trial.candidate} was refused: {beyond_in_words(trial.verdict)} ({hint})."
    if any(trial.is_refused for trial in found.trials):
        yield (
            f"A limit is {FACTOR:.2f} times what fp32 differs by from itself, run to run, and never less than what "
            "nobody notices."
        )


def _how_busy(found: Found) -> Iterator[str]:
    if is_busy(found.trials):
        yield (
            f"Other programs were at work: everything took {slowed(found.trials):.1f} times as long as it has to. "
            "The figures are of the processor's time, and numbers of threads were not compared: for that, tune again "
            "when it is quiet."
        )
