"""What the shell offers to complete: read off the sources, so that a key press imports no torch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args, get_origin

import click

# Held to those of `learning.backbones`, which imports torch, by a test.
_CARRIED = "efficientnet_lite0"
_UNSUPPORTED = ("googlenet", "inception_v3", "squeezenet", "densenet")
_REGISTERED = re.compile(r"^@register_model\((?:name=\"(\w+)\")?\)\n(?:@.*\n)*def (\w+)", re.M)


def names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """The names under which something was built here."""
    project = _project()
    builds = (project / ".reportgen" / "builds").glob("*.json") if project else ()
    return [path.stem for path in sorted(builds) if path.stem.startswith(incomplete)]


def sections(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """The numbers of the project's sections."""
    return sorted(one.section for one in experiments() if one.section.startswith(incomplete))


def settings(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """``section.key=``, and behind it the values that can be told."""
    key, equals, _value = incomplete.partition("=")
    if not equals:
        return [f"{one}=" for one in sorted(keys()) if one.startswith(incomplete)]
    known = [f"{key}={one}" for one in _values(key)]
    return [one for one in known if one.startswith(incomplete)]


def keys() -> Iterator[str]:
    """Every setting there is in this project."""
    from reportgen.settings import CORE, Settings

    for section in CORE:
        model = Settings.model_fields[section].annotation
        yield from (f"{section}.{key}" for key in getattr(model, "model_fields", ()))
    for one in experiments():
        yield from (f"{one.name}.{key}" for key in one.settings)


def backbones() -> list[str]:
    """The backbones there are (`learning.backbones.names`), without torchvision's import."""
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return [_CARRIED]
    modules = sorted((Path(spec.origin).parent / "models").glob("*.py"))
    texts = (path.read_text(encoding="utf-8") for path in modules)
    found = {named or own for text in texts for named, own in _REGISTERED.findall(text)}
    return [_CARRIED, *sorted(one for one in found if not one.startswith(_UNSUPPORTED))]


def _values(key: str) -> list[str]:
    from reportgen.data.sets import SETS
    from reportgen.settings import Settings

    section, _, name = key.rpartition(".")
    if name == "backbone":
        return ["auto", *backbones()]
    if name == "dataset":
        return list(SETS)
    field = Settings.model_fields.get(section)
    kind = getattr(field.annotation, "model_fields", {}).get(name) if field else None
    if kind is not None and get_origin(kind.annotation) is Literal:
        return [str(one) for one in get_args(kind.annotation)]
    return []


class Declared:
    """An experiment as its decorator names it.

    Attributes:
        name, section: as declared.
        settings: the names of its settings.
    """

    def __init__(self, decorator: ast.Call, classes: dict[str, list[str]]) -> None:
        words = {one.arg: one.value for one in decorator.keywords}
        self.name = str(getattr(decorator.args[0], "value", ""))
        self.section = str(getattr(words.get("section"), "value", ""))
        self.settings = classes.get(str(getattr(words.get("settings"), "id", "")), [])


def experiments() -> Iterator[Declared]:
    """The project's experiments, as their sources declare them."""
    project = _project()
    folder = project / "experiments" if project else None
    found = [*folder.glob("*.py"), *folder.glob("*/__init__.py")] if folder else []
    for path in sorted(found):
        try:
            tree = ast.parse(path.read_bytes())
        except (OSError, SyntaxError):
            continue
        classes = {
            one.name: [
                field.target.id
                for field in one.body
                if isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and "ClassVar" not in ast.unparse(field.annotation)
            ]
            for one in tree.body
            if isinstance(one, ast.ClassDef)
        }
        for statement in tree.body:
            for decorator in getattr(statement, "decorator_list", ()):
                match decorator:
                    case ast.Call(func=ast.Name(id="experiment"), args=[_, *_]):
                        yield Declared(decorator, classes)


def _project() -> Path | None:
    from reportgen.errors import UsageError
    from reportgen.project import Project

    try:
        return Project.find().root
    except UsageError:
        return None
