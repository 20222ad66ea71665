import pytest

from utterd.client.bridges.speech_dispatcher.voice import Voice, Wanted, choose_voice, read_settings, voice_lines

AMERICAN = Voice(name="am_one", language="en-us", is_default=True)
WOMAN = Voice(name="af_two", language="en-us")
BRITON = Voice(name="bm_three", language="en-gb")
SPANIARD = Voice(name="ef_four", language="es")
VOICES = [WOMAN, AMERICAN, BRITON, SPANIARD]

SENT = """pitch=0
pitch_range=0
rate=25
volume=100
punctuation_mode=some
spelling_mode=on
cap_let_recogn=icon
voice=FEMALE2
language=en-US
synthesis_voice=NULL""".splitlines()
"""As speech-dispatcher 0.11.4 sends it."""


class TestReadSettings:
    def test_everything_the_server_sends_is_understood(self):
        assert read_settings(SENT, Wanted()) == Wanted(
            rate=25,
            punctuation_mode="some",
            spelling_mode=True,
            cap_let_recogn="icon",
            voice="female2",
            language="en-US",
        )

    def test_what_is_not_sent_stays_as_it_was(self):
        assert read_settings(["pitch=5"], Wanted(rate=3)) == Wanted(rate=3, pitch=5)

    @pytest.mark.parametrize("line", ["rate=fast", "punctuation_mode=loud", "cap_let_recogn=", "unheard=1", "x", ""])
    def test_what_is_not_understood_changes_nothing(self, line):
        assert read_settings([line], Wanted(rate=3)) == Wanted(rate=3)

    @pytest.mark.parametrize("value", ["NULL", "c", "POSIX", ""])
    def test_the_language_of_no_locale_is_none(self, value):
        assert read_settings([f"language={value}"], Wanted(language="es")).language == ""

    @pytest.mark.parametrize(("value", "taken"), [("101", 100), ("-5000", -100)])
    def test_numbers_out_of_range_are_brought_into_it(self, value, taken):
        assert read_settings([f"rate={value}"], Wanted()).rate == taken


class TestWanted:
    @pytest.mark.parametrize(("rate", "speed"), [(-100, 0.5), (-50, 0.5**0.5), (50, 3**0.5), (100, 3.0)])
    def test_the_rate_goes_from_half_to_three_times_the_speed(self, rate, speed):
        assert Wanted(rate=rate).speed == pytest.approx(speed)

    def test_where_nothing_is_chosen_the_daemon_decides(self):
        assert (Wanted().speed, Wanted().semitones) == (None, None)

    @pytest.mark.parametrize(("pitch", "semitones"), [(-100, -12), (50, 6), (100, 12)])
    def test_the_pitch_is_an_octave_down_or_up(self, pitch, semitones):
        assert Wanted(pitch=pitch).semitones == semitones

    def test_a_child_is_higher_but_not_above_the_highest(self):
        assert Wanted(voice="child_female").semitones == 4
        assert Wanted(voice="child_female", pitch=100).semitones == 12

    @pytest.mark.parametrize(("volume", "gain"), [(-100, 0.0), (0, 0.5), (100, 1.0)])
    def test_the_servers_default_volume_is_the_voice_as_it_is(self, volume, gain):
        assert Wanted(volume=volume).gain == gain


class TestChooseVoice:
    def chosen(self, **wanted):
        return choose_voice(Wanted(**wanted), VOICES)

    def test_where_nobody_chose_the_default_voice_speaks(self):
        assert self.chosen() == {}

    @pytest.mark.parametrize("language", ["en-US", "en-GB", "en", "en_AU"])
    def test_the_default_voice_speaks_its_language_its_own_way(self, language):
        assert self.chosen(language=language) == {}

    def test_another_language_is_spoken_by_a_voice_of_its_own(self):
        assert self.chosen(language="es-MX") == {"voice": "ef_four"}

    def test_a_language_without_a_voice_is_asked_for(self):
        assert self.chosen(language="fr-FR") == {"language": "fr-FR"}

    def test_a_voice_is_chosen_by_its_name(self):
        assert self.chosen(synthesis_voice="bm_three", language="en-US") == {"voice": "bm_three"}

    def test_a_named_voice_may_speak_another_language(self):
        assert self.chosen(synthesis_voice="bm_three", language="fr-FR") == {"voice": "bm_three", "language": "fr-FR"}

    def test_a_name_that_is_not_there_is_no_reason_for_silence(self):
        assert self.chosen(synthesis_voice="gone", language="en-US") == {}

    def test_before_the_voices_are_known_the_name_is_passed_on(self):
        assert choose_voice(Wanted(synthesis_voice="gone"), []) == {"voice": "gone"}

    @pytest.mark.parametrize(
        ("kind", "name"),
        [("female1", "af_two"), ("female3", "af_two"), ("child_female", "af_two"), ("male2", "bm_three")],
    )
    def test_a_kind_of_voice_is_looked_for_in_the_language(self, kind, name):
        assert self.chosen(voice=kind, language="en-US") == {"voice": name}

    def test_a_kind_that_is_not_there_is_spoken_by_the_default(self):
        assert choose_voice(Wanted(voice="female1"), [AMERICAN, BRITON]) == {}


def test_voices_are_listed_with_language_and_region():
    assert voice_lines([BRITON, SPANIARD]) == ["200-bm_three\ten-GB\tnone", "200-ef_four\tes\tnone"]
