"""One page that shows a marketing lead what holds viewers, with the uncertainty of every number."""
