"""``python -m noteweb`` is the command ``noteweb``."""

from noteweb.cli import main

main()
