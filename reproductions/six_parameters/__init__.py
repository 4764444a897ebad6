"""Six parameters (2025): the toy model of a video, longitude to city, with every derivative measured and exact."""
