"""Reads telephone numbers, versions of programs, IP addresses and ports in English."""

import re
from typing import Final

from utterd.stages.g2p.context import word_before
from utterd.stages.g2p.english_letters import spell
from utterd.stages.g2p.english_numbers import say_number
from utterd.stages.g2p.kinds import INNER_STOP
from utterd.stages.g2p.readings import Rule, rule, with_digits

_PROGRAMS: Final = frozenset(
    "python node java ubuntu debian fedora android ios ipados macos php ruby go golang rust perl lua django rails "
    "postgres postgresql mysql sqlite linux kernel version versions release gcc clang cuda pytorch numpy kotlin swift "
    "typescript docker kubernetes v ver firmware chrome firefox safari electron git openssl".split()
)
"""Behind one of these, 3.11 is "three point eleven"."""
_NAME_AND_RELEASES: Final = re.compile(
    r"([A-Za-z]{1,20})[\s(<>=~^]{1,4}(?:\d[\d.]{0,8}(?:,\s|\s(?:and|or|to)\s|\s?[–/-]\s?)){0,3}\Z"
)
"""A program, and releases already named: "Python 3.11, 3.12 and "."""
_STAGES: Final = {"alpha": "alpha", "beta": "beta", "rc": "R C", "dev": "dev", "pre": "pre", "a": "alpha", "b": "beta"}


def read_telephone(written: str) -> str:
    """Digit by digit, a breath between groups; whole hundreds behind a 1 as such."""
    number, _, extension = re.sub(r"\s*(?:x|ext\.?|extension)\s*(?=\d)", "x", written).partition("x")
    groups = re.findall(r"\d+", number)
    if len(groups) == 1 and len(number) == 10:
        groups = [number[:3], number[3:6], number[6:]]
    said = [_say_group(group, follows_one=index == 1 and groups[0] == "1") for index, group in enumerate(groups)]
    lead = "plus " if number.lstrip().startswith("+") else ""
    return lead + ", ".join(said) + (f", extension {say_number(extension)}" if extension else "")


def _say_group(group: str, *, follows_one: bool) -> str:
    return f"{group[0]} hundred" if follows_one and group in ("800", "900") else " ".join(group)


def _read_telephone(match: re.Match[str]) -> str:
    return read_telephone(match[0])


def _read_named_number(match: re.Match[str]) -> str:
    """1-800-FLOWERS."""
    one, group, name = match[0].split("-")
    hundreds = f"{group[0]} hundred" if group.endswith("00") else " ".join(group)
    return f"{one}, {hundreds}, {name.lower()}"


def _read_short_number(match: re.Match[str]) -> str | None:
    is_called = word_before(match.string, match.start()).casefold() in ("call", "dial", "dialed", "called", "calling")
    return " ".join(match[0]) if is_called else None


def _read_version(match: re.Match[str]) -> str:
    parts = match["parts"].split(".")
    if len(parts) > 2 and not match["v"] and all(len(part) == 3 for part in parts[1:]):
        return say_number("".join(parts))  # 1.000.000, as in much of Europe
    stage = _STAGES[match["stage"].casefold()] if match["stage"] else ""
    spoken = " point ".join(map(_say_part, parts))
    ending = f" {stage} {say_number(match['number']) if match['number'] else ''}".rstrip()
    return ("version " if match["v"] else "") + spoken + ending


def _say_part(part: str) -> str:
    return " ".join(part) if part[0] == "0" or len(part) > 4 else part


def _read_release(match: re.Match[str]) -> str | None:
    """Python 3.11; but not "costs 3.11"."""
    before = _NAME_AND_RELEASES.search(match.string[max(0, match.start() - 40) : match.start()])
    if not before or before[1].casefold() not in _PROGRAMS:
        return None
    return f"{match[1]} point {_say_part(match[2])}"


