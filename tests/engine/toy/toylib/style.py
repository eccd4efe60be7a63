"""How figures look."""

COLOUR = "black"
