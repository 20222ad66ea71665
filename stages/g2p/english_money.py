"""Reads English sums of money: "$3.5" is three dollars and fifty cents, "20 USD" twenty U.S. dollars."""

import re
from typing import Final, NamedTuple

from utterd.stages.g2p.context import describes_what_follows
from utterd.stages.g2p.english_numbers import AMOUNT, say_number
from utterd.stages.g2p.kinds import CAPITAL, DIGIT
from utterd.stages.g2p.readings import Rule, rule, say


class _Currency(NamedTuple):
    one: str
    many: str
    coins: str = ""
    """The hundredth part; empty if none is in use."""


_DOLLARS: Final = _Currency("dollar", "dollars", "cents")
_BY_SIGN: Final = {
    "$": _DOLLARS,
    "€": _Currency("euro", "euros", "cents"),
    "£": _Currency("pound", "pounds", "pence"),
    "¥": _Currency("yen", "yen"),
    "₹": _Currency("rupee", "rupees", "paise"),
    "₩": _Currency("won", "won"),
    "₽": _Currency("ruble", "rubles", "kopecks"),
    "₿": _Currency("bitcoin", "bitcoin"),
    "₺": _Currency("lira", "lira"),
    "₴": _Currency("hryvnia", "hryvnias"),
    "₪": _Currency("shekel", "shekels"),
    "฿": _Currency("baht", "baht"),
    "₫": _Currency("dong", "dong"),
    "₱": _Currency("peso", "pesos"),
    "₦": _Currency("naira", "naira"),
}
_LANDS: Final = {
    "US": "U.S.",
    "CA": "Canadian",
    "C": "Canadian",
    "AU": "Australian",
    "A": "Australian",
    "NZ": "New Zealand",
    "HK": "Hong Kong",
}
"""Before a dollar sign."""
_BY_CODE: Final = {
    "USD": _Currency("U.S. dollar", "U.S. dollars", "cents"),
    "EUR": _BY_SIGN["€"],
    "GBP": _BY_SIGN["£"],
    "JPY": _BY_SIGN["¥"],
    "CHF": _Currency("Swiss franc", "Swiss francs"),
    "CAD": _Currency("Canadian dollar", "Canadian dollars", "cents"),
    "AUD": _Currency("Australian dollar", "Australian dollars", "cents"),
    "NZD": _Currency("New Zealand dollar", "New Zealand dollars", "cents"),
    "INR": _BY_SIGN["₹"],
    "CNY": _Currency("yuan", "yuan"),
    "RMB": _Currency("yuan", "yuan"),
    "SEK": _Currency("Swedish krona", "Swedish kronor"),
    "NOK": _Currency("Norwegian krone", "Norwegian kroner"),
    "DKK": _Currency("Danish krone", "Danish kroner"),
    "PLN": _Currency("zloty", "zlotys"),
    "BRL": _Currency("Brazilian real", "Brazilian reais"),
    "MXN": _Currency("Mexican peso", "Mexican pesos"),
    "KRW": _BY_SIGN["₩"],
    "BTC": _BY_SIGN["₿"],
}
_COINS: Final = {"cents": "cent", "pence": "penny", "kopecks": "kopeck", "paise": "paisa"}
_MAGNITUDES: Final = {
    "k": "thousand",
    "m": "million",
    "mm": "million",
    "mn": "million",
    "b": "billion",
    "bn": "billion",
    "t": "trillion",
    "tn": "trillion",
}
_SIGNS: Final = "".join(_BY_SIGN)
_CODES: Final = "|".join(_BY_CODE)
_MAGNITUDE: Final = r"(?:\s?(?P<magnitude>(?i:thousand|million|billion|trillion|[kmbt]|mm|mn|bn|tn)(?!\w)))?"


