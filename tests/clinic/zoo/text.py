"""Sentences from small grammars: classes, several labels, language models; words, characters and bags."""

from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops

Array: TypeAlias = npt.NDArray[Any]
Part: TypeAlias = tuple[Array, Array]

THINGS = [
    "film",
    "book",
    "meal",
    "room",
    "phone",
    "concert",
    "trip",
    "game",
    "coat",
    "lamp",
    "bike",
    "song",
    "play",
    "soup",
    "map",
    "clock",
]
GOOD = ["great", "lovely", "superb", "fine", "charming", "brilliant", "pleasant", "perfect", "fresh", "clever"]
BAD = ["awful", "dull", "poor", "broken", "boring", "cheap", "terrible", "weak", "stale", "silly"]
OPENINGS = ["i thought", "we found", "my friend said", "honestly", "after a week", "to be fair", "in the end", "last summer"]
FILLERS = ["really", "quite", "rather", "so", "very", "truly"]
TAILS = ["and that was it", "for the price", "as the others said", "for all of us", "on the second day", "to my surprise"]


def reviews(count: int, seed: int) -> tuple[list[str], Array]:
    """One or two judgements each; "not" turns one round; the sum decides, and one label in fifty is wrong."""
    rng = np.random.default_rng(seed)
    texts: list[str] = []
    labels: list[float] = []
    while len(texts) < count:
        words = [rng.choice(OPENINGS)] if rng.uniform() < 0.7 else []
        total = 0
        for part in range(rng.integers(1, 4)):
            good, negated = rng.uniform() < 0.5, rng.uniform() < 0.15
            words += ["and"] if part else []
            words += ["the", rng.choice(THINGS), "was"]
            words += ["not"] if negated else [rng.choice(FILLERS)] if rng.uniform() < 0.5 else []
            words.append(rng.choice(GOOD if good else BAD))
            total += 1 if good != negated else -1
        if total == 0:
            continue
        words += [rng.choice(TAILS)] if rng.uniform() < 0.5 else []
        texts.append(" ".join(words))
        labels.append(float((total > 0) != (rng.uniform() < 0.02)))
    return texts, np.array(labels, dtype="float32")


def load_reviews() -> tuple[Any, Any]:
    """Texts as strings; the model cuts them into words."""
    texts, labels = reviews(3000, 0)
    data = tf.data.Dataset.from_tensor_slices((np.array(texts)[:, None], labels))
    train = data.take(2400).shuffle(2400, seed=0).batch(32).prefetch(1)
    return train, data.skip(2400).batch(200)


