"""One file a command: what Click parses beside the plain function that does it."""