def _read_money(match: re.Match[str]) -> str:
    currency, amount, until = _BY_SIGN[match["sign"]], match["amount"], match["until"]
    land = f"{_LANDS[match['land']]} " if match["land"] and match["sign"] == "$" else ""
    lead = {"-": "minus ", "−": "minus ", "+": "plus "}.get(match["minus"] or "", "")
    magnitude = _magnitude(match)
    if describes_what_follows(match) and not (until or land):
        return f"{lead}{say_number(amount)} {magnitude}{currency.one}"
    if until:
        return f"{lead}{say_number(amount)} to {say_number(until)} {magnitude}{land}{currency.many}"
    if magnitude:
        return f"{lead}{say_number(amount)} {magnitude}{land}{currency.many}"
    return lead + say_money(amount, _Currency(land + currency.one, land + currency.many, currency.coins))


def _magnitude(match: re.Match[str]) -> str:
    written = match["magnitude"]
    return f"{_MAGNITUDES.get(written.casefold(), written)} " if written else ""


def say_money(amount: str, currency: _Currency) -> str:
    """3.5 → "3 dollars and 50 cents"."""
    whole, _, cents = amount.replace(",", "").partition(".")
    if not cents.strip("0"):
        return f"{say_number(whole or '0')} {currency.one if whole == '1' else currency.many}"
    if len(cents) > 2 or not currency.coins:
        return f"{say_number(amount)} {currency.many}"
    coins = int(cents.ljust(2, "0"))
    change = f"{coins} {_COINS.get(currency.coins, currency.coins) if coins == 1 else currency.coins}"
    if not whole.strip("0"):
        return change
    return f"{say_number(whole)} {currency.one if whole == '1' else currency.many} and {change}"


def _read_money_in_front(match: re.Match[str]) -> str:
    """The sign comes last, perhaps after a decimal comma: 20 €, 3,50€."""
    return say_money(_with_point(match["amount"]), _BY_SIGN[match["sign"]])


def _with_point(amount: str) -> str:
    return re.sub(r",(\d{1,2})$", r".\1", amount)


def _read_code(match: re.Match[str]) -> str:
    currency = _BY_CODE[match["code"]]
    if magnitude := _magnitude(match):
        return f"{say_number(match['amount'])} {magnitude}{currency.many}"
    return say_money(_with_point(match["amount"]), currency)


MONEY_RULES: Final[tuple[Rule, ...]] = (
    rule(
        rf"(?<![\w-])(?P<minus>[-−+])?(?P<land>US|CA|AU|NZ|HK|A|C)?(?P<sign>[{_SIGNS}])"
        rf"(?:(?<!\d[{_SIGNS}])(?<!\d\s[{_SIGNS}])\s)?(?P<amount>{AMOUNT})"
        rf"(?:(?:[-–]|\s[-–]\s)(?P=sign)?(?P<until>{AMOUNT}))?{_MAGNITUDE}",
        _read_money,
        (_SIGNS, DIGIT),
    ),
    rule(
        r"(?<![\w.,])(?P<amount>\d++(?:,\d{3})*(?:[.,]\d{1,2})?)\s?"
        rf"(?P<sign>[{_SIGNS.replace('$', '')}]|\$(?![\w{{(]))",
        _read_money_in_front,
        (_SIGNS, DIGIT),
    ),
    rule(rf"(?<!\w)(?P<code>{_CODES})\s?(?P<amount>{AMOUNT}){_MAGNITUDE}(?!\w)", _read_code, (DIGIT, CAPITAL)),
    rule(rf"(?<![\w.,])(?P<amount>{AMOUNT}){_MAGNITUDE}\s?(?P<code>{_CODES})(?!\w)", _read_code, (DIGIT, CAPITAL)),
    say(r"\$(?=[A-Za-z_{(])", "dollar", "$"),
    say(r"-(?:(?<=\d-)(?=a-)|(?<=\d-a-))(?=(?:a-)?(?:day|week|month|year|piece)\b)", " ", ("-", DIGIT)),
)
