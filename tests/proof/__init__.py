"""Long proofs: what a single test cannot show. Each is found by name, goes on where it was stopped, and prints its figures."""
