"""Parsers: text in, meaning out; none knows which host the text came from."""
