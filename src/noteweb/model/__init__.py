"""Values without behaviour or I/O: what a note is made of."""
