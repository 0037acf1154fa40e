"""Facts: looking at the built model, the recipe and the sample, without training."""
