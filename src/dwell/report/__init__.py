"""One page for a marketing lead: what holds viewers, with the uncertainty of every number."""
