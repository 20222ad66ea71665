import dataclasses
from pathlib import Path
from typing import Any

import pytest

from utterd.config.settings import Settings, SettingsError, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def load(config: Path | None = None, text: str | None = None, environ=None, **overrides: Any) -> Settings:
    if text is not None:
        config.write_text(text, "utf-8")
    named = {name.replace("__", "."): value for name, value in overrides.items()}
    return load_settings(config, environ or {}, named)


def complaint(*arguments: Any, **more: Any) -> str:
    with pytest.raises(SettingsError) as failure:
        load(*arguments, **more)
    assert "\n" not in str(failure.value)
    return str(failure.value)


# Where values come from


def test_without_anything_the_defaults_hold(config):
    settings = load(config)
    assert settings.speech.model == "starter"
    assert settings.output.device == "auto"
    assert settings.queue.limit == 1000
    assert settings == load(None)


def test_the_file_overrides_what_it_names(config):
    settings = load(config, "[speech]\nspeed = 1.5\n[output]\ndevice = 'null'\n")
    assert (settings.speech.speed, settings.output.device) == (1.5, "null")
    assert settings.speech.model == "starter"


def test_the_environment_overrides_the_file_and_the_command_line_both(config):
    environ = {"UTTERD_SPEECH__SPEED": "2", "UTTERD_QUEUE__LIMIT": "5"}
    settings = load(config, "[speech]\nspeed = 1.5\nvoice = 'x'", environ, speech__speed=0.75)
    assert (settings.speech.speed, settings.queue.limit, settings.speech.voice) == (0.75, 5, "x")


def test_the_environment_is_the_process_own_unless_given(monkeypatch):
    monkeypatch.setenv("UTTERD_OUTPUT__VOLUME", "0.5")
    assert load_settings().output.volume == 0.5


def test_other_variables_are_no_settings(config):
    load(config, environ={"UTTERD_HOME": "/x", "UTTERD_SOCKET": "/y", "UTTERD_DEBUG": "1", "OTHER__THING": "1"})


def test_whole_numbers_do_for_fractions(config):
    speed = load(config, "[speech]\nspeed = 2\n").speech.speed
    assert speed == 2.0
    assert type(speed) is float


def test_every_setting_has_its_field_and_every_field_its_default():
    """Else loading fails with a TypeError."""
    settings = load(None)
    assert all(dataclasses.is_dataclass(getattr(settings, field.name)) for field in dataclasses.fields(Settings))


# What is refused


def test_an_unknown_key_is_refused_with_a_guess(config):
    sentence = complaint(config, "[speech]\nspede = 1.5\n")
    assert sentence == f"{config}: there is no setting speech.spede; did you mean speech.speed?"


def test_an_unknown_section_is_refused_with_a_guess(config):
    assert "no setting speach.speed; did you mean speech.speed?" in complaint(config, "[speach]\nspeed = 1.5\n")


@pytest.mark.parametrize("text", ["[speach]", "[nonsense]\n[speech]\nspeed = 1.0"])
def test_an_unknown_section_is_refused_even_if_it_is_empty(config, text):
    assert "there is no section" in complaint(config, text)


def test_an_unknown_variable_is_refused_by_its_own_name(config):
    sentence = complaint(config, environ={"UTTERD_SPEECH__SPEDE": "1"})
    assert sentence.startswith("the environment (UTTERD_SPEECH__SPEDE): there is no setting speech.spede")


def test_an_unknown_override_is_refused(config):
    assert complaint(config, output__devise="null").startswith("the command line: there is no setting output.devise")


@pytest.mark.parametrize(
    "line",
    ["speed = 'fast'", "speed = true", "speed = [1.0]", "voice = 1", "voice = false", "speed = {x = 1}", "voice = {}"],
)
def test_values_of_another_kind_are_refused_with_an_example(config, line):
    assert "should be like" in complaint(config, f"[speech]\n{line}\n")


@pytest.mark.parametrize("value", ["0.49", "3.01", "-1", "nan", "inf", "-inf"])
def test_values_out_of_range_are_refused_with_the_range(config, value):
    assert "is not between 0.5 and 3" in complaint(config, f"[speech]\nspeed = {value}\n")
    assert "is not between 0.5 and 3" in complaint(Path("none"), None, {"UTTERD_SPEECH__SPEED": value})


@pytest.mark.parametrize("value", ["0.5", "3", "3.0"])
def test_the_ends_of_a_range_belong_to_it(config, value):
    assert load(config, f"[speech]\nspeed = {value}\n").speech.speed == float(value)


def test_no_number_can_be_endless_or_far_below_zero():
    """Each has a range: a time limit that is NaN is never reached, and one below zero always."""
    for section in dataclasses.fields(Settings):
        values = getattr(load(None), section.name)
        for field in dataclasses.fields(values):
            name, value = f"{section.name}.{field.name}", getattr(values, field.name)
            if isinstance(value, float):
                for wrong in (float("nan"), float("inf"), -100.0):
                    with pytest.raises(SettingsError, match="is not between"):
                        load_settings(None, {}, {name: wrong})
            elif isinstance(value, int):
                with pytest.raises(SettingsError, match="is not between"):
                    load_settings(None, {}, {name: -1})


def test_words_that_are_not_on_the_list_are_refused_with_the_list(config):
    assert "'loud' is none of debug, info, warning, error" in complaint(config, "[log]\nlevel = 'loud'\n")


@pytest.mark.parametrize("value", ["fast", "", "1,5"])
def test_a_variable_that_is_no_number_is_refused(config, value):
    assert "is not a number" in complaint(config, environ={"UTTERD_SPEECH__SPEED": value})


def test_a_variable_that_is_no_whole_number_is_refused(config):
    assert "is not a whole number" in complaint(config, environ={"UTTERD_QUEUE__LIMIT": "1.5"})


def test_a_value_outside_every_section_is_refused(config):
    assert "'speed' stands outside a [section]" in complaint(config, "speed = 1.5\n")


def test_a_file_that_is_not_toml_is_named(config):
    assert complaint(config, "[speech\n").startswith(f"{config} cannot be read: ")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x00"])
def test_a_file_that_is_not_text_is_named(config, content):
    config.write_bytes(content)
    assert complaint(config).startswith(f"{config} cannot be read: ")


def test_a_folder_in_its_place_is_named(tmp_path):
    assert complaint(tmp_path).startswith(f"{tmp_path} cannot be read: ")