def _read_ip(match: re.Match[str]) -> str | None:
    octets = match["ip"].split(".")
    if any(int(octet) > 255 for octet in octets):
        return None
    spoken = " dot ".join(map(_say_octet, octets))
    if match["mask"]:
        spoken += f" slash {match['mask']}"
    return f"{spoken} port {say_port(match['port'])}" if match["port"] else spoken


def _say_octet(octet: str) -> str:
    """192 → "1 92", as people say it."""
    if len(octet) < 3 or octet[0] == "0" or octet[1:] == "00":
        return octet
    return f"{octet[0]} oh {octet[2]}" if octet[1] == "0" else f"{octet[0]} {octet[1:]}"


def say_port(port: str) -> str:
    """8080 → "80 80", 3000 → "3,000", 443 → "4 43"."""
    if len(port) == 4 and port[0] != "0" and port[2:] != "00":
        return f"{port[:2]} {port[2:] if port[2] != '0' else f'oh {port[3]}'}"
    return _say_octet(port) if len(port) == 3 else say_number(port)


def _read_ipv6(match: re.Match[str]) -> str | None:
    written = match[0]
    is_address = "::" in written or written.count(":") == 7
    if not is_address or not any(character.isdecimal() for character in written):
        return None
    return " ".join("colon" if part == ":" else spell(part) for part in re.findall(r"[0-9A-Fa-f]+|:", written))


NETWORK_RULES: Final[tuple[Rule, ...]] = with_digits(
    (
        rule(
            r"(?<![\w.])(?P<ip>\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port>\d{1,5})|/(?P<mask>\d{1,2}))?(?![\w:/]|\.\d)",
            _read_ip,
            INNER_STOP,
        ),
        rule(r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:{1,2}|::){1,8}(?:[0-9A-Fa-f]{1,4})?(?![\w:])", _read_ipv6, ":"),
        rule(r":(?<=localhost:)(?P<port>\d{2,5})(?!\w)", lambda match: f" port {say_port(match['port'])}", ":"),
        rule(
            r"(?<![\w.])(?P<v>[vV])(?P<parts>\d++(?:\.\d++)*)"
            r"(?:[-.]?(?P<stage>alpha|beta|rc|dev|pre)[.-]?(?P<number>\d{1,4})?)?(?!\w)",
            _read_version,
        ),
        rule(
            r"(?<![\w.,])(?P<v>)(?P<parts>\d++(?:\.\d++){2,})"
            r"(?:[-.]?(?P<stage>alpha|beta|rc|dev|pre)[.-]?(?P<number>\d{1,4})?)?(?!\w)",
            _read_version,
            INNER_STOP,
        ),
        rule(r"(?<![\w.,])(\d{1,4})\.([1-9]\d|0\d)(?![\w%]|[.,]\d)", _read_release, INNER_STOP),
    )
)

_EXTENSION: Final = r"(?:,?\s?(?:x|ext\.?)\s?\d{1,6})?"

TELEPHONE_RULES: Final[tuple[Rule, ...]] = with_digits(
    (
        rule(
            rf"(?<![\w+-])(?:\+?1[ .-])?(?:\(\d{{3}}\)[ ]?|\d{{3}}[ .-])\d{{3}}[ .-]\d{{4}}(?![\w-]){_EXTENSION}",
            _read_telephone,
        ),
        rule(r"(?<![\w+])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}(?!\w)", _read_telephone, "+"),
        rule(rf"(?<![\w-])[2-9]\d\d-\d{{4}}(?<!00)(?![\w-]){_EXTENSION}", _read_telephone, "-"),
        rule(r"(?<![\w-])\d++(?:-\d++){2,}(?![\w-])", _read_telephone, "-"),
        rule(r"(?<![\w-])1-8\d\d-[A-Z]{4,9}(?!\w)", _read_named_number, "-"),
        rule(r"(?<![\w.,/-])\(?0\d{2,4}\)?(?:[ -]\d{3,4}){2}(?![\w-])", _read_telephone),
        rule(r"(?<![\w.,$-])[1-9]\d\d(?![\w.,-]\w|\w)", _read_short_number),
    )
)
