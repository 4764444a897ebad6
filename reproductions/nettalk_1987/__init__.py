"""NETtalk, after Sejnowski and Rosenberg, "Parallel networks that learn to pronounce English text" (1987)."""
