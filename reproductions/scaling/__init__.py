"""Laws of scale (2017 to 2022): gradients, digits, characters and budgets, from six parameters to 405 billion."""
