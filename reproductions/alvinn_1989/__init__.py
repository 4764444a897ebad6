"""Pomerleau (1989 to 1991): ALVINN, a network that learns to drive from pictures of the road, and drives."""
