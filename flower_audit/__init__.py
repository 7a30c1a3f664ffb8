"""flower-audit: what is wrong with a production Flower, how it is known, and how to fix it."""

__version__ = "0.1.0"
