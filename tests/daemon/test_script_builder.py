"""What becomes of marks, whichever way they were written."""

import pytest

from utterd.daemon.mark_values import Effect, Factor, WrongMark
from utterd.daemon.script import Break, Run, Script, Style
from utterd.daemon.script_builder import DEEPEST_NESTING, LONGEST_READING, ScriptBuilder
from utterd.stages.chunks import Instruction, Mark

FAST = Effect(rate=Factor(2.0, False))
SENTENCE, PARAGRAPH = Effect(pause="sentence"), Effect(pause="paragraph")
DIGITS = Effect(reading=("digits", ""))


class Telling(ScriptBuilder):
    """A builder told without source places: each mark takes one place of the source."""

    def __init__(self) -> None:
        super().__init__()
        self.source = 0

    def say(self, text: str) -> "Telling":
        self.add_text(text, self.source)
        self.source += len(text)
        return self

    def into(self, effect: Effect) -> "Telling":
        self.enter("<x>", self.source, effect)
        self.source += 1
        return self

    def out(self) -> "Telling":
        self.leave()
        self.source += 1
        return self

    def pause(self, ms: int) -> "Telling":
        self.add_break(ms)
        self.source += 1
        return self

    def around(self, effect: Effect, text: str) -> "Telling":
        return self.into(effect).say(text).out()


def spans(script: Script) -> list[tuple[str, str, str]]:
    return [(script.text[one.char_start : one.char_end], one.kind, one.value) for one in script.instructions]


def test_nothing_at_all_is_an_empty_script():
    script = Telling().build()
    assert (script.text, script.runs, script.breaks) == ("", (), ())


# Styles


def test_each_style_is_a_run():
    script = Telling().say("a").around(FAST, "bc").say("d").build()
    assert script.runs == (
        Run(start=0, end=1, style=Style()),
        Run(start=1, end=3, style=Style(rate=2.0)),
        Run(start=3, end=4, style=Style()),
    )


def test_styles_come_back_when_a_mark_ends():
    script = Telling().into(Effect(voice="a", language="fr")).around(Effect(voice="b"), "x").say("y").out().build()
    assert script.runs == (
        Run(start=0, end=1, style=Style(voice="b", language="fr")),
        Run(start=1, end=2, style=Style(voice="a", language="fr")),
    )


def test_a_change_without_text_is_no_run():
    script = Telling().say("a").around(FAST, "").say("b").around(Effect(rate=Factor(1.0, False)), "c").build()
    assert script.runs == (Run(start=0, end=3, style=Style()),)


def test_numbers_multiply_and_labels_replace():
    builder = Telling().into(FAST).into(Effect(rate=Factor(1.5, False))).say("a")
    builder.into(Effect(rate=Factor(0.5, True))).say("b").out().out().out()
    assert [run.style.rate for run in builder.build().runs] == [3.0, 0.5]


@pytest.mark.parametrize(("outer", "inner"), [(1.0, 4.001), (3.0, 1.5)])
def test_a_volume_beyond_the_largest_is_refused(outer, inner):
    builder = Telling().into(Effect(gain=Factor(outer, False)))
    with pytest.raises(WrongMark, match=r"the volume is 4\.\d+ times the request's; it may be at most 4 \(\+12dB\)"):
        builder.into(Effect(gain=Factor(inner, False)))


def test_a_silent_stretch_and_the_largest_volume_are_taken():
    script = Telling().around(Effect(gain=Factor(0.0, True)), "a").around(Effect(gain=Factor(4.0, False)), "b").build()
    assert [run.style.gain for run in script.runs] == [0.0, 4.0]


@pytest.mark.parametrize("factor", [1e200, 1e-200])
def test_rates_that_multiply_beyond_all_numbers_are_refused(factor):
    builder = Telling().into(Effect(rate=Factor(factor, False)))
    with pytest.raises(WrongMark, match="it has to be finite and above 0"):
        builder.into(Effect(rate=Factor(factor, False)))


def test_marks_nest_so_deep_and_no_deeper():
    builder = Telling()
    for _ in range(DEEPEST_NESTING):
        builder.into(FAST if builder.innermost is None else Effect())
    with pytest.raises(WrongMark, match="it lies in 32 others already; at most 32 may be open at once"):
        builder.into(Effect())


# Breaks


def test_breaks_are_where_they_were_written():
    script = Telling().pause(1).say("ab").pause(2).say("c").pause(3).build()
    assert script.breaks == (Break(place=0, ms=1), Break(place=2, ms=2), Break(place=3, ms=3))


def test_breaks_at_one_place_add_up():
    assert Telling().say("a").pause(1000).pause(500).build().breaks == (Break(place=1, ms=1500),)
    with pytest.raises(WrongMark, match=r"the pauses here add up to 10\.001 s; at most 10 s may"):
        Telling().say("a").pause(10_000).pause(1)


def test_a_sentence_and_a_paragraph_end_with_their_pauses():
    script = Telling().around(SENTENCE, "One.").around(SENTENCE, "Two").around(PARAGRAPH, "Three").say("Four").build()
    assert script.breaks == (
        Break(place=4, ms=350, pause="sentence"),
        Break(place=7, ms=600, pause="paragraph"),
        Break(place=12, ms=600, pause="paragraph"),
    )


