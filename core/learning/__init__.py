"""Learning rules and derivatives: pure functions of arrays, no files, no printing."""
