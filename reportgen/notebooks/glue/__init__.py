"""Code that stands in the notebooks only, quoted from here as all their code is from elsewhere.

Nothing imports these modules: they are modules so that linter and type checker read them.
"""
