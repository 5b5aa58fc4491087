"""Health checks: what is wrong with a tuning that does not fail, and what to do about it."""
