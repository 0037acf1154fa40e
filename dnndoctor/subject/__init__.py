"""The subject: the user's model, data and recipe, alive. The only room with TensorFlow, open only in the worker."""
