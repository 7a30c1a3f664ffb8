"""What can go wrong in the lab itself, apart from what the audit says."""


class LabError(Exception):
    """A host could not be built, booted or reached; the message carries the end of the output."""
