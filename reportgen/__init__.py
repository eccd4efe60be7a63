"""reportgen: a laboratory report that rebuilds itself."""
