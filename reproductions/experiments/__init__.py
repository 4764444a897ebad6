"""Trial functions of reproductions that hold more than one experiment."""
