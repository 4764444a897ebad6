"""Rumelhart, Hinton and Williams (1986): the small networks of PDP and Nature, by their recipe and by what works."""
