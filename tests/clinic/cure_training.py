"""One training of a case by its full recipe, in a process of its own: ``python -m tests.clinic.cure_training JOB`` (JSON).

It is the code path of `dnndoctor train`, stopped after so many seconds of `fit` as the cases' own checks are, and scored.
"""

import contextlib
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

_THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_ROWS = 4000
"""Rows of arrays that are scored at most, drawn with seed 0 as `check_case.py` draws them."""


def main() -> None:
    """Trains, and prints one line of JSON."""
    job = json.loads(sys.argv[1])
    with contextlib.redirect_stdout(sys.stderr):
        try:
            told = _trained(job)
        except Exception as error:  # of the case's code under a treatment: a training that fails scores nothing
            traceback.print_exc()
            told = {"score": None, "error": f"{type(error).__name__}: {error}"[:500]}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)  # TensorFlow's teardown takes a second


def _trained(job: dict[str, Any]) -> dict[str, Any]:
    for name in _THREADS:  # as the checks train
        os.environ[name] = "1"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    from dnndoctor.subject.tensorflow_import import import_tensorflow

    import_tensorflow()
    import keras

    from dnndoctor.config.schema import Config, LoadedConfig
    from dnndoctor.subject.full_training import FullTraining
    from tests.clinic.cure_score import score

    class Cap(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types, so its classes are Any
        """Ends the training after so many seconds."""

        def on_train_begin(self, logs: Any = None) -> None:
            """The clock starts."""
            del logs
            self.began, self.steps, self.capped = time.monotonic(), 0, False

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            """Looks at the clock."""
            del batch, logs
            self.steps += 1
            if time.monotonic() - self.began > job["cap"]:
                self.capped = self.model.stop_training = True

    case = Path(job["case"])
    config = Config.model_validate({**job["config"], "treatments": job["edits"]})
    training = FullTraining(LoadedConfig(config=config, file=case.parent / "cure.yaml"), job["seed"], lambda _: None)
    cap = Cap()
    history = training.fit([cap]).history
    seconds = time.monotonic() - cap.began
    check = job["check"]
    x, y = _rows(training.data, check.get("on", "val"))
    predictions = training.model.predict(x, verbose=0, batch_size=256)
    logits = job["logits"] if job["logits"] is not None else _on_logits(training.model, predictions)
    value = score(check["score"], y, predictions, logits=logits, names=getattr(training.model, "output_names", None) or ())
    return {
        "score": value if value == value else "NaN",
        "epochs": len(history.get("loss", ())),
        "asked": training.epochs,
        "steps": cap.steps,
        "capped": cap.capped,
        "seconds": round(seconds, 1),
        "loss": [str(history["loss"][0]), str(history["loss"][-1])] if history.get("loss") else [],
    }


def _rows(data: Any, part: str) -> tuple[Any, Any]:
    """Inputs and targets that are scored, as the variant is given them."""
    import keras
    import numpy as np

    if part == "train":
        x, y = data.arguments["x"], data.arguments["y"]
    else:
        held_out = data.arguments["validation_data"]
        if not isinstance(held_out, tuple):
            batches = [(batch[0], batch[1]) for batch in held_out]
            return keras.tree.map_structure(lambda *parts: np.concatenate([np.asarray(each) for each in parts]), *batches)  # type: ignore[no-any-return]  # a pair, as the batches are
        x, y = held_out[:2]
    if isinstance(x, np.ndarray) and len(x) > _ROWS:
        chosen = np.random.RandomState(0).permutation(len(x))[:_ROWS]
        x, y = x[chosen], y[chosen]
    return x, y


def _on_logits(model: Any, predictions: Any) -> bool:
    """Whether a model's single column is to be cut at 0, by the loss it was trained with and what it predicts."""
    import numpy as np

    from dnndoctor.subject.scoring import takes_logits

    known = np.concatenate([np.ravel(np.asarray(each, float)) for each in _flat(predictions)])
    outside = bool(((known < 0) | (known > 1)).any())
    return outside and takes_logits(model.loss) is not False


def _flat(predictions: Any) -> list[Any]:
    if isinstance(predictions, dict):
        return list(predictions.values())
    return list(predictions) if isinstance(predictions, list | tuple) else [predictions]


if __name__ == "__main__":
    main()
