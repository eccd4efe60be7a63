"""Numbers for tables, figures and listings, and the references to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from reportgen.report.places import did_you_mean

# So many names are told one by one.
_FEW = 8
KINDS = {"tab": "Tabla", "fig": "Figura", "lst": "Listado"}
_ID = re.compile(r'\bid="((tab|fig|lst)-[^"]*)"')
_ANY_ID = re.compile(r'\bid="([^"]+)"')
_CAPTION = re.compile(r'<span class="numero" data-de="([^"]+)"></span>')
_HEADING = re.compile(r'<h([23])\b[^>]*\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_CONTENTS = '<nav id="indice"></nav>'
_LINK = re.compile(r'(<a\b[^>]*\bhref="#([^"]+)"[^>]*>)(\s*)(?=(</a>)?)')


class BadReferenceError(Exception):
    """A reference to something that isn't on the page, or that could mean two things.

    Attributes:
        traces: what to search the sources for to find the reference, the surest first.
    """

    def __init__(self, message: str, *traces: str) -> None:
        super().__init__(message)
        self.traces = traces


def resolve(html: str) -> str:
    """``html`` with its captions numbered, its empty references and its contents filled in.

    The number of an element is its place among those whose id has the same prefix: ``tab-``,
    ``fig-`` or ``lst-``. A link without text, ``<a href="#fig-x"></a>``, becomes "Figura 5".
    The element ``<nav id="indice"></nav>`` takes the h2 and h3 headings behind it that have an id.

    Raises:
        BadReferenceError: a link leads to an id that isn't there, or an id stands twice.
    """
    if found := problems(html):
        raise found[0]
    html = html.replace(_CONTENTS, f'<nav id="indice">{_contents(html)}</nav>')
    labels = _labels(html)

    def link(found: re.Match[str]) -> str:
        opening, target, space, empty = found.groups()
        return f"{opening}{labels[target] if empty else space}"

    html = _CAPTION.sub(lambda found: f'<span class="numero">{labels[found[1]]}.</span>', html)
    return _LINK.sub(link, html)


def problems(html: str) -> list[BadReferenceError]:
    """Everything for which :func:`resolve` would refuse ``html``."""
    ids, labels = Counter(_ANY_ID.findall(html)), _labels(html)
    found = [_twice(name) for name, times in ids.items() if times > 1]
    captions = _CAPTION.findall(html)
    found += [_dangling(target, labels) for target in captions if target not in labels]
    for _, target, _, empty in _LINK.findall(html):
        if target not in ids:
            found.append(_dangling(target, ids))
        elif empty and target not in labels:
            found.append(_unnumbered(target))
    return found


def _twice(name: str) -> BadReferenceError:
    traces = (f'id="{name}"', name, name.partition("-")[2])
    return BadReferenceError(f"the id '{name}' stands twice", *traces)


def _unnumbered(target: str) -> BadReferenceError:
    return BadReferenceError(
        f"the reference '#{target}' has no text, and what it leads to no number",
        f"#{target}",
        target,
    )


def _dangling(target: str, known: Iterable[str]) -> BadReferenceError:
    """Without a near name the error lists those of the same kind, of the same section if any."""
    kind, _, rest = target.partition("-")
    alike = [name for name in known if name.startswith(f"{kind}-") and kind in KINDS]
    section = f"{kind}-{rest[:3]}"  # fig-1-2
    near = [name for name in alike if name.startswith(section)] or alike
    guess = did_you_mean(target, known) or (f"; there is {', '.join(near[:_FEW])}" * bool(near))
    return BadReferenceError(
        f"the reference '#{target}' leads nowhere{guess}",
        f"#{target}",
        f'"{target}"',
        target,
    )


def _labels(html: str) -> dict[str, str]:
    """ "Figura 5", with its no-break space, by id."""
    seen: Counter[str] = Counter()
    labels = {}
    for name, kind in _ID.findall(html):
        seen[kind] += 1
        labels[name] = f"{KINDS[kind]}\N{NO-BREAK SPACE}{seen[kind]}"
    return labels


def _contents(html: str) -> str:
    """The nested list of the headings behind the place where it shall stand."""
    items: list[str] = []
    depth = 2
    for found in _HEADING.finditer(html, max(html.find(_CONTENTS), 0)):
        level, target, title = int(found[1]), found[2], found[3].strip()
        if items:
            items.append({-1: "</li></ol></li>", 0: "</li>", 1: "<ol>"}[level - depth])
        items.append(f'<li><a href="#{target}">{title}</a>')
        depth = level
    closing = "</li></ol>" * (depth - 1) if items else ""
    return f"<ol>{''.join(items)}{closing}" if items else ""
