"""Pages to touch: one offline file for an era, made of its record, its own template, and scripts that all share."""
