"""The one exception that reaches a user: a sentence saying what was wrong, what was expected and what to do."""


class BackstoryError(Exception):
    """Bad input or a fault outside the program. The command line prints it and exits with code 2."""
