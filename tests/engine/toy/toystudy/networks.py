"""The networks that are compared."""

from toystudy.layers import double


class Small:
    """A small network."""

    def forward(self, value):
        """One pass."""
        return double(value) + 1


class Large:
    """A large network."""

    def forward(self, value):
        # Twice as deep.
        return double(double(value)) + 3
