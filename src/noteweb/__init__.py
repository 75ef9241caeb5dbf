"""Ask a folder of research notes."""

__version__ = "0.1.0"
