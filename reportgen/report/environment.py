"""Jinja as the report uses it: sandboxed, strict about names, with two folders to search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from reportgen.report import comments, markdown
from reportgen.report.filters import FILTERS, printable
from reportgen.report.places import did_you_mean, mistake_at_offset

# The values that every template sees have the names of Jinja's own helpers beside them; lipsum
# only burns time, and a report has no use for dummy text.
_UNWANTED_GLOBALS = ("lipsum",)


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
    )
    for name in _UNWANTED_GLOBALS:
        del created.globals[name]
    created.globals.update(values)
    created.filters.update(FILTERS)
    names.update(created.globals)
    return created


def for_markdown(original: ReportEnvironment) -> Environment:
    """The same environment for comments: a value becomes text, never Markdown or HTML."""
    return original.overlay(finalize=markdown.as_text)


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
                return f"there is no item number {name}"
            known = names if owner is missing else owner if isinstance(owner, dict) else dir(owner)
            return f"{name!r} doesn't exist{did_you_mean(str(name), map(str, known))}"

    return Missing
