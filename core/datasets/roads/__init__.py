"""A small world of simulated roads: what they are, how they look, what a vehicle on them sees, and how it drives.

centre_lines: roads as curves on flat ground, and places along them. looks: brightness, texture, light and shadows.
cameras: a pinhole camera over flat ground, and pictures from a displaced vehicle. images: what camera and range finder
show. steering: curvatures as the activity of a row of units. vehicles: the vehicle, the driver who teaches, and the
closed loop of both with a road.
"""
