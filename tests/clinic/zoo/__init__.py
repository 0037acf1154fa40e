"""The zoo: ordinary healthy models, each trained to its task's usual score. `python -m tests.clinic.zoo` shows that they are."""
