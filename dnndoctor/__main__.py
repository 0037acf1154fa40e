"""Lets `python -m dnndoctor` do what the `dnndoctor` command does."""

from dnndoctor.cli import main

if __name__ == "__main__":
    main()
