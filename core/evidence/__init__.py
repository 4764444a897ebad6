"""Evidence: what papers claim, what we measured over many seeds, and the verdict between the two."""
