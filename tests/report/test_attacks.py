"""Templates, comments, styles and values that try to get out: not one may.

Sandbox and fetcher stand alone here, without the guard of the real child, and Python's audit
events tell what was tried. What only burns time or memory is in ``test_renderer.py``.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import sysconfig
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest

ROOT = Path(__file__).parents[2]
MARK = "MARCA-SECRETA-7e57"
# Signs in the HTML that a template got hold of an object that isn't plain data.
CANARIES = ("<class", "&lt;class", "&lt;module", "&lt;slot wrapper", "_wrap_close", "popen")
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
REPORT = """<!DOCTYPE html>
<html lang="es"><head><meta charset="utf-8"><title>x</title>
<style>{{ estilo("informe.css") }}</style></head>
<body><h1>x</h1>{% include "cuerpo.html.j2" %}</body></html>
"""
FRONT = '---\npregunta: uno\nseccion: "1.1"\ntitulo: Una\nestado: borrador\n---\n\n'
BODY, COMMENT, STYLE = "cuerpo.html.j2", "comentarios/uno.md", "informe.css"
PICTURE, SHOWN = "../build/figures/a.svg", '<img src="figures/a.svg" alt="x">'
CALL = '{{ comentario("uno").html }}'
TITLE = "{{ comentario('uno').titulo }}"
VALUE = f"{CALL}<p title='{{{{ valor }}}}'>{{{{ valor }}}}</p>"

# SECRET becomes the path of a file outside the project, URL its address, NET one on the network.
ATTRIBUTES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [].__class__.__base__.__subclasses__() }}",
    "{{ red.__class__.__init__.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ dict.mro() }}",
    "{{ range.__class__ }}",
    "{{ comentario.__globals__ }}",
    "{{ comentario.__closure__ }}",
    "{{ estilo.__code__.co_consts }}",
    "{{ listado.__module__ }}",
    "{{ (red.items()).__iter__().__class__ }}",
    "{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}",
    "{% for x in [1] %}{{ loop.__class__ }}{% endfor %}",
    "{{ red['__class__'] }}",
    "{{ ''['__class__'] }}",
    "{{ lipsum.__globals__ }}",
    "{{ config }}{{ request }}",
]
FILTER_TRICKS = [
    "{{ '' | attr('__class__') }}",
    "{{ '' | attr('__cla' ~ 'ss__') | attr('__mro__') }}",
    "{{ [''] | map(attribute='__class__') | list }}",
    "{{ [red] | groupby('__class__') }}",
    "{{ [red] | sort(attribute='__class__.__name__') }}",
    "{{ [''] | selectattr('__class__') | list }}",
    "{{ '{0.__class__.__mro__}'.format('') }}",
    "{{ '{x.__class__}'.format_map({'x': 1}) }}",
    "{{ ('{0.__class__}' | safe).format(red) }}",
    "{% set f = '{0.__class__}'.format %}{{ f(red) }}",
    "{{ ['{0.__class__}'] | map('format', red) | list }}",
    "{{ '{0.__class__}' | format(red) }}",
    "{{ '%s' | format(comentario) }}",
    "{{ red.update({'x': 1}) }}",
    "{{ red.classes.append('x') }}",
    "{{ red.classes | map('pop') | list }}",
]
LOADER = [
    "{% include '../../secret/secret.txt' %}",
    "{% include 'SECRET' %}",
    "{% include 'enlace.txt' %}",
    "{% include 'comentarios/../../../secret/secret.txt' %}",
    "{% import '../../secret/secret.txt' as m %}",
    "{% extends '../../secret/secret.txt' %}",
    "{{ comentario('../../../secret/secret') }}",
    "{{ estilo('../../secret/secret.txt') }}",
    "{{ estilo('SECRET') }}",
    "{{ estilo('enlace.txt') }}",
]
PICTURES = [
    '<img alt="x" src="URL">',
    '<img alt="x" src="SECRET">',
    '<img alt="x" src="../../secret/secret.svg">',
    '<img alt="x" src="figures/enlace.svg">',
    '<img alt="x" src="FILE:///SECRET">',
    '<img alt="x" src="file://localhostSECRET">',
    '<img alt="x" src="file:///%2e%2eSECRET">',
    '<img alt="x" src="NET/x.png">',
    '<img alt="x" src="https://127.0.0.1:9/x.png">',
    '<img alt="x" src="ftp://127.0.0.1:9/x.png">',
    '<img alt="x" src="//127.0.0.1:9/x.png">',
    '<object data="URL"></object>',
    '<embed src="URL">',
    '<base href="NET/"><img alt="x" src="x.png">',
]
LINKS = [
    '<link rel="stylesheet" href="URL">',
    '<link rel="stylesheet" href="NET/x.css">',
    '<link rel="stylesheet" href="enlace.css">',
    '<link rel="alternate stylesheet" href="URL">',
]
ATTACHMENTS = [
    '<link rel="attachment" href="SECRET">',
    '<link rel="attachment" href="URL">',
    '<a rel="attachment" href="URL">x</a>',
    '<a rel="attachment" href="../../secret/secret.txt">x</a>',
    '<a rel="attachment" href="NET/x">x</a>',
]
STYLES = [
    '@import "URL";',
    "@import url(NET/x.css);",
    "body { background: url(URL) }",
    "body { background-image: url(NET/x.png) }",
    "h1::before { content: url(URL) }",
    "li { list-style-image: url(URL) } h1 { display: list-item; list-style-image: url(URL) }",
    "h1 { border-image: url(URL) 30 }",
    "@page { background: url(URL) }",
    "@page { @top-left { content: url(URL) } }",
    "@color-profile device-cmyk { src: url(URL) }",
    "h1::before { content: attr(x url) }",
    "</style><img src='URL'>",
]
FONTS = [
    "@font-face { font-family: X; src: url(URL) } h1 { font-family: X }",
    "@font-face { font-family: X; src: url(NET/x.woff2) } h1 { font-family: X }",
    '@font-face { font-family: X; src: local("DejaVu Sans") } h1 { font-family: X }',
    "@font-face { font-family: Source Serif Pro; src: url(data:font/ttf;base64,AAEAAAAA) }",
    "@font-face { font-family: X; src: url(../../secret/secret.txt) } h1 { font-family: X }",
]
SVG_INSIDE = [
    '<svg><image href="URL" width="9" height="9"/></svg>',
    '<svg><image xlink:href="NET/x.png" width="9" height="9"/></svg>',
    '<svg><use href="URL#a"/></svg>',
    '<svg><style>@import "URL";</style><rect width="9" height="9"/></svg>',
    '<svg><rect style="fill: url(URL)" width="9" height="9"/></svg>',
    '<svg><foreignObject><img src="URL"/></foreignObject></svg>',
]
SVG_FILES = [
    '<image href="URL" width="9" height="9"/>',
    '<image href="../../secret/secret.svg" width="9" height="9"/>',
    '<use href="URL#a"/>',
    '<style>@import "URL"; @font-face { font-family: X; src: url(URL) }</style>',
    '<image href="NET/x.png" width="9" height="9"/>',
]
XML = [
    '<!DOCTYPE svg [<!ENTITY x SYSTEM "URL">]>',
    '<!DOCTYPE svg SYSTEM "URL">',
    '<!DOCTYPE svg [<!ENTITY % x SYSTEM "NET/x.dtd">%x;]>',
    '<?xml-stylesheet href="URL"?>',
]
METADATA = [
    '<meta http-equiv="refresh" content="0; url=NET">',
    '<link rel="icon" href="URL"><link rel="author" href="URL">',
    '<meta name="keywords" content="{{ red.__class__ }}">',
    '<script src="URL"></script><iframe src="URL"></iframe>',
    '<input type="image" src="URL"><video poster="URL"></video>',
]
MARKDOWN = [
    '<img src="URL" alt="x">',
    "![x](URL)",
    "![x](NET/x.png)",
    "![x](<../../secret/secret.svg>)",
    "[x]: URL\n\n![x]",
    "[x](javascript:alert)",
    "<script>x</script>",
    "{{ ''.__class__ }}",
    "{% include '../../../secret/secret.txt' %}",
]
FRONT_MATTER = [
    "---\npregunta: !!python/object/apply:os.system ['id']\n---\n",
    "---\npregunta: !!python/name:os.system\n---\n",
    "---\na: &a [x]\nb: *a\n---\n",
    FRONT.replace("Una", "'<img src=URL>'"),
    FRONT.replace("Una", "'{{ red.__class__ }}'"),
]
VALUES = [
    "<img src='URL' alt='x'>",
    "<script>x</script>",
    "![x](URL)",
    "{{ ''.__class__ }}",
    "</p></section><link rel='attachment' href='URL'>",
]


CHANNELS: dict[str, list[dict[str, str]]] = {
    "attributes": [{BODY: text} for text in ATTRIBUTES],
    "filters": [{BODY: text} for text in FILTER_TRICKS],
    "loader": [{BODY: text} for text in LOADER],
    "pictures": [{BODY: text} for text in PICTURES],
    "links": [{BODY: text} for text in LINKS],
    "attachments": [{BODY: text} for text in ATTACHMENTS],
    "styles": [{STYLE: text, BODY: '<h1 x="URL">x</h1>'} for text in STYLES],
    "fonts": [{STYLE: text} for text in FONTS],
    "svg inside": [{BODY: text} for text in SVG_INSIDE],
    "svg files": [{PICTURE: SQUARE.format(text), BODY: SHOWN} for text in SVG_FILES],
    "xml": [{PICTURE: text + SQUARE.format("<text>&x;</text>"), BODY: SHOWN} for text in XML],
    "metadata": [{BODY: text} for text in METADATA],
    "markdown": [{COMMENT: FRONT + text, BODY: CALL} for text in MARKDOWN],
    "front matter": [{COMMENT: text, BODY: TITLE + CALL} for text in FRONT_MATTER],
    "values": [{COMMENT: f"{FRONT}{{{{ valor }}}}", BODY: VALUE, "valor": text} for text in VALUES],
}
ATTACKS = [
    (f"{channel} {number}", files)
    for channel, attacks in CHANNELS.items()
    for number, files in enumerate(attacks, start=1)
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What happened at each attack, and the folders it may read."""
    cases = {name: _lay(tmp_path_factory.mktemp("ataque"), files) for name, files in ATTACKS}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("attack_child.py"))],
        input=json.dumps(list(cases.values())),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    return {
        name: {**case, **answer}
        for (name, case), answer in zip(cases.items(), answers, strict=True)
    }


