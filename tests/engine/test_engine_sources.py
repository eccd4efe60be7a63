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
        "from exp.other import helper\nFIRST = (SECOND := helper)\ndef step():\n    return SECOND",
        "from exp.other import helper\ndef f(x=(FIRST := helper)): ...\n"
        "def step():\n    return FIRST()",
        "from exp.other import helper\nclass Base: ...\nclass First(Base):\n    value = helper\n"
        "def step():\n    return Base.__subclasses__()",
        "from exp.other import helper\ndef f(): ...\n"
        "def step():\n    return f.__globals__['helper']()",
        "import builtins\nfrom exp.other import helper\n"
        "def step():\n    return builtins.eval('hel' + 'per()')",
        "from exp.other import helper\nR = {}\nclass First:\n    R['a'] = helper\n"
        "def step():\n    return R",
        "from exp.other import helper\nclass R: ...\nclass First:\n    R.a = helper\n"
        "def step():\n    return R.a",
        "from exp.other import HELD\nR = {'a': 1}\nclass First:\n    del R[HELD]\n"
        "def step():\n    return R",
        "from exp.other import helper\nR = []\nclass First:\n    R += [helper]\n"
        "def step():\n    return R",
        "from exp.register import Base\nfrom exp.other import helper\n"
        "class First(Base):\n    value = helper\ndef step():\n    return Base.known",
        "from exp.register import *\nfrom exp.other import helper\n"
        "class First(Base):\n    value = helper\ndef step():\n    return Base.known",
        "from exp import register\nfrom exp.other import helper\n"
        "class First(register.Base):\n    value = helper\ndef step():\n    return 1",
        "from exp.second import Second\nfrom exp.other import helper\n"
        "class Third(Second):\n    value = helper\ndef step():\n    return Second.known",
        "from exp.register import Meta\nfrom exp.other import helper\n"
        "class First(metaclass=Meta):\n    value = helper\ndef step():\n    return Meta.known",
        "from exp.register import field\nfrom exp.other import helper\n"
        "class First:\n    value = field\n    other = helper\ndef step():\n    return field.known",
        "from exp.branch import step",
        "from importlib import import_module\n"
        "def step(n='other'):\n    return import_module(f'exp.{n}').helper()",
        "import importlib\n"
        "def step():\n    return importlib.import_module('.other', __package__).helper()",
        "def step(n='other'):\n    return __import__('exp.' + n)",
        "def step(n='other'):\n    exec(f'from exp.{n} import helper')",
    ],
)
def test_every_way_to_a_helper_is_seen(reach: Reach, main: str) -> None:
    others = {
        "lib__references": "def resolve(name): ...",
        "exp__acting": "import exp.other\nexp.other.helper()\nother = 1",
        "exp__again": "from exp.other import *\ndef unrelated():\n    return 2",
        "exp__package__init": "from exp.other import helper\nhelper()",
        "exp__package__inner": "value = 3",
        "exp__register": """
            class Base:
                known = []
                def __init_subclass__(cls):
                    Base.known.append(cls)
            class Meta(type):
                known = []
                def __new__(cls, *given):
                    Meta.known.append(given)
            class Field:
                known = []
                def __set_name__(self, owner, name):
                    self.known.append(owner)
            field = Field()
            """,
        "exp__second": "from exp.register import Base\nclass Second(Base): ...",
        "exp__branch": "from exp.third import step\nfrom exp.fourth import unrelated",
        "exp__third": "from exp.register import Base\ndef step():\n    return Base.known",
        "exp__fourth": "from exp.second import Second\nfrom exp.other import helper\n"
        "class Fourth(Second):\n    value = helper\nunrelated = 1",
    }
    before = reach(
        "exp.main:step", exp__main=main, exp__other="HELD = 1\ndef helper(): return 1", **others
    )
    after = reach("exp.main:step", exp__other="HELD = 2\ndef helper(): return 2")
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


