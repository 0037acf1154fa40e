"""Numbers as a person writes them in code and in YAML."""


def number_text(value: float) -> str:
    """A number to three significant digits, whole ones as they are ("0.009", "1e-5", "32")."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
