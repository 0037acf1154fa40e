"""Training scripts as people write them."""

FACTORIES = """
import keras

BATCH = 64


def load_data(rows=None):
    digits = load_digits()
    return train_test_split(digits.data, digits.target)[:2]


def plot_data(history):
    return history


def make_optimizer():
    return keras.optimizers.Adam(1e-3)


def build_model():
    inputs = keras.Input((64,))
    outputs = keras.layers.Dense(10)(inputs)
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-3),
        loss="mse",
    )
    return model


def train():
    x, y = load_data()
    model = build_model()
    scaler.fit(x)
    model.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=7,
        validation_split=0.2,
        shuffle=False,
        class_weight=weights_of(y),
        callbacks=[keras.callbacks.EarlyStopping(patience=3, min_delta=-0.1)],
    )
    return model


if __name__ == "__main__":
    train()
"""

SUBCLASSED = """
import tensorflow as tf


class Net(tf.keras.Model):
    def call(self, x):
        return x


def create_network():
    net = Net()
    net.compile("adam", "mse")
    return net


def train_dataset():
    return 1


def get_dataset(root="data", size=(3, 3)):
    def read(path):
        return path, 0

    ds = tf.data.Dataset.from_tensor_slices([1, 2])
    ds = ds.map(read).batch(32)
    return ds


def load_pretrained():
    return tf.keras.models.load_model("model.keras")
"""

LOOSE = """
import pandas as pd
from keras.models import Sequential

data = pd.read_csv("data.csv")
model = Sequential([])
model.compile("sgd", "mse")
for _ in range(3):
    model.fit(data, data, 16, 3)
"""

NEEDY = """
def build_model(width, depth=2, *, rate):
    model = Sequential()
    model.add(1)
    return model


def get_data():
    return x_train, y_train, x_test, y_test


def main():
    build_model(3, rate=1).fit(*get_data(), epochs=0, batch_size=True)


main()
"""

EMPTY = ""
ALL = {"factories": FACTORIES, "subclassed": SUBCLASSED, "loose": LOOSE, "needy": NEEDY, "empty": EMPTY}
