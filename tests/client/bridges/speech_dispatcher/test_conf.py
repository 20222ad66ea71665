import pytest

from utterd.client.bridges.speech_dispatcher.conf import (
    includes,
    lists_modules,
    modules_of_languages,
    with_block,
    without_block,
)

TEXTS = ["", "\n", "LogLevel 3\n", "LogLevel 3", "# ä\r\nLogLevel 3\r\n", "a\n\n\n"]

LINES = ["DefaultModule utterd"]


class TestReading:
    @pytest.mark.parametrize("text", ['AddModule "a" "sd_a"', "x\n  addmodule a sd_a\n"])
    def test_it_names_its_modules(self, text):
        assert lists_modules(text)

    @pytest.mark.parametrize("text", ['#AddModule "a" "sd_a"', "", "DefaultModule a\n", "AddModules\n"])
    def test_or_it_does_not(self, text):
        assert not lists_modules(text)

    def test_what_it_includes(self):
        assert includes('Include "clients/*.conf"\n# Include "x"\n include /etc/y\n') == ["clients/*.conf", "/etc/y"]

    def test_languages_with_a_module_of_their_own(self):
        assert modules_of_languages('LanguageDefaultModule "cs"  "festival"\n#LanguageDefaultModule "en" "x"\n') == [
            ("cs", "festival")
        ]


class TestBlock:
    @pytest.mark.parametrize("text", TEXTS)
    def test_it_goes_without_a_trace(self, text):
        assert without_block(with_block(text, LINES)) == text

    @pytest.mark.parametrize("text", TEXTS)
    def test_to_put_it_in_twice_is_to_put_it_in_once(self, text):
        once = with_block(text, LINES)
        assert with_block(once, LINES) == once

    def test_its_lines_are_lines(self):
        assert "DefaultModule utterd" in with_block("LogLevel 3", LINES).splitlines()
        assert "LogLevel 3" in with_block("LogLevel 3", LINES).splitlines()

    def test_new_lines_take_the_place_of_the_old_ones(self):
        assert with_block(with_block("a\n", LINES), ["other"]) == with_block("a\n", ["other"])

    def test_without_lines_there_is_none(self):
        assert with_block(with_block("a\n", LINES), []) == "a\n"

    def test_what_was_added_behind_it_stays_a_line_of_its_own(self):
        assert without_block(with_block("a", LINES) + "b\n") == "a\nb\n"
