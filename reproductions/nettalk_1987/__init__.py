"""Sejnowski and Rosenberg (1987): NETtalk, a network that learned to read aloud."""
