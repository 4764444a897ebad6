"""Data: bytes to arrays. Nothing here knows about networks or learning."""
