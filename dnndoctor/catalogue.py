"""What a doctor of training runs should look at: the lines that rules and experiments say they cover.

Gathered from the checklists, tools and papers of the field: ten habits of those whose nets train (H), nine diagnostic steps (D),
and what else can be seen of the contract between head, loss and labels, of the start, of the data, by controls and by edits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the catalogue.

    Attributes:
        id: Short and stable.
        what: What is looked at.
        why_not: Why no rule or experiment covers it; empty where one does.
    """

    id: str
    what: str
    why_not: str = ""


CATALOGUE: tuple[Line, ...] = (
    Line("H1", "Adam against the optimizer in use; what the saving path keeps, and whether training goes on from it"),
    Line("H2", "relu rather than sigmoid and tanh in hidden layers"),
    Line("H3", "no activation on the output that the loss and the labels do not want"),
    Line("H4", "a bias in every layer that no normalisation follows"),
    Line("H5", "weights drawn with the variance that the layer's fan asks for"),
    Line("H6", "inputs centred and scaled, validation data by the training data's statistics"),
    Line("H7", "inputs over many orders of magnitude squashed before they are scaled"),
    Line("H8", "no decay of the rate with Adam but one deliberate drop"),
    Line("H9", "no more filters than the task needs"),
    Line("H10", "pooling or strides against shifts, rotations and scales"),
    Line("D1", "a handful of samples is memorised"),
    Line("D2", "lower learning rates"),
    Line("D3", "higher learning rates, and how far runs differ"),
    Line("D4", "batch size 1, step by step"),
    Line("D5", "batch normalisation taken out"),
    Line("D6", "larger batches"),
    Line("D7", "every reshape, and inputs that were stacked"),
    Line("D8", "the loss simplified"),
    Line("D9", "curves, clip counts and scales on stated axes"),
    Line("contract: label range", "labels inside what the head can index"),
    Line("contract: label rank", "targets of the rank that the output and the loss have"),
    Line("contract: label dtype", "targets of a dtype that the loss takes for what they are"),
    Line("contract: label encoding", "class ids, one-hot, multi-hot or numbers against the loss"),
    Line("contract: head reach", "sign and range of the targets within reach of the head"),
    Line("contract: softmax on one unit", "a softmax that can only say 1"),
    Line("contract: bounded head", "relu or tanh on the output"),
    Line("contract: logits", "logits without from_logits"),
    Line("contract: probabilities", "probabilities with from_logits"),
    Line("contract: double softmax", "an activation applied twice, also behind a reshape"),
    Line("contract: metric", "what a metric's name was resolved to, and whether it means anything here"),
    Line("contract: reduction", "sums where means are meant"),
    Line("contract: broadcast", "(N,) against (N, 1) through every loss and metric"),
    Line("contract: custom loss", "a loss of the user's own: least at the targets, rising away from them; which term dominates"),
    Line("contract: output units", "as many units as classes or values"),
    Line("start: loss", "loss at the start against the best constant predictor's"),
    Line("start: activations", "spread of the activations over depth"),
    Line("start: gradients", "gradients over depth, as a slope"),
    Line("start: dead units", "units that are never on"),
    Line("start: saturated units", "units at the flat ends of their activation"),
    Line("start: constant output", "outputs that do not vary between samples, and where that begins"),
    Line("start: no gradient", "layers that no gradient reaches"),
    Line("start: frozen", "layers and variables that are never updated"),
    Line("start: update ratio", "size of an update against the size of the weights"),
    Line("start: symmetric weights", "units that start alike"),
    Line("start: train and eval mode", "the same batch in training and in evaluation mode"),
    Line("structure: linear stack", "two affine layers with nothing between them"),
    Line("structure: bottleneck", "layers narrower than what has to pass"),
    Line("structure: dropout on the output", "dropout behind the last weights"),
    Line("structure: batch norm", "batch normalisation reused, frozen, or with a momentum that the run is too short for"),
    Line("data: bad values", "NaN and infinite values, with their sample"),
    Line("data: constant features", "features that never change"),
    Line("data: clipped features", "features that pile up at a bound"),
    Line("data: scale ratios", "features of very different scales"),
    Line("data: duplicates", "rows that occur more than once"),
    Line("data: conflicting labels", "equal rows with different labels"),
    Line("data: overlap", "rows that are both trained and validated on"),
    Line("data: leaking feature", "a feature that gives the target away"),
    Line("data: sorted labels", "rows sorted by label"),
    Line("data: single-class batches", "batches as the pipeline yields them, with one class each"),
    Line("data: validation tail", "validation data that is the unshuffled tail"),
    Line("data: misalignment", "inputs that belong to other rows' targets"),
    Line("data: ids", "ids outside the vocabulary"),
    Line("data: padding", "share of padding, and whether it is masked"),
    Line("data: imbalance", "rare classes, and what a constant answer gets"),
    Line("data: integer images", "grey values as whole numbers"),
    Line("data: constant targets", "targets that never change"),
    Line("data: unscaled targets", "targets far from order one"),
    Line("data: train and validation", "training and validation data that differ"),
    Line("data: layout", "inputs that are smoother under another layout of their axes"),
    Line("control: zeros", "inputs replaced by zeros"),
    Line("control: shuffled labels", "targets shuffled among the rows"),
    Line("control: random labels", "random targets, which must also be memorised"),
    Line("control: reference model", "a small reference model on the user's data"),
    Line("control: teacher data", "the user's model on targets that a small net made"),
    Line("control: noise", "the same run with other seeds"),
    Line("edit: regularisation", "regularizers off"),
    Line("edit: dropout", "dropout off"),
    Line("edit: augmentation", "augmentation off"),
    Line("edit: gradient clipping", "gradient clipping off"),
    Line("edit: value clipping", "clip operations, weight constraints and bounded activations off"),
    Line("edit: wider", "wider or deeper", "no edit widens layers that others were built to fit; bottlenecks are named"),
    Line(
        "edit: narrower",
        "half the filters",
        "as for wider layers; a note says where there are far more weights than data",
    ),
    Line("edit: epochs", "more epochs where the loss still falls"),
    Line("edit: batch norm momentum", "another momentum of the batch statistics"),
    Line("edit: unfreeze", "frozen layers trained"),
    Line("edit: shuffle", "rows shuffled"),
    Line("edit: class weights", "classes weighted"),
    Line("edit: targets standardised", "targets centred and scaled"),
    Line(
        "edit: labels",
        "labels encoded anew",
        "labels out of range end at the first step, with what to subtract",
    ),
)
"""In the order in which the coverage table lists them."""
