"""An index that follows its notes: word of changes, and what is done about them."""
