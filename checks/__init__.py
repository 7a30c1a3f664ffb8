"""The checks: each a plain function over facts that asserts, and nothing else."""
