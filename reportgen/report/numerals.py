"""Numbers as a Spanish text writes them: ``98,97 %``, ``421.642``, ``0,89``, ``2,3 millones``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class Unit(Enum):
    """What a number is a number of."""

    NONE = auto()
    PERCENT = auto()
    POINTS = auto()
    EPOCH = auto()
    COUNT = auto()


@dataclass(frozen=True)
class Numeral:
    """A number in a text.

    Attributes:
        value: as it is written: ``98,97 %`` is 98.97.
        step: the value of its last digit: 0.01.
        unit: what stands around it.
        start: where it begins in the text.
        text: how it is written, with its unit if that follows.
    """

    value: float
    step: float
    unit: Unit
    start: int
    text: str

    @property
    def is_precise(self) -> bool:
        """Whether it claims to be measured: 93 % and 0,57 do; 50 %, 0,5 and 12 are just said."""
        if self.unit is Unit.PERCENT:
            return self.step < 1 or (self.value % 10 != 0 and self.value % 25 != 0)
        if self.unit is Unit.POINTS:
            return True
        return self.step <= 0.01 or abs(self.value) >= 1000

    def agrees_with(self, value: float) -> bool:
        """Whether ``value``, rounded to as many digits, is written like this."""
        return abs(self.value - value) <= self.step * 0.5 + 1e-9 * abs(self.value)


_SPACE = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]"
_NUMERAL = re.compile(
    rf"""
    (?<![\w.,/:=@^])(?<!\w[-–−])
    (?P<sign>[-−]?)
    (?:(?P<whole>[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+|(?:{_SPACE}\d{{3}})+)(?!\d))(?:,(?P<thousandths>\d+))?
      |(?P<units>\d+)(?:[.,](?P<decimals>\d+))?)
    (?![\w/]|[.,:]\d|\.?[ªº])
    (?:{_SPACE}?(?P<percent>%|por[ ]ciento\b)
      |{_SPACE}(?P<points>puntos?\b)
      |{_SPACE}(?P<scale>mil|millón|millones)\b
    )?
    """,
    re.VERBOSE,
)
_SCALES = {"mil": 1e3, "millón": 1e6, "millones": 1e6}
_YEARS = range(1900, 2100)
# What a number in front of these counts isn't in any result; or it is a size, like 28 × 28.
_FOREIGN = re.compile(
    r"\s*(?:×|x\s*\d|(?:veces|segundos?|s|ms|min|minutos?|h|horas?|días?|[KMGT]?B|[kMG]?Hz|px|píxeles"
    r"|mm|cm|bits?|capas?|bloques?|filtros?|neuronas?|canales|núcleos?|clases|puntos?\s+del?\b)\b)"
)
_COUNTED = re.compile(
    r"\s+(?:de\s+)?(?:casos?|errores|fallos?|aciertos|imágenes|muestras|parámetros|pesos)\b"
)
_BEFORE = 60
_EPOCH_BEFORE = re.compile(r"\bépocas?\s+$", re.IGNORECASE)
# A number behind these is a name: a reference, a version, a class.
_NAMED = re.compile(
    r"(?:\b(?:figuras?|tablas?|listados?|secci[óo]n(?:es)?|apartados?|cap[íi]tulos?|ecuaci[óo]n(?:es)?"
    r"|p[áa]ginas?|notas?|ap[ée]ndices?|anexos?|ejercicios?|pr[áa]cticas?|preguntas?|versi[óo]n(?:es)?"
    r"|clases?|d[íi]gitos?|capas?|bloques?|n[úu]meros?|fases?|python|pytorch)"
    r"|\b(?:fig|tab|sec|cap|ec|p[áa]gs?|n[úu]ms?|v)\.|n\.º)"
    r"\s*(?:\d[\d.]*\s*(?:,|y|e|o|a|al|-|–)\s*)*$",
    re.IGNORECASE,
)
# Bounds and round figures are said, not measured.
_ABOUT = re.compile(
    r"(?:\b(?:más|menos|mayor(?:es)?|menor(?:es)?|superior(?:es)?|inferior(?:es)?|encima|debajo"
    r"|supera[nr]?|rebasa[nr]?|casi|cerca|alrededor|torno|unos|unas|aproximadamente|apenas|umbral"
    r"|entre\s+(?:el\s+)?[\d.,]+(?:\s*%)?\s+y)\b|[~≈<>≤≥±])(?:\s+(?:de|del|a|al|que|el|la|los|las|un))*\s*$",
    re.IGNORECASE,
)


def numerals(text: str) -> Iterator[Numeral]:
    """The numbers of ``text`` that could be measurements.

    Left out are years, dates, versions, references, ordinals, parts of names and of sizes, bounds
    and round figures ("más del 90 %"), and numbers of what no result counts.
    """
    for found in _NUMERAL.finditer(text):
        before, behind = text[max(0, found.start() - _BEFORE) : found.start()], text[found.end() :]
        if _NAMED.search(before) or _ABOUT.search(before) or before.endswith(("[", "«", "“", "×")):
            continue
        numeral = _numeral(found, before, behind)
        if numeral is not None:
            yield numeral


def _numeral(found: re.Match[str], before: str, behind: str) -> Numeral | None:
    unit, scale = _unit(found, before, behind), _SCALES.get(found["scale"] or "", 1.0)
    if unit is Unit.NONE and _FOREIGN.match(behind):
        return None
    whole = re.sub(r"\D", "", found["whole"] or found["units"])
    decimals = found["thousandths"] or found["decimals"] or ""
    is_section = "." in found[0] and len(whole) == len(decimals) == 1
    is_year = unit is Unit.NONE and not (decimals or found["whole"]) and int(whole) in _YEARS
    if is_year or (is_section and unit is not Unit.PERCENT):
        return None
    value = float(f"{whole}.{decimals or 0}") * scale * (-1 if found["sign"] else 1)
    step = 10.0 ** -len(decimals) * scale
    return Numeral(value, step, unit, found.start(), found[0])


def _unit(found: re.Match[str], before: str, behind: str) -> Unit:
    if found["percent"]:
        return Unit.PERCENT
    if found["points"]:
        return Unit.POINTS
    if _COUNTED.match(behind):
        return Unit.COUNT
    return Unit.EPOCH if _EPOCH_BEFORE.search(before) else Unit.NONE
