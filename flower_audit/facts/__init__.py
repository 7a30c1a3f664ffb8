"""Facts: one subject a file, a frozen dataclass and the function that observes it."""
