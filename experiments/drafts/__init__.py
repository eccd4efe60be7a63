"""Rules that turn measurements into Spanish draft sentences for the report's author.

One module a subject. Each rule is a pure function over plain results, returns whole sentences
of plain text, and leaves out what the numbers don't support or what wasn't measured; each states
its thresholds once, as constants with their reason. The drafts of one question never contradict
each other: what two sentences could disagree on is decided once and read by both.
"""
