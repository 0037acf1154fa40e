"""Reports: one format a file; each receives a checkup and returns text."""
