"""The shared core of Backstory: learning rules, networks, data, evidence and publishing."""