def _lay(folder: Path, attack: dict[str, str]) -> dict[str, Any]:
    secret, templates, build = (folder / name for name in ("secret", "templates", "build"))
    for path in (secret, templates / "comentarios", build / "figures"):
        path.mkdir(parents=True)
    (secret / "secret.txt").write_text(f"{FRONT}{MARK}", encoding="utf-8")
    (secret / "secret.md").write_text(f"{FRONT}{MARK}", encoding="utf-8")
    (secret / "secret.svg").write_text(SQUARE.format(f"<text y='9'>{MARK}</text>"))
    target = secret / ("secret.txt" if "txt" in str(attack) else "secret.svg")
    (templates / "enlace.txt").symlink_to(secret / "secret.txt")
    (templates / "enlace.css").symlink_to(secret / "secret.txt")
    (build / "figures/enlace.svg").symlink_to(secret / "secret.svg")
    files = {"informe.html.j2": REPORT, STYLE: "", BODY: "", COMMENT: FRONT, **attack}
    value = files.pop("valor", "")
    changes = {"URL": target.as_uri(), "SECRET": str(target), "NET": "http://127.0.0.1:9"}

    def filled(text: str) -> str:
        return re.sub(r"\b(URL|SECRET|NET)\b", lambda found: changes[found[0]], text)

    for name, text in files.items():
        (templates / name).write_text(filled(text), encoding="utf-8")
    return {
        "templates": str(templates),
        "build": str(build),
        "folder": str(folder),
        "context": {"red": {"classes": ["a", "b"]}, "valor": filled(value)},
    }


