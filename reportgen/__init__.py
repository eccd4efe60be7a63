"""reportgen: a laboratory report that rebuilds itself."""

__version__ = "0.1.0"
