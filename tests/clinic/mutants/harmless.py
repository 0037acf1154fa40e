"""Changes that a careful person would not mind; the doctor must stay silent about them."""

from tests.clinic.mutants.operators import Operator, damaged, fitted, of, plain, planned, sgd

_TWINS = {"relu": "elu", "elu": "relu", "gelu": "silu", "tanh": "softsign"}

HARMLESS: tuple[Operator, ...] = (
    Operator("rate_near", None, (1.2, 0.85), lambda r, f: planned(r, rate=r.plan.rate * f)),
    Operator("wider", None, (1.5,), lambda r, f: planned(r, width=int(r.plan.width * f))),
    Operator("batch_near", None, (1.5,), lambda r, f: fitted(r, batch_size=int(r.fitting.batch_size * f))),
    Operator("twin_activation", None, ("other",), lambda r, _: planned(r, activation=_TWINS[r.plan.activation]), plain),
    Operator("renamed", None, ("stage",), lambda r, name: planned(r, names=name), lambda p: p.task != "two"),
    Operator("longer", None, (1.3,), lambda r, f: fitted(r, epochs=int(r.fitting.epochs * f))),
    Operator(
        "rows_of_classes",
        None,
        ("one_hot",),
        lambda r, _: damaged(planned(r, loss="categorical_crossentropy"), one_hot=True),
        of("classes"),
    ),
    Operator(
        "open_and_told", None, ("linear",), lambda r, _: planned(r, output="linear", from_logits=True), of("classes", "two")
    ),
    Operator("nadam", None, ("nadam",), lambda r, name: planned(r, optimizer=name), lambda p: not sgd(p)),
    Operator("light_dropout", None, (0.05,), lambda r, rate: planned(r, dropout=rate)),
    Operator("light_penalty", None, (1e-5,), lambda r, weight: planned(r, l2=weight), plain),
    Operator("wide_clipping", None, (10.0,), lambda r, norm: planned(r, clipnorm=norm)),
)
