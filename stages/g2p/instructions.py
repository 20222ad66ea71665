"""What the writer has asked for: "say this instead", "spell it", "it is a date" (SSML's `sub` and `say-as`)."""

from collections.abc import Callable, Sequence

from utterd.stages.chunks import Instruction, Profile
from utterd.stages.g2p.readings import Reading
from utterd.stages.g2p.say_as import read_as
from utterd.stages.g2p.stretches import Claim, Stretch


def read_instructions(
    text: str,
    language: str,
    profile: Profile,
    instructions: Sequence[Instruction],
    read_text: Callable[[str], str],
) -> tuple[list[Claim], list[Stretch]]:
    """What is said by instruction, and the stretches that are left to the rules.

    Args:
        instructions: in order; one that is empty, outside the text or over another one is passed over.
        read_text: says ordinary text; for what `sub` puts in place of the stretch.
    """
    claims: list[Claim] = []
    stretches: list[Stretch] = []
    position = 0
    for instruction in instructions:
        start, end = instruction.char_start, min(instruction.char_end, len(text))
        if not position <= start < end:
            continue
        stretches.append(Stretch(position, start, profile))
        if reading := _read(instruction, text[start:end], language, read_text):
            claims.append(Claim(start, end, reading))
        else:
            stretches.append(Stretch(start, end, profile))
        position = end
    stretches.append(Stretch(position, len(text), profile))
    return claims, [stretch for stretch in stretches if stretch.start < stretch.end]


def _read(instruction: Instruction, written: str, language: str, read_text: Callable[[str], str]) -> Reading | None:
    """None: as ordinary text, and by itself, so that no rule reads across its edges."""
    if instruction.kind == "phoneme":
        return None
    if instruction.kind == "sub":
        said = read_text(instruction.value).strip()
        return Reading(said) if said else Reading(" ", dropped_because="to be left out")
    said_as = read_as(instruction.kind, written.strip(), instruction.value, language)
    return Reading(said_as) if said_as else None
