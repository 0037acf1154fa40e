"""The look at layout, on models that Keras builds: what mixes rows, what reshapes, what reads the inputs, what is well."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import keras
import numpy as np
import pytest
from keras import layers

from dnndoctor.evidence.seen.layout import LayoutSeen
from dnndoctor.subject.blueprint import Blueprint, Sample
from dnndoctor.subject.looks import Scene
from dnndoctor.subject.looks.layout import LayoutLook

DRAW = np.random.default_rng(0)
SERIES = np.cumsum(DRAW.normal(size=(70, 12, 4)), 1).astype("float32")
PICTURES = DRAW.normal(size=(70, 12, 10, 3)).cumsum(1).cumsum(2).astype("float32")
TABLE = DRAW.normal(size=(70, 6)).astype("float32")


def look(model: keras.Model, x: Any, y: Any = None) -> LayoutSeen:
    """What is seen of a model and its inputs."""
    blueprint = Blueprint(build=lambda _: model, train=Sample(x, y))
    return LayoutLook().see(Scene(blueprint, cast(Any, SimpleNamespace())), 0)


def sequential(x: Any, *stack: Any) -> keras.Model:
    """A model of these layers for these inputs."""
    return keras.Sequential([layers.Input(x.shape[1:]), *stack])


@keras.saving.register_keras_serializable("tests")
class OwnMean(layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Subtracts the mean over the batch."""

    def call(self, x: Any) -> Any:
        """Mixes rows."""
        return x - keras.ops.mean(x, axis=0)


class Subclassed(keras.Model):  # type: ignore[misc]  # Keras ships no types
    """Reshapes in its own call."""

    def __init__(self) -> None:
        """Two layers."""
        super().__init__()
        self.recurrent = layers.LSTM(3)
        self.head = layers.Dense(2)

    def call(self, x: Any) -> Any:
        """Takes (features, steps)."""
        return self.head(self.recurrent(keras.ops.reshape(x, (-1, 12, 4))))


def naive_mixing(model: keras.Model, x: Any) -> bool:
    """The second way: every row in the company of itself against every row in the batch."""
    together = keras.ops.convert_to_numpy(model(x[:7], training=False))
    alone = np.stack([keras.ops.convert_to_numpy(model(x[[row, row]], training=False))[0] for row in range(7)])
    return together.shape != alone.shape or not np.allclose(together, alone, atol=1e-4)


@pytest.mark.parametrize(
    ("layer", "operation"),
    [
        (lambda: layers.Lambda(lambda t: keras.ops.flip(t, axis=0)), "ReverseV2"),
        (OwnMean, "Mean"),
        (lambda: layers.Softmax(axis=0), "Transpose"),
        (lambda: layers.Lambda(lambda t: keras.ops.reshape(keras.ops.transpose(t), (-1, 5))), "Reshape"),
    ],
    ids=["flip", "own mean", "softmax", "transpose and reshape"],
)
def test_rows_that_see_each_other_are_found(layer: Callable[[], Any], operation: str) -> None:
    """With the layer and the operation, and running rows one by one says the same."""
    guilty = layer()
    model = sequential(TABLE, layers.Dense(5), guilty, layers.Dense(2))

    (found,) = look(model, TABLE).mixing

    assert (found.layer, found.operation) == (guilty.name, operation)
    assert found.change > 0.01
    assert naive_mixing(model, TABLE)


@pytest.mark.parametrize(
    "stack",
    [
        (layers.Dense(5), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(2)),
        (layers.Reshape((2, 3)), layers.LSTM(4, return_sequences=True), layers.Flatten(), layers.Softmax()),
        (layers.Lambda(lambda t: keras.ops.transpose(keras.ops.transpose(t))), layers.Dense(2)),
    ],
    ids=["batch norm", "sequences", "there and back"],
)
def test_rows_that_stay_apart_are_told_from_them(stack: tuple[Any, ...]) -> None:
    """Batch normalisation in inference, steps, and transposes that are undone."""
    model = sequential(TABLE, *stack)

    assert look(model, TABLE).mixing == ()
    assert not naive_mixing(model, TABLE)


def test_what_is_drawn_anew_is_no_mixing() -> None:
    """A layer that adds noise in inference, too, as the sampling of a variational autoencoder does."""

    class Sampling(layers.Layer):  # type: ignore[misc]  # Keras ships no types
        def __init__(self) -> None:
            super().__init__()
            self.generator = keras.random.SeedGenerator(1)

        def call(self, x: Any) -> Any:
            return x + keras.random.normal(keras.ops.shape(x), seed=self.generator)

    assert look(sequential(TABLE, layers.Dense(3), Sampling(), layers.Dense(2)), TABLE).mixing == ()


def test_a_reshape_before_a_convolution_is_measured() -> None:
    """Its layer, axes and reader; and the footprint is that of a patch disturbed in the real layer's input."""
    planes = PICTURES.transpose(0, 3, 1, 2)
    guilty = layers.Reshape((12, 10, 3))
    model = sequential(planes, guilty, layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2))
    disturbed = np.zeros((1, 3, 12, 10), "float32")
    disturbed[:, :, 5:7, 4:6] = 1

    (found,) = look(model, planes).reshapes

    behind = keras.ops.convert_to_numpy(guilty(disturbed))[0].any(axis=-1)
    assert (found.layer, found.reader_kind, found.order) == (guilty.name, "Conv2D", (0, 2, 3, 1))
    assert (found.patch, found.footprint) == (4, behind.sum())
    assert found.footprint > 4
    assert found.score > 5


