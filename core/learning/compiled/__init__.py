"""Compiled twins of the online loops: the same results as the plain ones, many seeds at a time."""
