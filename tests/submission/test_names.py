from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen.errors import UsageError
from reportgen.submission.names import MAX_BYTES, check_name, fold_ascii, same_name, suggest

RIGHT = [
    "GARCÍA_ANA",
    "GARCÍA-LÓPEZ_ANA_MARÍA",
    "DE_LA_FUENTE_IÑAKI",
    "ŁUKASZEWICZ_ÅSA",
    "O_X",
]


@pytest.mark.parametrize("name", RIGHT)
def test_right_names_pass_unchanged(name: str) -> None:
    assert check_name(name) == name
    assert suggest(name) == name


def test_a_decomposed_name_is_composed() -> None:
    assert check_name(unicodedata.normalize("NFD", "MUÑOZ_ÁNGEL")) == "MUÑOZ_ÁNGEL"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("García Ana", "GARCÍA_ANA"),
        ("garcía_ana", "GARCÍA_ANA"),
        ("O'BRIEN_ANA", "OBRIEN_ANA"),
        ("O’BRIEN_ANA", "OBRIEN_ANA"),
        ("GARCÍA  LÓPEZ,ANA", "GARCÍA_LÓPEZ_ANA"),
        ("GARCÍA__ANA", "GARCÍA_ANA"),
        ("_GARCÍA_ANA_", "GARCÍA_ANA"),
        ("GARCÍA--LÓPEZ_-ANA-", "GARCÍA-LÓPEZ_ANA"),
        ("GARCÍA–LÓPEZ_ANA", "GARCÍA-LÓPEZ_ANA"),
        ("GARCÍA_M.ª JOSÉ", "GARCÍA_MA_JOSÉ"),
        ("GAL·LARDO_PAU", "GALLARDO_PAU"),
        ("GARCÍA_ANA2", "GARCÍA_ANA"),
        ("GARCIA_ANA.pdf", "GARCIA_ANA"),
        ("garcía_ana.borrador.ZIP", "GARCÍA_ANA"),
        ("GAR\u200bCÍA_ANA", "GARCÍA_ANA"),
        ("GARCÍA\u00a0ANA", "GARCÍA_ANA"),
        ("GARCÍA_ANA\n", "GARCÍA_ANA"),
        ("../GARCÍA_ANA", "GARCÍA_ANA"),
        ("GАRCÍA_ANA", "GARCÍA_ANA"),  # the first A is Cyrillic
        ("ＧＡＲＣＩＡ_ＡＮＡ", "GARCIA_ANA"),
        ("weiß_ana", "WEISS_ANA"),
        ("\u202eGARCÍA_ANA", "GARCÍA_ANA"),
        ("GARCI\u0301\u034fA_ANA", "GARCÍA_ANA"),
    ],
)
def test_wrong_names_are_refused_with_the_right_form(wrong: str, right: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(wrong)
    assert caught.value.hint == f"use {right}"


@pytest.mark.parametrize(
    "name", ["", "GARCÍA", "_", "-_-", "CON", "nul", "COM1", "LPT¹", "AUX.", "CON.txt", "123 456"]
)
def test_what_makes_no_name_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(UsageError, match="can't be used") as caught:
        check_name(name)
    assert suggest(name) is None
    assert caught.value.hint is not None
    assert "APELLIDO_NOMBRE" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("GARCÍA ANA", "a space"),
        ("O'BRIEN_ANA", "an apostrophe"),
        ("GARCÍA_ANa", "the lower-case letter a"),
        ("GAR\u200dCÍA_ANA", "U+200D ZERO WIDTH JOINER"),
        ("GАRCÍA_ANA", "U+0410 CYRILLIC CAPITAL LETTER A"),
        ("GARCÍA_ANA!", "the sign !"),
        ("GARCÍA", "two or more parts"),
        ("GARC\udcccA_ANA", "U+DCCC"),
        ("A" * 60 + "_" + "B" * 60, "longer than 100 bytes"),
    ],
)
def test_the_message_says_what_is_wrong(name: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name)
    assert reason in caught.value.message
    assert caught.value.message.isprintable()


def test_the_limit_counts_bytes_and_not_letters() -> None:
    surname, given_name = "Ñ" * 40, "ANA"
    assert len(f"{surname}_{given_name}".encode()) == 84
    check_name(f"{surname}_{given_name}")
    with pytest.raises(UsageError, match="longer than"):
        check_name(f"{surname}{'Ñ' * 10}_{given_name}")
    assert suggest(f"{surname}_{'Ü' * 20}_{given_name}") == f"{surname}_{given_name}"


def test_folding_to_plain_letters() -> None:
    assert fold_ascii("MUÑOZ-ÇELIK_ÁNGEL_ŁUKASZ_SØREN") == "MUNOZ-CELIK_ANGEL_LUKASZ_SOREN"
    assert check_name("MUN\u0303OZ_ÁNGEL", ascii_only=True) == "MUNOZ_ANGEL"
    with pytest.raises(UsageError) as caught:
        check_name("Muñoz Ángel", ascii_only=True)
    assert caught.value.hint == "use MUNOZ_ANGEL"


def test_equal_after_normalising_and_folding() -> None:
    assert same_name("MUÑOZ_ANA", unicodedata.normalize("NFD", "Muñoz_Ana"))
    assert same_name("WEISS_ANA", "weiß_ana")
    assert not same_name("MUÑOZ_ANA", "MUNOZ_ANA")


# Half of the examples are near names: letters as people type them, and what goes wrong with them.
_near = st.text(alphabet="abcñéüçßÍÑØǅAB Cª·'’`-–_,.;:1\u0301\u200b\u00a0\nАжΐ王", max_size=60)


@settings(
    max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(st.one_of(_near, st.text(max_size=40)))
def test_a_suggestion_passes_the_rule_and_is_its_own_suggestion(text: str) -> None:
    suggestion = suggest(text)
    if suggestion is None:
        with pytest.raises(UsageError):
            check_name(text)
        return
    assert check_name(suggestion) == suggestion
    assert suggest(suggestion) == suggestion
    assert len(suggestion.encode()) <= MAX_BYTES
    plain = fold_ascii(suggestion)
    assert plain.isascii()
    assert check_name(plain) == plain
    assert check_name(suggestion, ascii_only=True) == plain
    assert fold_ascii(plain) == suggest(plain) == plain
    if unicodedata.normalize("NFC", text) != suggestion:
        with pytest.raises(UsageError) as caught:
            check_name(text)
        assert caught.value.hint == f"use {suggestion}"
