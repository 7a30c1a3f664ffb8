"""Benchmarks: run by `make bench`, never asserted."""
