"""The ladder: order, plan, skipping with reasons, journal, and the executors that run trials."""
