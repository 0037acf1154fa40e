"""From evidence to ranked findings: pure functions, nothing is run here."""
