"""The alignment of tokens and frames without a loop: every frame takes its token's column.

What exporters make of `repeat_interleave` and a matrix of zeros and ones is a Loop over sequences, a ScatterND, and two
products with that matrix, of which each column has a single one: the same numbers.
"""

from collections.abc import Sequence

import numpy as np
from onnx import TensorProto

from utterd.stages.models.splitting.graph import Graph
from utterd.stages.models.splitting.patch import Patch


def align(patch: Patch, graph: Graph, durations: str, products: Sequence[str]) -> str:
    """Make the tensors `products` of `graph` anew, of its tensor `durations`. Returns these as int64 [n].

    A frame is of the first token that ends behind it: of that whose number is how many tokens have ended by then.
    """
    first, last = patch.constant("alignment.first", np.array(0)), patch.constant("alignment.last", np.array(-1))
    one, flat = patch.constant("alignment.one", np.array(1)), patch.constant("alignment.flat", np.array([-1]))
    along, across = patch.constant("alignment.along", np.array([0])), patch.constant("alignment.across", np.array([1]))
    whole = patch.add("Cast", [durations], "alignment.whole", to=TensorProto.INT64)
    frames_of_tokens = patch.add("Reshape", [whole, flat], "alignment.durations")
    ends = patch.add("CumSum", [frames_of_tokens, first], "alignment.ends")
    count = patch.add("Gather", [ends, last], "alignment.count")
    frames = patch.add("Range", [first, count, one], "alignment.frames")
    frame_column = patch.add("Unsqueeze", [frames, across], "alignment.frame_column")
    end_row = patch.add("Unsqueeze", [ends, along], "alignment.end_row")
    is_over = patch.add("GreaterOrEqual", [frame_column, end_row], "alignment.is_over")
    over = patch.add("Cast", [is_over], "alignment.over", to=TensorProto.INT64)
    token_of_frame = patch.add("ReduceSum", [over, across], "alignment.token_of_frame", keepdims=0)
    for product in products:
        maker = graph.made_by(product, "MatMul")
        assert maker is not None
        patch.make("Gather", [maker.input[0], token_of_frame], product, axis=2)
    return frames_of_tokens
