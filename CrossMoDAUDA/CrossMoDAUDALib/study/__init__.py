"""Studies: several methods and seeds compared on one cohort, each in an ordinary experiment."""
