"""The evidence report: what each claim rests on, for a reader who was not there.

`front` gathers it from records alone, `page` and `markdown` write it; nothing is run.
"""
