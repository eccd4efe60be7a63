"""The report's figures: plain numbers in, a drawing out; one style, one function a figure."""
