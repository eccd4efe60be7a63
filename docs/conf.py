"""Sphinx: the guide's pages and the reference that the docstrings make."""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
metadata = configparser.ConfigParser()
metadata.read(ROOT / "setup.cfg", encoding="utf-8")

project = "reportgen"
version = release = metadata["metadata"]["version"]
extensions = [
    "myst_parser",
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
apidoc_modules = [
    {
        "path": "../reportgen",
        "destination": "reference",
        "separate_modules": True,
        "module_first": True,
        "automodule_options": {"members", "show-inheritance"},
    }
]
exclude_patterns = ["_build"]
html_theme = "alabaster"
autodoc_typehints = "description"
autodoc_member_order = "bysource"
# Long imports that only measuring needs; their names stand in signatures all the same.
autodoc_mock_imports = ["torch", "torchvision", "efficientnet_lite_pytorch"]
napoleon_use_ivar = True  # an attribute is described once, by its class
suppress_warnings = ["ref.python"]  # two classes may have an attribute of one name
