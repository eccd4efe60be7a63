"""What a template may do with a value: the Spanish number format and little else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from jinja2 import Undefined

from reportgen import spanish


def pct(fraction: Any, digits: int = 2) -> str:
    """A fraction, 0 to 1, as a percentage: ``98,97 %``."""
    if abs(_number("pct", fraction)) > 1:
        raise ValueError(
            f"'pct' wants a share of 1, not {fraction!r}; use 'num' for it, or nothing"
        )
    return spanish.percent(fraction, digits)


def num(value: Any, digits: int = 2) -> str:
    """A number with a decimal comma: ``0,89``."""
    return spanish.decimal(_number("num", value), digits)


def miles(value: Any) -> str:
    """A count, with a point between thousands: ``421.642``."""
    number = _number("miles", value)
    if number != int(number):
        raise ValueError(f"'miles' wants a whole number, not {value!r}; use 'num' for it")
    return spanish.integer(int(number))


def puntos(difference: Any, digits: int = 2) -> str:
    """A difference of two fractions in percentage points: ``1,25 puntos``."""
    return spanish.points(_number("puntos", difference), digits)


def fecha(day: Any) -> str:
    """An ISO date, like ``2026-11-24``, in words."""
    try:
        return spanish.long_date(date.fromisoformat(str(day)[:10]))
    except ValueError:
        raise ValueError(f"'fecha' wants a date like 2026-11-24, not {day!r}") from None


def duracion(seconds: Any) -> str:
    """A duration: ``42 s``, ``3 min 20 s``, ``1 h 5 min``."""
    whole = round(_number("duracion", seconds))
    if whole < 60:
        return f"{spanish.decimal(seconds, 1)}{spanish.NO_BREAK_SPACE}s"
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return spanish.NO_BREAK_SPACE.join(
        f"{count}{spanish.NO_BREAK_SPACE}{unit}" for count, unit in parts if count
    )


def printable(value: Any) -> Any:
    """``value``, if a page can show it; groups and lists of values can't be meant.

    Raises:
        TypeError: it can't, and what to do instead.
    """
    if isinstance(value, str | int | float | Undefined):
        return value
    if isinstance(value, dict):
        names = ", ".join(map(str, value))
        raise TypeError(f"this is a group of values ({names}); write '.name' behind it")
    if isinstance(value, list | tuple):
        raise TypeError(f"this is a list of {len(value)}; take one by '[0]', or loop over it")
    if value is None:
        raise TypeError("there is no value here (None); ask for it with 'is none' first")
    raise TypeError("this is nothing that a page can show")


def lista(items: Any) -> str:
    """Items in a sentence: ``a, b y c``."""
    return spanish.enumeration([str(item) for item in items])


def _number(name: str, value: Any) -> float:
    if isinstance(value, Undefined):
        str(value)  # raises what Jinja would: which name doesn't exist
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name!r} wants a number, not {value!r}")
    return value


FILTERS: dict[str, Callable[..., str]] = {
    function.__name__: function for function in (pct, num, miles, puntos, fecha, duracion, lista)
}

# Where one looks for a filter by another word.
OTHER_WORDS = {
    **dict.fromkeys(("porcentaje", "porciento", "percent", "percentage"), "pct"),
    **dict.fromkeys(("numero", "número", "number", "decimal", "coma", "redondear"), "num"),
    **dict.fromkeys(("entero", "millares", "integer", "thousands", "separador"), "miles"),
    **dict.fromkeys(("points", "diferencia"), "puntos"),
    **dict.fromkeys(("date", "dia", "día"), "fecha"),
    **dict.fromkeys(("duration", "tiempo", "time", "segundos", "seconds"), "duracion"),
    **dict.fromkeys(("enumerar", "enumeracion", "enumeration"), "lista"),
}
