"""What was seen, as plain frozen data: facts, trials and their outcomes. Nothing here measures or judges."""
