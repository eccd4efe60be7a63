"""Spanish spelling by Hunspell and the dictionary that the system has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Self

LANGUAGE = "es_ES"
_FOLDERS = (
    "/usr/share/hunspell",
    "/usr/share/myspell/dicts",
    "/usr/local/share/hunspell",
    "/opt/homebrew/share/hunspell",
    "~/.local/share/hunspell",
    "~/Library/Spelling",
    "/Library/Spelling",
)
# Hunspell thinks for a second about a word that it doesn't know at all.
_MOST_SUGGESTED = 5


class SpellingUnavailable(Exception):  # noqa: N818 - a state of the machine, not a mistake
    """Spelling can't be checked here; the message says why and what would help."""


class Speller:
    """Knows the words of a dictionary and the field's terms."""

    def __init__(self, dictionary: Any, terms: frozenset[str]) -> None:
        self._dictionary = dictionary
        self._terms = terms
        self._suggested: dict[str, list[str]] = {}

    @classmethod
    def of_system(cls) -> Self:
        """The speller of this machine; hunspell's own variable ``DICPATH`` names more folders.

        Raises:
            SpellingUnavailable: the dictionary or the library isn't installed.
        """
        try:
            # Not installed everywhere, and without types where it is.
            from hunspell import Hunspell  # type: ignore[import-not-found, import-untyped, unused-ignore]
        except ImportError:
            raise SpellingUnavailable(
                "the library isn't installed: run `pip install chunspell`"
            ) from None
        named = filter(None, os.environ.get("DICPATH", "").split(os.pathsep))
        folders = [Path(folder).expanduser() for folder in (*named, *_FOLDERS)]
        for folder in folders:
            if all((folder / f"{LANGUAGE}.{kind}").is_file() for kind in ("aff", "dic")):
                return cls(Hunspell(LANGUAGE, hunspell_data_dir=str(folder)), _terms())
        raise SpellingUnavailable(
            f"there is no dictionary {LANGUAGE}: install hunspell-es (`apt install hunspell-es`), "
            "or put its .aff and .dic into a folder that DICPATH names"
        )

    def knows(self, word: str) -> bool:
        """Whether ``word`` is spelt right; of a compound, each of its parts."""
        return all(
            part in self._terms or part.lower() in self._terms or self._dictionary.spell(part)
            for part in word.split("-")
        )

    def suggestions(self, word: str) -> list[str]:
        """Right words near to ``word``, the nearest first; only for the first few asked about."""
        if word not in self._suggested and len(self._suggested) < _MOST_SUGGESTED:
            self._suggested[word] = list(self._dictionary.suggest(word))[:3]
        return self._suggested.get(word, [])


def _terms() -> frozenset[str]:
    lines = Path(__file__).with_name("terms.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
