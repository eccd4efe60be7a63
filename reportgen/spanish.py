"""Numbers, percentages and dates as a Spanish reader expects them, through Babel."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

LOCALE = "es_ES"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


MINUS = "\N{MINUS SIGN}"


def integer(value: int) -> str:
    """A count with thousands points from five digits on, as the RAE writes it: ``421.642``."""
    if abs(value) < 10_000:
        return str(value)
    return str(format_decimal(value, format="#,##0", locale=LOCALE))


def decimal(value: float, digits: int = 2) -> str:
    """A number with a decimal comma and ``digits`` places: ``0,89``; thousands as in integer."""
    whole = "#,##0." if round(abs(value), digits) >= 10_000 else "0."
    text = str(format_decimal(value, format=whole + "0" * digits, locale=LOCALE))
    return text.replace("-", MINUS)


def percent(fraction: float, digits: int = 2) -> str:
    """A fraction (0 to 1) as a percentage with its no-break space: ``98,97 %``."""
    text = str(format_percent(fraction, format="#,##0." + "0" * digits + "%", locale=LOCALE))
    return text.removesuffix("%").rstrip() + NO_BREAK_SPACE + "%"


def points(difference: float, digits: int = 2) -> str:
    """A difference of two fractions in percentage points: ``1,25 puntos``."""
    return f"{decimal(100 * difference, digits)}{NO_BREAK_SPACE}puntos"


def long_date(day: date) -> str:
    """A date as it stands on a title page: ``24 de noviembre de 2026``."""
    return str(format_date(day, format="long", locale=LOCALE))


def enumeration(items: list[str]) -> str:
    """Items in a sentence: ``a, b y c`` (and ``e`` before an i- sound)."""
    if len(items) < 2:
        return "".join(items)
    *head, last = items
    sound = last.lower().lstrip("«»\"'").removeprefix("h")
    conjunction = "e" if sound.startswith(("i", "í")) else "y"
    return f"{', '.join(head)} {conjunction} {last}"
