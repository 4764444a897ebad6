"""One script per era of the history of backpropagation, and the command line that runs them."""
