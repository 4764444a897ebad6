"""`python -m reproductions.cli` is the command `backstory`."""

from reproductions.cli import main

main()
