"""Numbering and references, apart from any template."""

from __future__ import annotations

import pytest

from reportgen.report.references import BadReferenceError, resolve


def caption(name: str) -> str:
    return f'<figure id="{name}"><span class="numero" data-de="{name}"></span></figure>'


def test_each_kind_counts_for_itself_in_the_order_of_the_page() -> None:
    html = resolve("".join(caption(n) for n in ("fig-b", "tab-x", "fig-a", "lst-c", "tab-y")))
    assert [part.split("<")[0] for part in html.split('class="numero">')[1:]] == [
        *("Figura\xa01.", "Tabla\xa01.", "Figura\xa02.", "Listado\xa01.", "Tabla\xa02."),
    ]


def test_a_reference_may_stand_before_what_it_names() -> None:
    html = resolve('<a class="ref" href="#fig-b"></a>' + caption("fig-a") + caption("fig-b"))
    assert html.startswith('<a class="ref" href="#fig-b">Figura\xa02</a>')


def test_a_reference_with_words_keeps_them() -> None:
    link = '<a href="#fig-a">la <b>figura</b></a>'
    assert resolve(link + caption("fig-a")).startswith(link)


def test_links_to_elsewhere_are_left_alone() -> None:
    link = '<a href="https://example.org/#x"></a>'
    assert resolve(link) == link


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ('<a href="#fig-b"></a>' + caption("fig-a"), "'#fig-b' leads nowhere"),
        ('<a href="#nada">x</a>', "'#nada' leads nowhere"),
        ('<p id="uno"></p><a href="#uno"></a>', "no text"),
        (caption("fig-a") * 2, "'fig-a' stands twice"),
        ('<span class="numero" data-de="fig-z"></span>', "'#fig-z' leads nowhere"),
    ],
)
def test_a_reference_can_not_dangle(html: str, message: str) -> None:
    with pytest.raises(BadReferenceError, match=message):
        resolve(html)


def test_the_contents_nest_the_headings_behind_them() -> None:
    html = resolve(
        '<h2 id="antes">No</h2><nav id="indice"></nav><h2 id="a"><b>1</b> A</h2>'
        '<h3 id="aa">AA</h3><h3 id="ab">AB</h3><h3>sin id</h3><h2 id="b">B</h2>'
    )
    assert (
        '<nav id="indice"><ol><li><a href="#a"><b>1</b> A</a><ol><li><a href="#aa">AA</a></li>'
        '<li><a href="#ab">AB</a></li></ol></li><li><a href="#b">B</a></li></ol></nav>'
    ) in html