def test_the_corpus_is_large_enough() -> None:
    assert len(ATTACKS) >= 60
    assert len(CHANNELS) >= 9


@pytest.mark.parametrize("name", [name for name, _ in ATTACKS])
def test_nothing_gets_out(name: str, outcomes: dict[str, dict[str, Any]]) -> None:
    outcome = outcomes[name]
    for event in outcome["events"]:
        assert not event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "pty."))
        assert f"{outcome['folder']}/secret" not in event
        if event.startswith("open "):
            assert _is_expected(Path(event.removeprefix("open ")), outcome), event
    html = outcome["html"].replace(outcome["folder"], "")  # a test runner's "popen-gw0" is in it
    assert MARK not in html
    assert not [canary for canary in CANARIES if canary in html]
    pdf = base64.b64decode(outcome["pdf"])
    if pdf:
        _holds_no_secret(pdf)


def test_the_recorder_sees_an_open_and_the_marks_are_found(tmp_path: Path) -> None:
    """The corpus could pass for the wrong reason: here the same page may read its picture."""
    attack = {BODY: '<img src="figures/secret.svg" alt="x"><p>MARCA-SECRETA-7e57</p>'}
    case = _lay(tmp_path, attack)
    inside = Path(case["build"], "figures/secret.svg")
    inside.write_text(SQUARE.format("<rect width='9' height='9'/>"))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("attack_child.py"))],
        input=json.dumps([case]),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    (outcome,) = json.loads(done.stdout)
    assert f"open {inside}" in outcome["events"]
    with pytest.raises(AssertionError):
        _holds_no_secret(base64.b64decode(outcome["pdf"]))


def _is_expected(path: Path, outcome: dict[str, Any]) -> bool:
    """Whether a file that was opened is Python's, reportgen's, the project's or a temporary one."""
    paths = sysconfig.get_paths()
    roots = [paths["stdlib"], paths["purelib"], paths["platlib"], str(ROOT / "reportgen")]
    roots += [outcome["templates"], outcome["build"]]
    real = Path(os.path.realpath(path))
    made_by_weasyprint = any(part.startswith("weasyprint-") for part in path.parts)
    return made_by_weasyprint or any(real.is_relative_to(os.path.realpath(r)) for r in roots)


def _holds_no_secret(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments
        text = b"".join(
            item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream)
        )
    assert MARK.encode() not in text
    with pdfplumber.open(BytesIO(pdf)) as shown:
        # Without its spaces, for a line may end inside the mark.
        assert not any(MARK in "".join(page.extract_text().split()) for page in shown.pages)
