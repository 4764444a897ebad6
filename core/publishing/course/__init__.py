"""A lesson on an era: sheets for students and teachers, a plan for fifty minutes, a notebook, all from its record."""
