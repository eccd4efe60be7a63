"""Layers."""


def double(value):
    """Twice the value."""
    return 2 * value


def unused(value):
    """Nobody calls this."""
    return value
