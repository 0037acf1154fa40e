"""What the user asked for: schema, loading, and errors with line and column."""
