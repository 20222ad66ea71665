"""Units, fractions and the word of a range in the languages eSpeak speaks."""

from typing import Final

UNITS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "es": {
        "km/h": ("kilómetro por hora", "kilómetros por hora"),
        "km": ("kilómetro", "kilómetros"),
        "m": ("metro", "metros"),
        "cm": ("centímetro", "centímetros"),
        "mm": ("milímetro", "milímetros"),
        "m²": ("metro cuadrado", "metros cuadrados"),
        "kg": ("kilogramo", "kilogramos"),
        "g": ("gramo", "gramos"),
        "l": ("litro", "litros"),
        "ml": ("mililitro", "mililitros"),
        "min": ("minuto", "minutos"),
        "h": ("hora", "horas"),
        "GB": ("gigabyte", "gigabytes"),
        "MB": ("megabyte", "megabytes"),
        "°C": ("grado Celsius", "grados Celsius"),
        "°F": ("grado Fahrenheit", "grados Fahrenheit"),
    },
    "fr": {
        "km/h": ("kilomètre à l'heure", "kilomètres à l'heure"),
        "km": ("kilomètre", "kilomètres"),
        "m": ("mètre", "mètres"),
        "cm": ("centimètre", "centimètres"),
        "mm": ("millimètre", "millimètres"),
        "m²": ("mètre carré", "mètres carrés"),
        "kg": ("kilogramme", "kilogrammes"),
        "g": ("gramme", "grammes"),
        "l": ("litre", "litres"),
        "ml": ("millilitre", "millilitres"),
        "min": ("minute", "minutes"),
        "Go": ("gigaoctet", "gigaoctets"),
        "Mo": ("mégaoctet", "mégaoctets"),
        "°C": ("degré Celsius", "degrés Celsius"),
        "°F": ("degré Fahrenheit", "degrés Fahrenheit"),
    },
    "it": {
        "km/h": ("chilometro all'ora", "chilometri all'ora"),
        "km": ("chilometro", "chilometri"),
        "m": ("metro", "metri"),
        "cm": ("centimetro", "centimetri"),
        "mm": ("millimetro", "millimetri"),
        "m²": ("metro quadrato", "metri quadrati"),
        "kg": ("chilogrammo", "chilogrammi"),
        "g": ("grammo", "grammi"),
        "l": ("litro", "litri"),
        "ml": ("millilitro", "millilitri"),
        "min": ("minuto", "minuti"),
        "GB": ("gigabyte", "gigabyte"),
        "°C": ("grado Celsius", "gradi Celsius"),
        "°F": ("grado Fahrenheit", "gradi Fahrenheit"),
    },
    "pt": {
        "km/h": ("quilômetro por hora", "quilômetros por hora"),
        "km": ("quilômetro", "quilômetros"),
        "m": ("metro", "metros"),
        "cm": ("centímetro", "centímetros"),
        "mm": ("milímetro", "milímetros"),
        "m²": ("metro quadrado", "metros quadrados"),
        "kg": ("quilograma", "quilogramas"),
        "g": ("grama", "gramas"),
        "l": ("litro", "litros"),
        "ml": ("mililitro", "mililitros"),
        "min": ("minuto", "minutos"),
        "h": ("hora", "horas"),
        "GB": ("gigabyte", "gigabytes"),
        "°C": ("grau Celsius", "graus Celsius"),
        "°F": ("grau Fahrenheit", "graus Fahrenheit"),
    },
    "hi": {
        "km/h": ("किलोमीटर प्रति घंटा", "किलोमीटर प्रति घंटा"),
        "km": ("किलोमीटर", "किलोमीटर"),
        "m": ("मीटर", "मीटर"),
        "cm": ("सेंटीमीटर", "सेंटीमीटर"),
        "kg": ("किलोग्राम", "किलोग्राम"),
        "g": ("ग्राम", "ग्राम"),
        "°C": ("डिग्री सेल्सियस", "डिग्री सेल्सियस"),
    },
}
"""First subtag of a language → unit → its name for one and for many."""

FRACTIONS: Final[dict[str, dict[str, str]]] = {
    "es": {"1/2": "un medio", "1/3": "un tercio", "2/3": "dos tercios", "1/4": "un cuarto", "3/4": "tres cuartos"},
    "fr": {"1/2": "un demi", "1/3": "un tiers", "2/3": "deux tiers", "1/4": "un quart", "3/4": "trois quarts"},
    "it": {"1/2": "un mezzo", "1/3": "un terzo", "2/3": "due terzi", "1/4": "un quarto", "3/4": "tre quarti"},
    "pt": {"1/2": "um meio", "1/3": "um terço", "2/3": "dois terços", "1/4": "um quarto", "3/4": "três quartos"},
    "hi": {"1/2": "आधा", "1/4": "एक चौथाई", "3/4": "तीन चौथाई"},
}

RANGES: Final = {"es": "a", "fr": "à", "it": "a", "pt": "a", "hi": "से"}
"""Said for the dash between two figures."""
HOURS: Final = {"fr": "heures"}
"""Said between hours and minutes, where anything is."""
