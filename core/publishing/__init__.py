"""Records and claims -> figures, tables, citations and documents. Nothing here knows networks or data."""
