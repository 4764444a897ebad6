"""Werbos (1974): ordered derivatives on one page, through time, and what all the slopes of a system cost."""
