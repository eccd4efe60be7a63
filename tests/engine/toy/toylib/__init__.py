"""The steps of a small project: copied for each test, edited there."""
