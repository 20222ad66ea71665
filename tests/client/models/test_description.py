"""The bundle.toml of a fetched model."""

from pathlib import Path

import pytest

from utterd.client.models.description import write_description
from utterd.config.bundles import Origin, load_bundle


def described(folder: Path, *voices: str, default_voice: str = "af_heart", name: str = "mine", licence: str = "MIT"):
    write_description(
        folder,
        name=name,
        default_voice=default_voice,
        voices=voices,
        licence=licence,
        files={"model.onnx": "0" * 64, "voices.npz": "1" * 64},
        origins=[Origin(what="model", source="https://here", licence=licence)],
    )
    return load_bundle(folder)


def test_it_is_a_bundle_of_kokoros(tmp_path):
    bundle = described(tmp_path, "bm_george", "af_heart")
    assert (bundle.name, bundle.family, bundle.sample_rate_hz, bundle.licence) == ("mine", "kokoro", 24_000, "MIT")
    assert bundle.files == {"model.onnx": "0" * 64, "voices.npz": "1" * 64}
    assert bundle.origins == (Origin(what="model", source="https://here", licence="MIT"),)
    assert [voice.name for voice in bundle.voices] == ["af_heart", "bm_george"]


@pytest.mark.parametrize(
    ("voice", "language", "description"),
    [
        ("af_heart", "en-us", "US English, female"),
        ("bm_george", "en-gb", "British English, male"),
        ("ef_dora", "es", "Spanish, female"),
        ("ff_siwis", "fr-fr", "French, female"),
        ("hm_omega", "hi", "Hindi, male"),
        ("im_nicola", "it", "Italian, male"),
        ("jf_alpha", "ja", "Japanese, female"),
        ("pm_alex", "pt-br", "Brazilian Portuguese, male"),
        ("zf_xiaobei", "zh", "Mandarin Chinese, female"),
        ("ax_robot", "en-us", "US English"),
        ("bella", "en-us", ""),
        ("xf_else", "en-us", ""),
    ],
)
def test_a_voice_is_described_by_the_letters_of_its_name(tmp_path, voice, language, description):
    found = described(tmp_path, voice).voice(voice)
    assert (found.language, found.description) == (language, description)


def test_the_model_speaks_what_text_can_be_turned_into_sounds_for(tmp_path):
    languages = described(tmp_path, "jf_alpha", "af_heart").languages
    assert set(languages) == {"en-us", "en-gb", "es", "fr-fr", "it", "pt-br", "hi"}


def test_without_the_default_voice_the_first_one_is_it(tmp_path):
    assert described(tmp_path, "af_heart", "am_adam", default_voice="am_adam").default_voice == "am_adam"
    assert described(tmp_path, "bm_lewis", "am_adam").default_voice == "am_adam"


@pytest.mark.parametrize("text", ['a "quoted" \\ one', "two\nlines", "Grüße\x7f\x01", "日本"])
def test_what_is_told_is_read_as_it_was_written(tmp_path, text):
    bundle = described(tmp_path, "af_heart", licence=text)
    assert bundle.licence == bundle.origins[0].licence == text


def test_the_old_one_stays_until_the_new_one_is_whole(tmp_path, monkeypatch):
    described(tmp_path, "af_heart", name="old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        described(tmp_path, "af_heart", name="new")
    assert load_bundle(tmp_path).name == "old"
