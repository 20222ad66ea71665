"""Providers by the names people say, as far as they are installed."""

import pytest

from utterd.stages.models.tuning.candidate import Candidate, windows_in_words
from utterd.stages.models.tuning.providers import PROVIDERS, UnknownProvider, available_providers, chosen_providers

PLAIN = ["AzureExecutionProvider", "CPUExecutionProvider"]
MAC = ["CoreMLExecutionProvider", "CPUExecutionProvider"]


def names(providers) -> list[str]:
    return [provider.name for provider in providers]


def test_what_is_installed_is_offered_the_cpu_first():
    assert names(available_providers(PLAIN)) == ["cpu"]
    assert names(available_providers(["OpenVINOExecutionProvider", *PLAIN])) == ["cpu", "openvino"]
    assert names(available_providers(MAC)) == ["cpu", "coreml:all", "coreml:gpu", "coreml:neural", "coreml:cpu"]


def test_a_family_is_all_its_ways_and_the_cpu_is_always_there():
    assert names(chosen_providers(["coreml"], MAC)) == names(available_providers(MAC))
    assert names(chosen_providers(["coreml:gpu", "cpu"], MAC)) == ["cpu", "coreml:gpu"]
    assert names(chosen_providers([], PLAIN)) == ["cpu"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cuda", "the provider 'cuda' is not in the ONNX Runtime that is installed; it has cpu"),
        ("openvin", "no provider 'openvin'; did you mean 'openvino'?"),
        ("xyz", "no provider 'xyz'; there is cpu"),
    ],
)
def test_an_unknown_provider_is_refused_in_a_sentence(name: str, sentence: str):
    with pytest.raises(UnknownProvider) as caught:
        chosen_providers([name], PLAIN)
    assert str(caught.value) == sentence


def test_what_a_provider_cannot_run_the_cpu_takes():
    assert PROVIDERS["cpu"].as_asked(2) == [("CPUExecutionProvider", {})]
    (name, options), rest = PROVIDERS["openvino"].as_asked(2)
    assert (name, options["num_of_threads"]) == ("OpenVINOExecutionProvider", "2")
    assert rest == ("CPUExecutionProvider", {})
    assert PROVIDERS["coreml:neural"].as_asked(1)[0][1]["MLComputeUnits"] == "CPUAndNeuralEngine"


def test_a_candidate_is_read_back_as_it_was_written():
    candidate = Candidate(variant="int8", threads=2, window_frames=(8, 80), provider="coreml:gpu")
    assert Candidate.from_json(candidate.as_json()) == candidate


@pytest.mark.parametrize(
    "wrong",
    [{"window_frames": []}, {"window_frames": [81]}, {"window_frames": [0]}, {"threads": 0}, {"provider": "abacus"}],
)
def test_a_candidate_that_cannot_be_run_is_none(wrong: dict[str, object]):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Candidate.from_json(Candidate(variant="int8", threads=1).as_json() | wrong)


def test_candidates_in_words():
    assert str(Candidate(variant="int8", threads=1)) == "int8, 1 thread"
    assert str(Candidate(variant="fp16", threads=2, provider="coreml:all")) == "fp16, 2 threads on coreml:all"
    assert windows_in_words((16, 33, 80)) == "200, 412.5, 1000 ms"
