"""Tables in, table out: each metric is one Ibis expression, compiled to the SQL of the engine that runs it."""