def test_a_reshape_in_a_call_is_found() -> None:
    """It belongs to no layer; its reader is named."""
    model = Subclassed()
    model(SERIES.transpose(0, 2, 1)[:2])
    shapes = ((31, 4, 12), (31, 12, 4))

    (found,) = look(model, SERIES.transpose(0, 2, 1)).reshapes

    assert (found.layer, found.reader, found.given, found.made) == (None, model.recurrent.name, *shapes)


def test_a_reshape_of_an_inner_layers_values_is_measured_on_these() -> None:
    """Columns to steps behind a convolution, without the transpose that it takes."""
    model = sequential(PICTURES, layers.Conv2D(4, 3, padding="same"), layers.Reshape((10, 48)), layers.LSTM(3), layers.Dense(2))

    (found,) = look(model, PICTURES).reshapes

    assert found.rows == 31
    assert found.after is not None
    assert found.meant is not None
    assert found.after.over((0,)) > 1.4 * found.meant.over((0,))


@pytest.mark.parametrize(
    "stack",
    [
        (layers.Flatten(), layers.Reshape((10, 12, 3)), layers.Flatten()),
        (layers.Permute((3, 1, 2)), layers.Permute((2, 3, 1)), layers.Conv2D(2, 3), layers.Flatten()),
        (layers.Conv2D(4, 3), layers.Reshape((80, 4)), layers.Dense(3), layers.GlobalAveragePooling1D()),
        (layers.Permute((2, 1, 3)), layers.Reshape((10, 36)), layers.LSTM(3)),
        (layers.GlobalAveragePooling2D(), layers.Reshape((1, 1, 3)), layers.Conv2D(3, 1), layers.Flatten()),
        (layers.TimeDistributed(layers.Dense(4)), layers.MultiHeadAttention, layers.GlobalAveragePooling2D()),
    ],
    ids=["flattened", "there and back", "positions", "columns to steps", "squeeze and excite", "attention"],
)
def test_reshapes_that_keep_neighbours_are_left_alone(stack: tuple[Any, ...]) -> None:
    """Among them those inside Keras' own layers."""
    x = inputs = layers.Input(PICTURES.shape[1:])
    for layer in stack:
        x = layers.MultiHeadAttention(2, 4)(x, x) if layer is layers.MultiHeadAttention else layer(x)
    model = keras.Model(inputs, layers.Dense(2)(x))

    assert look(model, PICTURES).reshapes == ()


def test_inputs_are_seen_as_the_first_layer_reads_them() -> None:
    """Through a reshape, a rescaling and a mask; and not at all where they are flattened."""
    flat = SERIES.reshape(70, 48)
    reshaping = layers.Reshape((12, 4))

    (read,) = look(sequential(flat, reshaping, layers.Rescaling(0.1), layers.Masking(), layers.GRU(3)), flat).arrays

    assert (read.shape, read.reader_kind, read.reshaped, read.spatial) == ((12, 4), "GRU", reshaping.name, (0,))
    assert read.rows == 70
    assert look(sequential(SERIES, layers.Flatten(), layers.Dense(3)), SERIES).arrays == ()


def test_inputs_by_name_are_matched_to_their_arrays() -> None:
    """In whatever order the dict has them."""
    two = [layers.Input((12, 4), name="series"), layers.Input((6,), name="facts")]
    model = keras.Model(two, layers.Dense(2)(layers.Concatenate()([layers.GRU(3)(two[0]), two[1]])))

    seen = look(model, {"series": SERIES, "facts": TABLE})

    assert seen.traced
    assert [(read.name, read.shape) for read in seen.arrays] == [("x['series']", (12, 4))]


def test_a_permuted_input_is_compared_as_it_lies() -> None:
    """The axes that are read as space are those of the user's own array."""
    planes = PICTURES.transpose(0, 3, 1, 2)
    model = sequential(planes, layers.Permute((2, 3, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2))

    (read,) = look(model, planes).arrays

    assert (read.shape, read.spatial, read.reshaped) == ((3, 12, 10), (1, 2), None)


def test_pictures_as_targets_are_compared() -> None:
    """Masks that were reshaped are smoother in the layout that they had."""
    masks = PICTURES[..., :1].transpose(0, 2, 1, 3).reshape(PICTURES[..., :1].shape)

    found = look(sequential(PICTURES, layers.Conv2D(1, 3, padding="same")), PICTURES, masks).arrays[-1]

    assert found.name == "y"
    assert found.other is not None
    assert found.other.roughness.over() < 0.7 * found.given.over()


def test_the_model_is_left_as_it_was() -> None:
    """States of stateful layers, seeds and weights; and a fixed batch size is kept to."""
    model = keras.Sequential([layers.Input(batch_shape=(10, 12, 4)), layers.LSTM(3, stateful=True), layers.Dense(2)])
    before = [np.copy(variable.numpy()) for variable in model.variables]

    seen = look(model, SERIES)

    assert seen.traced
    assert all(np.array_equal(variable.numpy(), value) for variable, value in zip(model.variables, before, strict=True))


def test_a_model_that_cannot_be_traced_leaves_the_data() -> None:
    """Nothing is known of the model then, and nothing is raised."""

    class Untraceable(keras.Model):  # type: ignore[misc]  # Keras ships no types
        def call(self, x: Any) -> Any:
            return x if float(np.asarray(x).sum()) > 0 else -x

    assert look(Untraceable(), TABLE) == LayoutSeen()
