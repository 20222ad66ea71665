import pytest

from utterd.stages.g2p.english_network import read_telephone, say_port


@pytest.mark.parametrize(
    ("port", "spoken"), [("80", "80"), ("443", "4 43"), ("3000", "3,000"), ("8080", "80 80"), ("8007", "80 oh 7")]
)
def test_ports_are_said_in_pairs(port: str, spoken: str) -> None:
    assert say_port(port) == spoken


def test_an_extension_is_said_as_one_number() -> None:
    assert read_telephone("555-1234 ext. 42") == "5 5 5, 1 2 3 4, extension 42"
