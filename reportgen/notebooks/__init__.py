"""The completed notebooks: cells from the sources that ran, executed, held to the report.

`pages` says what stands in each notebook, `glue` holds the code that only notebooks have; all
other code in them is quoted from where it ran (`excerpts`).
"""
