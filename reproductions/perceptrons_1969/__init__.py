"""Rosenblatt (1958, 1962) and Minsky and Papert (1969): what one layer of weights learns, and what it cannot do."""