def build_averaged_words() -> keras.Model:
    words = layers.TextVectorization(max_tokens=200, output_sequence_length=32)
    words.adapt(reviews(2400, 0)[0])
    text = keras.Input((1,), dtype="string")
    x = layers.Embedding(200, 16)(words(text))
    x = layers.Conv1D(24, 2, activation="relu")(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Dropout(0.3)(x)
    model = keras.Model(text, layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


VOCABULARY = sorted(
    {word for group in (THINGS, GOOD, BAD, OPENINGS, FILLERS, TAILS) for text in group for word in text.split()}
    | {"the", "was", "not", "and"}
)
IDS = {word: number for number, word in enumerate(VOCABULARY, start=1)}


def padded(texts: list[str], length: int) -> Array:
    ids = np.zeros((len(texts), length), dtype="int32")
    for row, text in zip(ids, texts, strict=True):
        numbers = [IDS[word] for word in text.split()][:length]
        row[: len(numbers)] = numbers
    return ids


def load_review_ids() -> dict[str, Array]:
    """Word ids, padded with 0."""
    texts, labels = reviews(3000, 1)
    x = padded(texts, 28)
    return {"x_train": x[:2400], "y_train": labels[:2400], "x_val": x[2400:], "y_val": labels[2400:]}


def build_lstm() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((28,), dtype="int32"),
            layers.Embedding(len(VOCABULARY) + 1, 16, mask_zero=True),
            layers.Bidirectional(layers.LSTM(16)),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(2e-3, clipnorm=1.0), loss="binary_crossentropy", metrics=["accuracy"])
    return model


class AttentionPooling(layers.Layer):
    """A weighted mean over the words that are there; the weights are learned."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.score = layers.Dense(1)

    def build(self, input_shape: Any) -> None:
        self.score.build(input_shape)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        score = self.score(ops.tanh(inputs))
        if mask is not None:
            score = ops.where(mask[..., None], score, -1e9)
        return ops.sum(inputs * ops.softmax(score, axis=1), axis=1)

    def compute_mask(self, *_: Any) -> None:
        return None


def build_attention_pooling() -> keras.Model:
    text = keras.Input((28,), dtype="int32")
    x = layers.Embedding(len(VOCABULARY) + 1, 24, mask_zero=True)(text)
    x = layers.GRU(24, return_sequences=True)(x)
    x = AttentionPooling()(x)
    model = keras.Model(text, layers.Dense(1)(x))
    accuracy = keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)
    model.compile(keras.optimizers.Adam(2e-3), loss=keras.losses.BinaryCrossentropy(from_logits=True), metrics=[accuracy])
    return model


class Places(layers.Layer):
    """Adds a learned vector for each place."""

    def __init__(self, length: int, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.places = self.add_weight(shape=(length, units), initializer="normal", name="places")

    def call(self, inputs: Any) -> Any:
        return inputs + self.places


def attention_block(x: Any, units: int, *, causal: bool) -> Any:
    y = layers.LayerNormalization()(x)
    x = layers.Add()([x, layers.MultiHeadAttention(2, units // 2, dropout=0.1)(y, y, use_causal_mask=causal)])
    y = layers.Dense(2 * units, activation="gelu")(layers.LayerNormalization()(x))
    return layers.Add()([x, layers.Dense(units)(y)])


TOPICS = {
    "sport": ["goal", "coach", "match", "league", "score", "player", "cup"],
    "money": ["bank", "share", "price", "market", "loan", "tax", "trade"],
    "science": ["cell", "star", "gene", "atom", "theory", "probe", "virus"],
    "weather": ["rain", "storm", "snow", "wind", "cloud", "sun", "frost"],
    "law": ["judge", "court", "trial", "jury", "crime", "police", "appeal"],
}
COMMON = ["the", "a", "new", "today", "again", "said", "people", "after", "big", "early", "in", "of", "city", "plan", "week"]


def news(count: int, seed: int, least: int, most: int) -> tuple[list[str], Array]:
    """Headlines about one or several of five topics; a word of another topic strays in now and then."""
    rng = np.random.default_rng(seed)
    names = list(TOPICS)
    texts, labels = [], np.zeros((count, len(names)), dtype="float32")
    for row in labels:
        about = rng.choice(5, rng.integers(least, most + 1), replace=False)
        row[about] = 1
        words = [rng.choice(TOPICS[names[topic]]) for topic in about for _ in range(rng.integers(2, 5))]
        words += [rng.choice(TOPICS[names[rng.integers(5)]])] if rng.uniform() < 0.2 else []
        words += list(rng.choice(COMMON, rng.integers(4, 9)))
        texts.append(" ".join(rng.permutation(words)))
    return texts, labels


def load_tags() -> tuple[Any, Any]:
    """Several topics each."""
    texts, labels = news(2600, 2, 1, 3)
    data = tf.data.Dataset.from_tensor_slices((np.array(texts), labels))
    return data.take(2000).shuffle(2000).batch(64), data.skip(2000).batch(200)


def build_tags() -> keras.Model:
    """A bag of words, weighted by tf-idf."""
    words = layers.TextVectorization(max_tokens=60, output_mode="tf_idf")
    words.adapt(news(2600, 2, 1, 3)[0][:2000])
    text = keras.Input((), dtype="string")
    x = layers.Dense(32, activation="relu")(words(text))
    model = keras.Model(text, layers.Dense(5, activation="sigmoid")(x))
    model.compile(keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


def load_topics() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Exactly one topic each; multi-hot words."""
    texts, labels = news(2400, 3, 1, 1)
    words = layers.TextVectorization(output_mode="multi_hot")
    words.adapt(texts[:1800])
    x, y = np.asarray(words(texts), dtype="float32"), labels.argmax(1)
    return (x[:1800], y[:1800]), (x[1800:], y[1800:])


def build_topics() -> keras.Model:
    model = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dropout(0.4), layers.Dense(5, activation="softmax")])
    model.compile("rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_topic_ids() -> tuple[Part, Part]:
    """The same as ids of words, padded with 0; one-hot topics."""
    texts, labels = news(2400, 3, 1, 1)
    words = layers.TextVectorization(output_sequence_length=16)
    words.adapt(texts[:1800])
    x = np.asarray(words(texts))
    return (x[:1800], labels[:1800]), (x[1800:], labels[1800:])


def build_encoder() -> keras.Model:
    text = keras.Input((16,), dtype="int32")
    x = layers.Embedding(60, 32, mask_zero=True)(text)
    x = attention_block(Places(16, 32)(x), 32, causal=False)
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    model = keras.Model(text, layers.Dense(5, activation="softmax")(layers.Dropout(0.2)(x)))
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.05)
    model.compile(keras.optimizers.AdamW(1e-3, weight_decay=1e-2), loss=loss, metrics=["accuracy"])
    return model


