"""The rule for the name that everything handed in bears: ``GARCÍA-LÓPEZ_ANA_MARÍA``."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from anyascii import anyascii

from reportgen.errors import UsageError

MAX_BYTES = 100
DRAFT_SUFFIX = ".BORRADOR"  # NAME.BORRADOR.zip is a draft of NAME.zip

_SHAPE = re.compile(r"[^\W_]+(?:-[^\W_]+)*(?:_[^\W_]+(?:-[^\W_]+)*)+")
_SHAPE_IN_WORDS = "two or more parts joined by single underscores, hyphens only inside a part"
_ENDINGS = re.compile(rf"(?:\.(?:pdf|zip|ipynb)|{re.escape(DRAFT_SUFFIX)})+\s*\Z", re.IGNORECASE)
_APOSTROPHES = frozenset("'’‘`´ʼ‛′＇")


def check_name(text: str, *, ascii_only: bool = False) -> str:
    """The NFC-normalised name.

    Args:
        text: as given.
        ascii_only: fold accents and ñ, for a course that wants plain letters.

    Raises:
        UsageError: ``text`` breaks the rule; the hint carries the right form where there is one.
    """
    name = unicodedata.normalize("NFC", text)
    fault = _fault(name)
    if fault is None:
        return fold_ascii(name) if ascii_only else name
    suggestion = suggest(text)
    if suggestion and ascii_only:
        suggestion = fold_ascii(suggestion)
    raise UsageError(
        f"the name {_shown(name)} can't be used: {fault}",
        hint=f"use {suggestion}"
        if suggestion
        else "write APELLIDO_NOMBRE in capitals, for instance GARCÍA-LÓPEZ_ANA_MARÍA",
    )


def suggest(text: str) -> str | None:
    """The nearest name that passes the rule; a name that passes already is its own suggestion.

    ``None`` where fewer than two parts are left to make a name of.
    """
    name = unicodedata.normalize("NFC", text)
    if _fault(name) is None:
        return name
    name = _ENDINGS.sub("", name)
    # NFKC makes ordinary letters of ª and of full-width ones; upper() may decompose, hence again.
    capitals = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).upper())
    spelled = "".join(_spelled(character) for character in capitals)
    parts = [re.sub("-{2,}", "-", part).strip("-") for part in spelled.split("_")]
    parts = [part for part in parts if part]
    while len(parts) > 2 and len("_".join(parts).encode()) > MAX_BYTES:
        del parts[-2]  # first surname and last given name say most
    suggestion = "_".join(parts)
    return suggestion if _fault(suggestion) is None else None


def fold_ascii(name: str) -> str:
    """The name for a course that wants plain letters: ``MUÑOZ_ÁNGEL`` becomes ``MUNOZ_ANGEL``."""
    return anyascii(name).upper()


def same_name(a: str, b: str) -> bool:
    """Whether two names are one to a file system that ignores case and normalisation."""
    return folded(a) == folded(b)


def folded(name: str) -> str:
    """The form in which equal names are equal strings: NFC and case-folded."""
    # Folding can undo the normal form ("ΐ"), so it is made again.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _fault(name: str) -> str | None:
    """What breaks the rule in an NFC-normalised name."""
    if not name:
        return "it is empty"
    for character in name:
        if character not in "_-" and not _is_letter(character):
            return f"it has {_described(character)}"
    if not _SHAPE.fullmatch(name):
        return f"it must be {_SHAPE_IN_WORDS}"
    if len(name.encode()) > MAX_BYTES:
        return f"it is longer than {MAX_BYTES} bytes"
    return None


@cache
def _is_letter(character: str) -> bool:
    """A Latin capital, with or without accents, that also has a plain spelling."""
    return (
        unicodedata.category(character) == "Lu"
        and unicodedata.name(character, "").startswith("LATIN CAPITAL LETTER ")
        and anyascii(character).isalpha()
    )


def _spelled(character: str) -> str:
    """What a suggestion makes of one upper-case character."""
    if _is_letter(character) or character == "_":
        return character
    category = unicodedata.category(character)
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if character.isspace() or character in ",;":
        return "_"
    if category.startswith("L"):  # a letter of another script, perhaps one that only looks Latin
        return "".join(letter for letter in anyascii(character).upper() if letter.isalpha())
    return ""


def _described(character: str) -> str:
    if character in _APOSTROPHES:
        return "an apostrophe"
    if character == " ":
        return "a space"
    code = f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
    category = unicodedata.category(character)
    if category[0] in "CZM":
        return f"an invisible or combining character ({code})"
    if category == "Ll":
        return f"the lower-case letter {character}"
    if category[0] == "L":
        return f"{character} ({code}), which isn't a Latin capital"
    return f"the sign {character}"


def _shown(text: str) -> str:
    """The text between quotation marks, with whatever can't be seen spelled out, cut to a line."""
    visible = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return f"“{visible[:120]}…”" if len(visible) > 120 else f"“{visible}”"