def test_networks_of_one_plain_base_stay_apart(reach: Reach) -> None:
    files = {
        "lib__models": "class Model:\n    def __init_subclass__(cls): ...",
        "exp__base": "import torch\nfrom lib.models import Model\n"
        "class Own(Exception): ...\nclass Base(torch.Module, Model): ...",
    }
    text = "from exp.base import Base, Own\nclass Error(Own): ...\n"
    text += "class A(Base):\n    x = 1\nclass B(A):\n    y = {0}\nclass C(Error):\n    y = {0}\n"
    before = reach("exp.nets:A", exp__nets=text.format(1), **files)
    assert before == reach("exp.nets:A", exp__nets=text.format(2))


def test_a_packages_own_definition_hides_its_module(reach: Reach) -> None:
    main = "from exp.pk import h\ndef step():\n    return h()"
    own = "def h(): return {}"
    before = reach("exp.main:step", exp__main=main, exp__pk__init=own.format(1), exp__pk__h="")
    assert before != reach("exp.main:step", exp__pk__init=own.format(2))


@pytest.mark.parametrize(
    "text",
    [
        "'''{}'''\ndef step():\n    return __doc__",
        "def step():\n    '''{}'''\n    return step.__doc__",
    ],
)
def test_a_docstring_that_is_a_value_counts(reach: Reach, text: str) -> None:
    before = reach("exp.main:step", exp__main=text.format("One."))
    assert before != reach("exp.main:step", exp__main=text.format("Another."))


def test_a_mark_of_the_encoding_and_half_a_character_are_read(reach: Reach) -> None:
    before = reach("exp.main:step", exp__main="def step(): return '\\ud800'")
    assert before == reach("exp.main:step", exp__main="\ufeffdef step(): return '\\ud800'")
    assert before != reach("exp.main:step", exp__main="def step(): return '\\ud801'")


@pytest.mark.parametrize(
    "main",
    [
        "from pathlib import Path\ndef step():\n    return (Path(__file__) / 'net.json').stat()",
        "from pathlib import Path\nHERE = Path('exp')\n"
        "def step():\n    return (HERE / 'net.json').read_text()",
        "def step():\n    with open('exp/net.json') as file:\n        return file.read()",
        "from exp.reading import read\ndef step():\n    return read()",
    ],
)
def test_a_file_that_code_may_read_counts(reach: Reach, tmp_path: Path, main: str) -> None:
    (tmp_path / "exp").mkdir()
    file = tmp_path / "exp" / "net.json"
    reading = "import numpy as np\ndef read():\n    return np.load('exp/net.json')"
    seen = set()
    for content in ("1", "2"):
        file.write_text(content)
        seen.add(reach("exp.main:step", exp__main=main, exp__reading=reading)["exp/net.json"])
    assert len(seen) == 2
    assert set(reach("exp.plain:step", exp__plain="def step(): ...")) == {"exp.plain:step"}


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
    (tmp_path / "exp" / "net.json").write_text("1")
    seen.add(sources.fingerprint())
    assert len(seen) == 6


def test_the_fingerprint_follows_links_but_no_circle_and_nothing_hidden(tmp_path: Path) -> None:
    for folder in ("exp", "shared"):
        (tmp_path / folder).mkdir()
    (tmp_path / "shared" / "a.py").write_text("1")
    sources = Sources({}, {"exp": tmp_path / "exp"})
    empty = sources.fingerprint()
    (tmp_path / "exp" / ".#a.py").symlink_to("someone@somewhere.1234")  # a lock of Emacs
    (tmp_path / "exp" / "dangling.py").symlink_to("nowhere.py")
    (tmp_path / "exp" / "circle").symlink_to("../exp")
    assert sources.fingerprint() == empty
    (tmp_path / "exp" / "linked").symlink_to("../shared")
    before = sources.fingerprint()
    (tmp_path / "shared" / "a.py").write_text("2")
    assert len({empty, before, sources.fingerprint()}) == 3


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
