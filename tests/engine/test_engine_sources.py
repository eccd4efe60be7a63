"""What a step can reach is in its key, whichever way it is reached; what isn't code is not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.engine.sources import Sources

Reach = Callable[..., dict[str, str]]


@pytest.fixture
def reach(tmp_path: Path) -> Reach:
    """Writes files and says what a reference reaches: ``lib`` by modules, ``exp`` by pieces."""

    def run(reference: str, **files: str) -> dict[str, str]:
        for name, text in files.items():
            path = tmp_path / (name.replace("__", "/") + ".py")
            path = path.with_name("__init__.py") if path.stem == "init" else path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        for package in ("lib", "exp"):
            (tmp_path / package).mkdir(exist_ok=True)
        return Sources({"lib": tmp_path / "lib"}, {"exp": tmp_path / "exp"}).reach(reference)

    return run


MAIN = """
    from exp.other import helper
    def step():
        return helper()
    """


@pytest.mark.parametrize(
    "main",
    [
        MAIN,
        "from exp.other import helper as h\ndef step():\n    return h()",
        "def step():\n    from exp.other import helper\n    return helper()",
        "from .other import helper\ndef step():\n    return helper()",
        "from . import other\ndef step():\n    return other.helper()",
        "from exp import other\ndef step():\n    return other.helper()",
        "import exp.other\ndef step():\n    return exp.other.helper()",
        "import exp.other as o\ndef step():\n    return o.helper()",
        "from exp.other import *\ndef step():\n    return helper()",
        "from exp.other import helper\ndef wrapped(f):\n    return helper\n"
        "@wrapped\ndef step():\n    return 1",
        "from exp.other import helper\nclass step:\n    value = helper()",
        "from exp.other import helper\nclass step(helper):\n    pass",
        "from exp.other import helper\ndef step(value=helper()):\n    return value",
        "from exp.other import helper\ndef first():\n    return helper()\n"
        "def step():\n    return first()",
        "from exp.other import helper\nalias = helper\ndef step():\n    return alias()",
        "from exp.other import helper\nTABLE = {'a': helper}\ndef step():\n    return TABLE['a']",
        "from exp.other import helper\nFIRST, SECOND = 1, helper()\ndef step():\n    return SECOND",
        "from exp.other import helper\nSTATE = {}\nSTATE[0] = helper()\ndef step():\n    return 1",
        "from exp.other import helper\ndef step():\n    return 1\nhelper()",
        "from exp.other import helper\ndef step():\n    return 1\nstep.extra = helper",
        "from exp.other import helper\n_ = helper()\ndef step():\n    return 1",
        "try:\n    from exp.other import helper\nexcept ImportError:\n    helper = None\n"
        "def step():\n    return helper()",
        "if True:\n    from exp.other import helper\ndef step():\n    return helper()",
        "REGISTRY = {}\ndef register(f):\n    REGISTRY[f.__name__] = f\n    return f\n"
        "from exp.other import helper\n@register\ndef first():\n    return helper()\n"
        "def step():\n    return REGISTRY['first']()",
        "from exp.other import helper\nclass Base:\n    known = []\n"
        "    def __init_subclass__(cls):\n        Base.known.append(cls)\n"
        "class First(Base):\n    value = helper\ndef step():\n    return Base.known",
        "from exp.other import helper\ndef step():\n    return globals()['helper']()",
        "import importlib\ndef step():\n    return importlib.import_module('exp.other').helper()",
        "from lib.references import resolve\ndef step():\n    return resolve('exp.other:helper')",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n"
        "    from exp.other import helper\ndef step():\n    return helper()",
        "from exp.other import helper\ndef step(x: 'list[helper]'):\n    return x",
        "from exp.other import helper\nclass step:\n    field: 'helper | None' = None",
        "from exp.other import helper\nasync def step():\n    return [h async for h in helper()]",
        "from exp.other import helper\nstep = lambda: helper()",
        "from exp.other import helper\nstep: int = helper()",
        "from exp.other import helper\nstep = 1\nstep += helper()",
        "from exp.other import helper\ndef step(x):\n    match x:\n        case helper.A:\n"
        "            return 1",
        "from exp.acting import other\ndef step():\n    return other",
        "from exp.again import helper\ndef step():\n    return helper()",
        "from exp.again import unrelated\ndef step():\n    return unrelated()",
        "from exp.package.inner import value\ndef step():\n    return value",
    ],
)
def test_every_way_to_a_helper_is_seen(reach: Reach, main: str) -> None:
    others = {
        "lib__references": "def resolve(name): ...",
        "exp__acting": "import exp.other\nexp.other.helper()\nother = 1",
        "exp__again": "from exp.other import *\ndef unrelated():\n    return 2",
        "exp__package__init": "from exp.other import helper\nhelper()",
        "exp__package__inner": "value = 3",
    }
    before = reach("exp.main:step", exp__main=main, exp__other="def helper(): return 1", **others)
    after = reach("exp.main:step", exp__other="def helper(): return 2")
    assert before != after


@pytest.mark.parametrize(
    "other",
    [
        "def helper():\n    # a comment\n    return 1",
        "def helper():\n    'A docstring.'\n    return 1",
        "def helper():\n    return (\n        1\n    )",
        "'''The module's docstring.'''\ndef helper(): return 1\n'''Said of the helper.'''",
        "def helper(): return 1\ndef unused(): return 3",
        "def helper(): return 1\nUNUSED = 3",
        "def unused():\n    return helper()\ndef helper(): return 1",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from x import y\n"
        "def helper(): return 1",
    ],
)
def test_what_isnt_code_or_isnt_used_is_in_no_key(reach: Reach, other: str) -> None:
    before = reach("exp.main:step", exp__main=MAIN, exp__other="def helper(): return 1")
    assert reach("exp.main:step", exp__other=other) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1", "2"),
        ("1", "1.0"),
        ("1.0", "'1.0'"),
        ("b'a'", "\"b'a'\""),
        ("1", "True"),
        ("None", "'None'"),
        ("...", "'Ellipsis'"),
        ("1e999", "'inf'"),
        ("x[1:]", "x[:1]"),
        ("f'{x}'", "f'{x!r}'"),
        ("{**x}", "{x: x}"),
        ("a and b", "a or b"),
        ("(x for x in y)", "[x for x in y]"),
        ("lambda a, /: 1", "lambda a: 1"),
    ],
)
def test_values_that_look_alike_differ(reach: Reach, old: str, new: str) -> None:
    before = reach("exp.main:step", exp__main=f"def step():\n    return {old}")
    assert before != reach("exp.main:step", exp__main=f"def step():\n    return {new}")


def test_one_network_does_not_touch_the_other(reach: Reach) -> None:
    text = "import torch\nclass A(torch.Module):\n    x = 1\nclass B(torch.Module):\n    y = {}\n"
    before = reach("exp.nets:A", exp__nets=text.format(1))
    assert before == reach("exp.nets:A", exp__nets=text.format(2))
    assert reach("exp.nets:B") != reach("exp.nets:B", exp__nets=text.format(3))


def test_a_librarys_decorator_or_field_does_not_join_definitions(reach: Reach) -> None:
    text = """
        from lib.experiment import experiment
        from pydantic import Field
        class Settings:
            rate: float = Field(gt={})
        class Network:
            pass
        @experiment("x")
        def declare(lab): return {}
        """
    library = "def experiment(name): return lambda f: f"
    before = reach("exp.nets:Network", lib__experiment=library, exp__nets=text.format(0, 0))
    assert before == reach("exp.nets:Network", exp__nets=text.format(1, 2))


def test_a_library_module_counts_whole_with_all_it_imports(reach: Reach) -> None:
    files = {
        "lib__init": "",
        "lib__a": "from lib.b import one\ndef f(): return one()",
        "lib__b": "def one():\n    import lib.c\n    return 1\ndef other(): return 2",
        "lib__c": "X = 1",
        "lib__d": "Y = 1",
    }
    assert set(reach("lib.a:f", **files)) == {"lib", "lib.a", "lib.b", "lib.c"}
    before = reach("lib.a:f")
    assert reach("lib.a:f", lib__b=files["lib__b"].replace("return 2", "return 3")) != before


def test_packages_run_when_their_modules_are_imported(reach: Reach) -> None:
    files = {"lib__init": "", "lib__sub__init": "X = 1", "lib__sub__mod": "def f(): return 1"}
    before = reach("lib.sub.mod:f", **files)
    assert set(before) == {"lib", "lib.sub", "lib.sub.mod"}
    assert before != reach("lib.sub.mod:f", lib__sub__init="X = 2")


def test_what_only_a_type_checker_sees_is_not_followed(reach: Reach) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import lib.b\ndef f(): ..."
    assert set(reach("lib.a:f", lib__a=text, lib__b="X = 1")) == {"lib.a"}


def test_what_importing_does_is_a_piece_of_its_own(reach: Reach) -> None:
    pieces = reach("exp.main:step", exp__main="def step(): ...\nprint('imported')")
    assert set(pieces) == {"exp.main:step", "exp.main:*"}


def test_circles_end(reach: Reach) -> None:
    text = "from exp.{0} import {0}\ndef {1}(): return {0}()"
    files = {"exp__a": text.format("b", "a"), "exp__b": text.format("a", "b")}
    assert {"exp.a:a", "exp.b:b"} <= set(reach("exp.a:a", **files))


def test_a_method_counts_as_its_class(reach: Reach) -> None:
    text = "class A:\n    def make(self): return {}"
    before = reach("exp.main:A.make", exp__main=text.format(1))
    assert before != reach("exp.main:A.make", exp__main=text.format(2))


def test_strangers_are_not_followed_and_not_accepted(reach: Reach) -> None:
    assert set(reach("exp.main:step", exp__main="import os\ndef step(): os.getcwd()")) == {
        "exp.main:step",
        "exp.main:os",
    }
    with pytest.raises(LookupError, match=r"no first-party source for 'os\.path:join'"):
        reach("os.path:join")


def test_the_fingerprint_is_that_of_the_exact_bytes(tmp_path: Path) -> None:
    for package in ("lib", "exp"):
        (tmp_path / package).mkdir()
    sources = Sources({"lib": tmp_path / "lib"}, {"exp": tmp_path / "exp"})
    seen = {sources.fingerprint()}
    file = tmp_path / "exp" / "a.py"
    for text in ("", "# a comment", "# another"):
        file.write_text(text)
        seen.add(sources.fingerprint())
    file.rename(tmp_path / "exp" / "b.py")
    seen.add(sources.fingerprint())
    assert len(seen) == 5


def test_exact_text_with_decorators(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    text = "@x.y\n# why\ndef f():\n    '''Doc.'''\n    return 1  # one\n"
    file.write_text(f"import x\n\n{text}\nz = 3\n")
    module = Sources({}, {"exp": tmp_path}).module("exp.a")
    assert module is not None
    assert module.text_of("f") == (text, 3)
    assert module.text_of("z") == ("z = 3\n", 9)
    with pytest.raises(LookupError, match="defines no 'g'"):
        module.text_of("g")
