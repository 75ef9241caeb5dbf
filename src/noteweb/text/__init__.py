"""Text before it is a note: encodings, lines, sentences, languages."""
