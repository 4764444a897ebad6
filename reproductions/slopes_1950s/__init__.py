"""Slopes measured by nudging weights (1950s): how good they are, and what noise and number cost them."""
