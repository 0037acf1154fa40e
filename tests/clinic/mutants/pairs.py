"""Two operators, each with its strength, one after the other."""

from tests.clinic.mutants.operators import Strength

PAIRS: tuple[tuple[str, Strength, str, Strength], ...] = (
    ("learning_rate_high", 30, "wrong_labels", 0.2),
    ("learning_rate_low", 30, "dropout", 0.6),
    ("frozen", 2, "wrong_labels", 0.2),
    ("linear_stack", "all", "epochs_few", 10),
    ("initial_scale", 5, "learning_rate_high", 10),
    ("output_bounded", "sigmoid", "learning_rate_low", 10),
    ("weight_penalty", 0.3, "epochs_few", 4),
    ("logits_twice", "told", "learning_rate_low", 10),
)