def test_a_sentence_that_ends_a_paragraph_ends_once():
    builder = Telling().into(PARAGRAPH).around(SENTENCE, "One").say(" ").around(SENTENCE, "Two").say("\n").out()
    assert builder.say(" \n").around(PARAGRAPH, "Three").build().breaks == (
        Break(place=3, ms=350, pause="sentence"),
        Break(place=7, ms=600, pause="paragraph"),
    )


def test_at_the_ends_of_the_script_a_sentence_adds_no_silence():
    assert Telling().say(" ").around(SENTENCE, "One").say("\n").build().breaks == ()


def test_text_before_a_sentence_ends_as_well():
    assert Telling().say("Title").around(SENTENCE, "One").build().breaks == (Break(place=5, ms=350, pause="sentence"),)


@pytest.mark.parametrize("ms", [0, 100, 2000])
def test_a_break_beside_a_sentences_end_stands_in_its_place(ms):
    behind = Telling().around(SENTENCE, "One").say(" ").pause(ms).say(" ").around(SENTENCE, "Two").build()
    assert behind.breaks == (Break(place=4, ms=ms),)
    before = Telling().into(SENTENCE).say("One").pause(ms).out().around(SENTENCE, "Two").build()
    assert before.breaks == (Break(place=3, ms=ms),)


# Instructions and marks


def test_a_reading_covers_its_text():
    script = Telling().say("No. ").around(DIGITS, "42").say(".").build()
    assert script.instructions == (Instruction(char_start=4, char_end=6, kind="digits"),)


def test_pitches_are_added_and_stay_within_two_octaves():
    builder = Telling().into(Effect(pitch=Factor(3.0, False))).into(Effect(pitch=Factor(-5.0, False)))
    assert [run.style.pitch for run in builder.say("a").out().out().build().runs] == [-2.0]
    builder = Telling().into(Effect(pitch=Factor(20.0, False))).into(Effect(pitch=Factor(20.0, False)))
    assert [run.style.pitch for run in builder.say("a").out().out().build().runs] == [24.0]
    builder = Telling().into(Effect(pitch=Factor(3.0, False))).into(Effect(pitch=Factor(-3.0, True)))
    assert [run.style.pitch for run in builder.say("a").out().out().build().runs] == [-3.0]


def test_emphasis_ends_before_a_reading_and_begins_again_behind_it():
    builder = Telling().into(Effect(emphasis="strong")).say("it is ").around(DIGITS, "42").say(" now").out()
    assert spans(builder.say(".").build()) == [
        ("it is ", "emphasis", "strong"),
        ("42", "digits", ""),
        (" now", "emphasis", "strong"),
    ]


def test_the_inner_emphasis_counts():
    builder = Telling().into(Effect(emphasis="strong")).say("a").around(Effect(emphasis="none"), "b").say("c").out()
    assert spans(builder.build()) == [
        ("a", "emphasis", "strong"),
        ("b", "emphasis", "none"),
        ("c", "emphasis", "strong"),
    ]


@pytest.mark.parametrize("effect", [DIGITS, Effect(emphasis="strong")])
@pytest.mark.parametrize("text", ["", " \n"])
def test_an_instruction_for_nothing_is_none(effect, text):
    assert Telling().around(effect, text).build().instructions == ()


@pytest.mark.parametrize("kind", ["sub", "phoneme"])
@pytest.mark.parametrize("text", ["", " \n"])
def test_words_for_nothing_are_refused(kind, text):
    with pytest.raises(WrongMark, match="there is no text in it; write the text that is read this way"):
        Telling().around(Effect(reading=(kind, "x")), text)


@pytest.mark.parametrize("inner", [FAST, SENTENCE, DIGITS, Effect(emphasis="strong"), Effect()])
@pytest.mark.parametrize("kind", ["sub", "phoneme", "characters", "date"])
def test_a_reading_holds_text_alone(kind, inner):
    builder = Telling().into(Effect(reading=(kind, "x"))).say("a")
    with pytest.raises(WrongMark, match="it stands inside <x>, which may hold text alone; put it around or behind"):
        builder.into(inner)
    with pytest.raises(WrongMark, match="it stands inside <x>"):
        builder.pause(1)
    with pytest.raises(WrongMark, match="it stands inside <x>"):
        builder.add_mark("here")


def test_a_reading_that_cannot_be_divided_fits_into_a_unit():
    assert Telling().around(Effect(reading=("date", "")), "1" * LONGEST_READING).build().instructions
    with pytest.raises(WrongMark, match="there are 201 characters in it; it may have at most 200"):
        Telling().around(Effect(reading=("date", "")), "1" * (LONGEST_READING + 1))
    assert Telling().around(DIGITS, "1" * 10_000).build().instructions


def test_marks_are_named_places():
    builder = Telling().say("ab")
    for name in ("one", "two"):
        builder.add_mark(name)
    builder.say("c").add_mark("end")
    assert builder.build().marks == (
        Mark(char_start=2, name="one"),
        Mark(char_start=2, name="two"),
        Mark(char_start=3, name="end"),
    )


def test_text_keeps_its_place_in_the_source():
    script = Telling().say("ab").around(FAST, "cd").say("e").build()
    assert script.text == "abcde"
    assert script.offsets.to_source(0, 5) == (0, 7)
    assert script.offsets.to_source(2, 4) == (3, 5)
    assert script.offsets.to_script(6) == 4
