"""Jinja as the report uses it: sandboxed, strict about names, with two folders to search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BaseLoader, BytecodeCache, Environment, StrictUndefined, TemplateNotFound
from jinja2.bccache import Bucket
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from reportgen.report import comments, markdown
from reportgen.report.filters import FILTERS, printable
from reportgen.report.places import did_you_mean, mistake_at_offset

# The values that every template sees have the names of Jinja's own helpers beside them; lipsum
# only burns time, and a report has no use for dummy text.
_UNWANTED_GLOBALS = ("lipsum",)
# So many names are told one by one.
_FEW = 8


class Folders(BaseLoader):
    """Templates from several folders, the first that has a file wins.

    A comment's front matter is blanked, so that Jinja counts the lines of the whole file.
    """

    def __init__(self, folders: list[Path]) -> None:
        self.folders = folders

    def path(self, name: str) -> Path:
        """The file called ``name``.

        Raises:
            TemplateNotFound: no folder has it, or its real path lies outside the folder.
        """
        for folder in self.folders:
            file = folder.joinpath(*split_template_path(name))
            if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
                return file
        raise TemplateNotFound(name)

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - the signature is Jinja's
        template: str,
    ) -> tuple[str, str, Callable[[], bool] | None]:
        path = self.path(template)
        text = self.text(path)
        if path.suffix == ".md":
            text = comments.blank_front_matter(path, text)
        return text, str(path), None

    def text(self, path: Path) -> str:
        """The content of ``path``; raises TemplateError where it isn't UTF-8."""
        data = path.read_bytes()
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", errors="replace")
            raise mistake_at_offset("the file isn't UTF-8", path, before) from None

    def list_templates(self) -> list[str]:
        """The names of all files, relative to their folder."""
        files = (path.relative_to(f) for f in self.folders for path in f.rglob("*.*"))
        return sorted({path.as_posix() for path in files})


class ReportEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox; a name after a dot is a key of the data before it is a method."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Compiled(BytecodeCache):
    """The newest code of each template, for a process that renders again and again.

    Compiling is four fifths of a page's time, and most templates stay as they are.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of the same source, if it is known."""
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        assert bucket.code is not None
        self._known[bucket.key] = bucket.checksum, bucket.code


# The code holds what an environment makes of constants, so comments have a store of their own.
_templates, _comments = Compiled(), Compiled()


def environment(folders: Folders, values: Mapping[str, Any]) -> ReportEnvironment:
    """An environment for one page.

    Args:
        folders: where templates are searched.
        values: plain data and the functions that templates may call; every template, macro file
            and comment sees them.
    """
    names: dict[str, Any] = {}
    created = ReportEnvironment(
        loader=folders,
        undefined=_undefined(names),
        autoescape=True,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_templates,
    )
    for name in _UNWANTED_GLOBALS:
        del created.globals[name]
    created.globals.update(values)
    created.filters.update(FILTERS)
    names.update(created.globals)
    return created


def for_markdown(original: ReportEnvironment) -> Environment:
    """The same environment for comments: a value becomes text, never Markdown or HTML."""
    return original.overlay(finalize=markdown.as_text, bytecode_cache=_comments)


def _undefined(names: Mapping[str, Any]) -> type[StrictUndefined]:
    """Undefined values that say which name doesn't exist and which was probably meant."""

    class Missing(StrictUndefined):
        __slots__ = ()

        @property
        def _undefined_message(self) -> str:
            if self._undefined_hint:
                return self._undefined_hint
            name, owner = self._undefined_name, self._undefined_obj
            if isinstance(name, int):
                count = f"; there are {len(owner)}, the first is [0]" * isinstance(owner, list)
                return f"there is no item number {name}{count}"
            known = names if owner is missing else owner
            return f"{name!r} doesn't exist{_instead(str(name), known)}"

    return Missing


def _instead(name: str, owner: Any) -> str:
    """The name nearest to ``name``: beside it, or else further down; or the few that there are."""
    if not isinstance(owner, Mapping):
        return did_you_mean(name, dir(owner))
    if guess := did_you_mean(name, map(str, owner)):
        return guess
    if deeper := next(_below(name, owner), ""):
        return f"; did you mean {deeper!r}?"
    if len(owner) <= _FEW:
        return f"; there is only {', '.join(map(str, owner))}"
    return ""


def _below(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Where ``name`` is a key of a group inside ``values``, the nearest group first."""
    level = {key: value for key, value in values.items() if isinstance(value, dict)}
    while level:
        yield from (f"{path}.{name}" for path, group in level.items() if name in group)
        level = {
            f"{path}.{key}": value
            for path, group in level.items()
            for key, value in group.items()
            if isinstance(value, dict)
        }
