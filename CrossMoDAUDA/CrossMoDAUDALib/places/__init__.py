"""Where a worker runs: starting, stopping and killing it."""
