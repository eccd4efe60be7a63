"""The live page in a real browser: what an author sees while writing."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.preview.conftest import Live

if TYPE_CHECKING:
    from playwright.sync_api import Frame, FrameLocator, Page

QUESTION = "#preg-1_1_tsne"


@contextlib.contextmanager
def edited(path: Path, text: str) -> Iterator[None]:
    """The file with other content for a while."""
    before = path.read_text("utf-8")
    path.write_text(text, "utf-8")
    try:
        yield
    finally:
        path.write_text(before, "utf-8")


def appended(path: Path, text: str) -> contextlib.AbstractContextManager[None]:
    return edited(path, f"{path.read_text('utf-8')}\n{text}\n")


def paper(page: Page) -> FrameLocator:
    return page.frame_locator("#paper")


def frame(page: Page) -> Frame:
    handle = page.query_selector("#paper")
    assert handle is not None
    inner = handle.content_frame()
    assert inner is not None
    return inner


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds; a frame in which nothing may run can't wait for itself."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def top(page: Page, selector: str) -> float:
    found: float = frame(page).eval_on_selector(selector, "e => e.getBoundingClientRect().top")
    return found


def test_a_saved_comment_replaces_its_section_and_nothing_else(live: Live, page: Page) -> None:
    inner = frame(page)
    inner.evaluate(
        "document.querySelectorAll('section, figure, table, img').forEach(e => e.kept = true)"
    )
    with appended(live.comment("1_1_tsne"), "Una frase recién escrita."):
        paper(page).get_by_text("Una frase recién escrita.").wait_for()
        new = inner.evaluate(
            "[...document.querySelectorAll('section, figure, table, img')]"
            ".filter(e => !e.kept).map(e => e.id)"
        )
        assert new == [QUESTION.removeprefix("#")]
    paper(page).get_by_text("Una frase recién escrita.").wait_for(state="detached")


def test_the_reader_stays_where_they_are(live: Live, page: Page) -> None:
    inner = frame(page)
    inner.eval_on_selector("#fig-1-2-curvas", "e => e.scrollIntoView()")
    before, scrolled = top(page, "#fig-1-2-curvas"), inner.evaluate("scrollY")
    longer = "\n\n".join(f"Párrafo {n} que empuja lo demás." for n in range(30))
    with appended(live.comment("1_1_tsne"), longer):
        paper(page).get_by_text("Párrafo 29 que empuja lo demás.").wait_for()
        assert inner.evaluate("scrollY") > scrolled + 300
        assert top(page, "#fig-1-2-curvas") == pytest.approx(before, abs=2)
    paper(page).get_by_text("Párrafo 29").wait_for(state="detached")
    assert top(page, "#fig-1-2-curvas") == pytest.approx(before, abs=2)


def test_a_mistake_is_shown_over_the_last_good_page_until_it_is_mended(
    live: Live, page: Page
) -> None:
    fault = page.locator("#fault")
    assert not fault.is_visible()
    with appended(live.comment("1_1_tsne"), "{{ simple_cnn.bst.epoch }}"):
        fault.wait_for()
        line = len(live.comment("1_1_tsne").read_text("utf-8").splitlines())
        told = fault.inner_text()
        assert f"templates/comentarios/1_1_tsne.md:{line}:15" in told
        assert "did you mean 'best'?" in told
        assert paper(page).locator(QUESTION).is_visible()
        page.locator("#findings .code", has_text="expression").wait_for()
    fault.wait_for(state="hidden")


def test_a_wrong_setting_is_shown_and_a_title_is_taken_over(live: Live, page: Page) -> None:
    settings = live.root / "reportgen.toml"
    with edited(settings, '[report]\ntitel = "Otro"\n'):
        page.locator("#fault").get_by_text("reportgen.toml:2").wait_for()
    page.locator("#fault").wait_for(state="hidden")
    with edited(settings, '[report]\ntitle = "Otro título"\n'):
        paper(page).locator("h1", has_text="Otro título").wait_for()


def test_a_file_that_is_renamed_into_place_is_seen(live: Live, page: Page) -> None:
    path = live.comment("1_2_tsne")
    before = path.read_text("utf-8")
    for text in (f"{before}\nEscrito por otro editor.\n", before):
        beside = path.with_name(".1_2_tsne.md.swp")
        beside.write_text(text, "utf-8")
        beside.replace(path)
        state: Any = "detached" if text == before else "visible"
        paper(page).get_by_text("Escrito por otro editor.").wait_for(state=state)


def test_a_changed_style_is_applied_in_place(live: Live, page: Page) -> None:
    style = live.root / "templates" / "informe.css"
    inner = frame(page)
    inner.eval_on_selector(QUESTION, "e => e.kept = true")
    with edited(style, style.read_text("utf-8") + "\nh1 { color: rgb(1, 2, 3); }\n"):
        colour = "getComputedStyle(document.querySelector('h1')).color"
        eventually(lambda: inner.evaluate(colour) == "rgb(1, 2, 3)")
        assert inner.eval_on_selector(QUESTION, "e => e.kept")


def test_figures_keep_their_printed_width_after_an_edit(live: Live, page: Page) -> None:
    template = live.root / "templates" / "secciones" / "1_1_simple_cnn.html.j2"
    text = template.read_text("utf-8")
    measure = "e => [e.complete && e.naturalWidth > 0, e.style.width, e.clientWidth]"
    loaded = "e => e.complete && e.naturalWidth > 0"
    eventually(lambda: frame(page).eval_on_selector("#fig-1-1-curvas img", loaded))
    before = frame(page).eval_on_selector("#fig-1-1-curvas img", measure)
    with edited(template, text.replace("Pérdida y precisión de Simple CNN", "Curvas de la red")):
        paper(page).locator("#fig-1-1-curvas", has_text="Curvas de la red").wait_for()
        after = frame(page).eval_on_selector("#fig-1-1-curvas img", measure)
    assert before[0]
    assert before[1].endswith("mm")
    assert after[1:] == before[1:]


def test_nothing_that_a_template_brings_along_is_run(
    live: Live, page: Page, said: list[str]
) -> None:
    template = live.root / "templates" / "secciones" / "1_1_simple_cnn.html.j2"
    attack = (
        "<script>top.ran = 1</script><p onclick='top.ran = 1' id='bait'>cebo</p>"
        "<a id='way-out' target='_top' href='javascript:top.ran = 1'>salida</a>"
    )
    with edited(template, template.read_text("utf-8") + attack):
        paper(page).locator("#bait").wait_for()
        paper(page).locator("#bait").click()
        page.reload()
        paper(page).locator("#bait").wait_for()
        paper(page).locator("#bait").click()
        assert page.evaluate("window.ran") is None
    paper(page).locator("#bait").wait_for(state="detached")
    assert any("sandbox" in line for line in said)  # the browser says what it refused
    said.clear()


def test_a_question_leads_to_its_place_by_keyboard(page: Page) -> None:
    item = page.locator("#questions li", has_text="1_3_tsne.md")
    assert "templates/comentarios/1_3_tsne.md:5" in item.inner_text()
    item.locator("button").focus()
    page.keyboard.press("Enter")
    eventually(lambda: abs(top(page, "#preg-1_3_tsne")) < 5)
    before = frame(page).evaluate("scrollY")
    page.keyboard.press("PageUp")  # the page has the focus now
    eventually(lambda: bool(frame(page).evaluate("scrollY") < before))


def test_values_are_found_and_copied(page: Page) -> None:
    page.locator("#pattern").fill("simple_cnn.parameters.trainable")
    entry = page.locator("#values li")
    eventually(lambda: {"421.642" in text for text in entry.all_text_contents()} == {True})
    entry.first.get_by_role("button").click()
    page.get_by_text("copied: {{ simple_cnn.parameters.trainable | miles }}").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "{{ simple_cnn.parameters.trainable | miles }}"


def test_escape_puts_the_mistake_aside(live: Live, page: Page) -> None:
    with appended(live.comment("1_1_tsne"), "{{ nada }}"):
        page.locator("#fault").wait_for()
        page.keyboard.press("Escape")
        page.locator("#fault").wait_for(state="hidden")
    paper(page).locator(QUESTION).wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_axe_finds_no_serious_fault(
    live: Live, page: Page, scheme: Any, width: int, broken: bool
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe isn't installed")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    mistake = appended(live.comment("1_1_tsne"), "{{ nada }}")
    with mistake if broken else contextlib.nullcontext():
        if broken:
            page.locator("#fault").wait_for()
        found = axe.Axe().run(page).response["violations"]
        serious = [one for one in found if one["impact"] in {"serious", "critical"}]
        assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in serious] == []
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0
    page.locator("#fault").wait_for(state="hidden")
