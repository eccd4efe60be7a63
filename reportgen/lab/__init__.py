"""The hand that experiments declare with, and the steps that their declarations become.

Each module of steps imports only what its steps measure with: what a step can reach is in its key.
"""
