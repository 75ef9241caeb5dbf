"""Evidence: from a claim to runs of the experiment it names, and from these to its verdict.

``find`` and ``declare`` read experiments without importing them, ``closure`` says what their
results depend on, ``trust`` who may run; ``case`` and ``plan`` hold that against the records,
``run`` fills the gaps through an executor, and one ``warden`` guards each run.
"""
