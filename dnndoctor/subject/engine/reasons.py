"""What went wrong in a trial, in few words and with the user's own frames."""

from pathlib import Path

import tensorflow as tf

from dnndoctor.subject.frames import is_user_file, user_frames

LONGEST_REASON = 1000
"""Characters of TensorFlow's own message that are kept; it may hold whole arrays of labels."""


def reason(error: Exception) -> str:
    """What went wrong, with the user's own frames.

    Args:
        error: From the user's code, Keras or TensorFlow.
    """
    if not isinstance(error, tf.errors.OpError):
        return user_frames(error, Path.cwd())
    # TensorFlow puts the stack that made the op, all of it, before what happened.
    lines = [line for line in str(error.message).splitlines() if line.strip()]
    places = [line for line in lines if line.startswith("  File ") and is_user_file(line.split('"')[1])]
    noise = ("  File ", "    ", "Graph execution error", "Detected at node", "<stack traces", "Stack trace", "\t [[")
    said = [line for line in lines if not line.startswith(noise)]
    return "\n".join([*dict.fromkeys(places), f"{type(error).__name__}: {' '.join(said)[:LONGEST_REASON]}"])
