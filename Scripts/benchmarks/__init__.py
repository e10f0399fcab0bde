"""What Scripts/benchmark.py measures: a file for each group, each with ``measure(bench)`` that gives rows of the table."""
