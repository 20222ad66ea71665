"""Says dates in the languages eSpeak speaks."""

from typing import Final

_MONTHS: Final = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
}
_JOINT: Final = {"es": " de ", "pt": " de "}
_FIRST: Final = {"fr": "premier", "pt": "primeiro"}
"""The first of a month, where it is an ordinal."""


def say_date(language: str, year: int | None, month: int, day: int | None) -> str | None:
    """ "2 de enero de 2024"; None if there is no such month or day."""
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    subtag = language.partition("-")[0]
    first = _FIRST.get(subtag, "1") if day == 1 else str(day)
    parts = [
        *([] if day is None else [first]),
        _MONTHS[subtag].split()[month - 1],
        *([] if year is None else [str(year)]),
    ]
    return _JOINT.get(subtag, " ").join(parts)
