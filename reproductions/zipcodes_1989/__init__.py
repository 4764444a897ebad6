"""LeCun, Boser, Denker, Henderson, Howard, Hubbard and Jackel (1989): handwritten zip codes, straight from pixels."""
