"""Who sees whom in a pair: the question reads itself, the text reads both.

A question that does not look at its answer is the same for everybody who answers it, so it is
computed once and not with every segment.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def pair_mask(types: "torch.Tensor", kept: "torch.Tensor") -> "torch.Tensor":
    """Return which positions each position attends to, shape (batch, 1, length, length), bool.

    ``types`` has 0 for the first token and the question and 1 for the text; ``kept`` is 0 where
    a row is padded; both have the shape (batch, length). The first token, which the head reads,
    sees everything.
    """
    import torch

    length = types.shape[1]
    question = types == 0
    question[:, 0] = False
    kept = kept.bool()
    seen = torch.where(question[:, :, None], (question & kept)[:, None, :], kept[:, None, :])
    # A padded row must see something, or its softmax is undefined.
    alone = torch.eye(length, dtype=torch.bool, device=types.device)
    mask: torch.Tensor = (seen | alone[None])[:, None]
    return mask


def reads_pairs(config: Any) -> bool:
    """Return whether an encoder of this configuration is read with :func:`pair_mask`."""
    return bool(config.model_type == "bert" and config.type_vocab_size > 1)
