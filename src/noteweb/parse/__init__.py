"""Reading notes: bytes to values and problems, never an exception."""
