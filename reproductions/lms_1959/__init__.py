"""Widrow and Hoff (1960): LMS, found in the autumn of 1959, measured on T, G and F, and the one layer it stayed in."""
