"""Datasets: where each comes from, how it is fetched, and its images as arrays."""
