"""For each reproduction, the tables and arrays it keeps and the figures drawn from them."""
