"""Networks: an init and a forward pass built from ops. They know learning rules, not data."""
