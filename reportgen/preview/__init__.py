"""The live page: the report in a browser while its author writes."""