LETTERS = " abcdefghijklmnopqrstuvwxyz"
WINDOW = 24


def load_characters() -> tuple[Part, Part]:
    """Windows of the reviews' running text; the targets are the same windows, one letter on."""
    parts = []
    for seed, count in ((4, 1000), (5, 200)):
        text = np.array([LETTERS.index(letter) for letter in " ".join(reviews(count, seed)[0])], dtype="int32")
        windows = text[: len(text) // WINDOW * WINDOW].reshape(-1, WINDOW)
        following = np.append(text[1:], 0)[: windows.size].reshape(-1, WINDOW)
        parts.append((windows, following))
    return parts[0], parts[1]


def build_character_model() -> keras.Model:
    letters = keras.Input((WINDOW,), dtype="int32")
    x = layers.Embedding(len(LETTERS), 16)(letters)
    x = layers.GRU(64, return_sequences=True)(x)
    model = keras.Model(letters, layers.Dense(len(LETTERS))(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(5e-3), loss=loss, metrics=["accuracy"])
    return model


def build_decoder() -> keras.Model:
    """A language model of one causal block."""
    letters = keras.Input((WINDOW,), dtype="int32")
    x = Places(WINDOW, 48)(layers.Embedding(len(LETTERS), 48)(letters))
    x = attention_block(x, 48, causal=True)
    logits = layers.Dense(len(LETTERS))(layers.LayerNormalization()(x))
    model = keras.Model(letters, logits)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(4e-3), loss=loss, metrics=["accuracy"])
    return model


def load_masked_words() -> tuple[tuple[Array, Array, Array], tuple[Array, Array, Array]]:
    """A share of the words is replaced by a mask's id; only these count, by sample weights."""
    rng = np.random.default_rng(6)
    ids = padded(reviews(2600, 6)[0], 20)
    hidden = (ids > 0) & (rng.uniform(size=ids.shape) < 0.2)
    x = np.where(hidden, len(VOCABULARY) + 1, ids)
    weight = hidden.astype("float32")
    return (x[:2200], ids[:2200], weight[:2200]), (x[2200:], ids[2200:], weight[2200:])


def build_masked_words() -> keras.Model:
    text = keras.Input((20,), dtype="int32")
    x = layers.Embedding(len(VOCABULARY) + 2, 24)(text)
    x = layers.Bidirectional(layers.GRU(24, return_sequences=True))(x)
    words = layers.Dense(len(VOCABULARY) + 1, activation="softmax")(x)
    model = keras.Model(text, words)
    model.compile(keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    return model
