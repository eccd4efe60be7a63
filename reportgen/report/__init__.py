"""The page: templates and comments in, HTML and PDF out."""
