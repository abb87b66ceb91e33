"""What an action says when it will not do what was asked; shown to the person as it is."""


class Refused(Exception):  # noqa: N818 - reads as what happened
    """A rule of the office forbids it. The message is a translated sentence."""
